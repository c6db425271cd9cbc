/** Starts what Apollo's compatibility suite asks: its two subgraphs, our products, and a gateway before the three (jest's globalSetup). */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastify from 'fastify';
import type { Context } from '../../../resolvers/context';
import { openCompiledGateway } from '../../../src/compiled/compiledExecutor';
import type { ExecutorName } from '../../../src/config';
import { findFreePort } from '../../../src/embedded/freePort';
import { startGraphql } from '../../../src/graphql';
import { listen } from '../../../src/http/server';
import { DEFAULT_LIMITS } from '../../../src/limits/limitSettings';
import { openLog } from '../../../src/log';
import { startChild } from '../../../supergraph/childProcess';
import { COMPOSERS } from '../../../supergraph/compose';
import { suiteExecutor, type SuiteGlobals } from '../../setup/suiteExecutor';
import { PRODUCTS_SDL, productsSchema, SUITE } from './products';

/** What globalTeardown finds of globalSetup: jest keeps nothing else between the two. */
export type WithSuite = typeof globalThis & { stopSuite?: () => Promise<void> };

const APOLLO_GATEWAY = resolve(__dirname, '../../../dist/supergraph/gateways/apollo.js');

/** The suite sends no token: its subgraph has no door, and so no caller; the plug-ins of the factory only name his role. */
const CONTEXT = {
  caller: { role: 'SERVICE' },
  requestId: 'compatibility',
  mayReadContract: true,
} as unknown as Context;

export default async function startSuite(
  _jest: unknown,
  { globals = {} }: { readonly globals?: SuiteGlobals } = {},
): Promise<void> {
  const closers: (() => Promise<unknown>)[] = [];
  const stopSuite = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const products = await startProducts(suiteExecutor(globals));
    closers.push(() => products.close());
    const subgraphs = [{ name: 'products', url: products.url, sdl: PRODUCTS_SDL }];
    for (const name of ['users', 'inventory'] as const) {
      const given = await startGiven(name);
      closers.push(() => given.stop());
      subgraphs.push({ name, url: given.url, sdl: readFileSync(join(folderOf(name), `${name}.graphql`), 'utf8') });
    }
    const { supergraph, problems } = COMPOSERS.apollo(subgraphs);
    if (supergraph === undefined) throw new Error(problems.join('\n'));
    const folder = mkdtempSync(join(tmpdir(), 'compatibility-'));
    closers.push(() => Promise.resolve(rmSync(folder, { recursive: true })));
    writeFileSync(join(folder, 'supergraph.graphql'), supergraph);
    const gateway = await startChild(APOLLO_GATEWAY, ['--supergraph', join(folder, 'supergraph.graphql')]);
    closers.push(() => gateway.stop());
    process.env['PRODUCTS_URL'] = products.url;
    process.env['COMPATIBILITY_ROUTER_URL'] = gateway.url;
    (globalThis as WithSuite).stopSuite = stopSuite;
  } catch (error) {
    await stopSuite();
    throw error;
  }
}

/** Products by the factory of the service, with the one thing that the suite wants and the service does not. */
async function startProducts(executor: ExecutorName): Promise<{ url: string; close(): Promise<void> }> {
  const apollo = await startGraphql({
    isProduction: false,
    limits: DEFAULT_LIMITS,
    log: openLog('silent'),
    schema: productsSchema(),
    federatedTracing: true,
    openGateway: executor === 'compiled' ? openCompiledGateway : undefined,
  });
  const server = fastify();
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: fastifyApolloHandler<Context>(apollo, { context: () => Promise.resolve(CONTEXT) }),
  });
  const listening = await listen(server, '127.0.0.1', 0);
  return {
    url: `${listening.url}/graphql`,
    close: async () => {
      await listening.close();
      await apollo.stop();
    },
  };
}

function folderOf(name: string): string {
  return join(SUITE, 'dist', 'subgraphs', name);
}

/** A subgraph that the package brings, compiled, in a process of its own. */
async function startGiven(name: 'users' | 'inventory'): Promise<{ url: string; stop(): Promise<unknown> }> {
  const port = await findFreePort();
  const child: ChildProcess = fork(join(folderOf(name), 'index.js'), {
    cwd: folderOf(name),
    env: { ...process.env, [`${name.toUpperCase()}_PORT`]: String(port) },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const stop = async (): Promise<unknown> => {
    child.kill('SIGKILL');
    return await ended;
  };
  const said = await Promise.race([once(child, 'message').then(() => 'ready'), ended.then(() => 'ended')]);
  if (said === 'ended') throw new Error(`the suite's subgraph ${name} ended before it was ready`);
  return { url: `http://127.0.0.1:${port}/`, stop };
}
