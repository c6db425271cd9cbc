// A whole graph for one test file: the service and the outages on real sockets, and each gateway as a process of its own before them.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startChild, type Running } from '../../supergraph/childProcess';
import { COMPOSERS, withoutSecurity, type Subgraph } from '../../supergraph/compose';
import type { Outage } from '../../supergraph/outages/outage';
import { startOutages } from '../../supergraph/outages/startOutages';
import { listen } from '../../src/http/server';
import type { Answer, TestHouse } from '../graphql/testHouse';
import { DAFFRON, OUTAGES } from './schema/subgraphs';

/** The gateways, compiled by the build that `npm test` has just made. */
const GATEWAYS = resolve(__dirname, '../../dist/supergraph/gateways');

export const GATEWAY_NAMES = ['hive', 'apollo'] as const;
export type GatewayName = (typeof GATEWAY_NAMES)[number];

export interface Question {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface Federation {
  /** Asks through a gateway, with an authorization header or none, and with whatever else a client may send. */
  ask(gateway: GatewayName, question: Question, headers: Readonly<Record<string, string>>): Promise<Answer>;
  /** The authorization of each request that reached the service since the last call. */
  seenByService(): readonly (string | undefined)[];
  close(): Promise<void>;
}

/** Opens the graph around a house whose accounts are known already; `outages` name them by their ids. */
export async function openFederation(house: TestHouse, outages: readonly Outage[]): Promise<Federation> {
  const seen: (string | undefined)[] = [];
  const service = await listen(house.service.server, '127.0.0.1', 0);
  house.service.server.server.on('request', ({ headers }) => seen.push(headers.authorization));
  const { keys, issuer, audience } = house.keys.tokens;
  if (!('file' in keys)) throw new Error('the sample keys stand in a file');
  const second = await startOutages({
    outages,
    tokens: { keysFile: keys.file, issuer, audience },
    now: () => house.now,
  });
  const subgraphs = [
    { ...DAFFRON, url: `${service.url}/graphql` },
    { ...OUTAGES, url: second.url },
  ];
  const started = await Promise.allSettled(GATEWAY_NAMES.map((name) => startGateway(name, subgraphs, keys.file)));
  const close = async (): Promise<void> => {
    for (const start of started) if (start.status === 'fulfilled') await start.value.stop();
    await second.stop();
  };
  const failed = started.find((start) => start.status === 'rejected');
  if (failed !== undefined) {
    await close();
    throw failed.reason;
  }
  return {
    ask: async (gateway, question, headers) => {
      const start = started[GATEWAY_NAMES.indexOf(gateway)];
      return await askAt(start?.status === 'fulfilled' ? start.value.url : '', question, headers);
    },
    seenByService: () => seen.splice(0),
    close,
  };
}

/** Each gateway serves what the composer of its own makers has made; @apollo/gateway knows no directive that checks callers. */
async function startGateway(name: GatewayName, subgraphs: readonly Subgraph[], beside: string): Promise<Running> {
  const { supergraph, problems } =
    name === 'hive' ? COMPOSERS.guild(subgraphs) : COMPOSERS.apollo(subgraphs.map(withoutSecurity));
  if (supergraph === undefined) throw new Error(problems.join('\n'));
  const file = join(beside, '..', `${name}.graphql`);
  writeFileSync(file, supergraph);
  return await startChild(join(GATEWAYS, `${name}.js`), ['--supergraph', file]);
}

async function askAt(url: string, question: Question, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(question),
  });
  const text = await response.text();
  const body = JSON.parse(text) as Pick<Answer, 'data' | 'errors'>;
  return { status: response.status, data: body.data, errors: body.errors, text };
}
