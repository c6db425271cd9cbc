/** Runs an image as a cluster would: its own user, a read-only root, no capability, and the network of this machine. */
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerTools } from './containerTools';

const run = promisify(execFile);
const POLL_MS = 100;

/** What an image says of itself. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Cmd: readonly string[];
  readonly WorkingDir: string;
  readonly Healthcheck?: { readonly Test: readonly string[] };
}

export interface RunningContainer {
  /** All that it has written so far. */
  printed(): string;
  /** @throws Error with all that was written, where it ends before */
  until(text: string): Promise<void>;
  /** As a cluster stops it; the code by which it ended. */
  stop(): Promise<number | null>;
  /** Runs a program inside; the code by which it ended. */
  exec(args: readonly string[]): Promise<number>;
  remove(): Promise<void>;
}

export async function readImageConfig(tools: ContainerTools, image: string): Promise<ImageConfig> {
  const { Docker } = JSON.parse(await tools.buildah('inspect', '--type', 'image', image));
  return Docker.config;
}

/**
 * @param folder is seen as /settings, read-only
 */
export async function runContainer(
  tools: ContainerTools,
  image: string,
  env: Readonly<Record<string, string>>,
  folder: string,
): Promise<RunningContainer> {
  const config = await readImageConfig(tools, image);
  const container = await tools.buildah('from', image);
  const root = await tools.buildah('mount', container);
  const bundle = await mkdtemp(path.join(tmpdir(), 'bundle-'));
  const id = `daffron-${randomUUID()}`;
  await run(tools.runtime, ['spec'], { cwd: bundle });
  const spec = JSON.parse(await readFile(path.join(bundle, 'config.json'), 'utf8'));
  await writeFile(path.join(bundle, 'config.json'), JSON.stringify(narrow(spec, config, { root, env, folder })));
  const child = spawn(tools.runtime, ['run', '--bundle', bundle, id], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close').then(([code]: unknown[]) => code as number | null);
  let printed = '';
  const keep = (chunk: Buffer): void => {
    printed += chunk.toString('utf8');
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  return {
    printed: () => printed,
    until: async (text) => {
      while (!printed.includes(text)) {
        if (hasEnded()) throw new Error(`ended without "${text}":\n${printed}`);
        await sleep(POLL_MS);
      }
    },
    stop: async () => {
      await run(tools.runtime, ['kill', id, 'TERM']);
      return await closed;
    },
    exec: async (args) => {
      const inside = spawn(tools.runtime, ['exec', id, ...args], { stdio: 'ignore' });
      const [code]: unknown[] = await once(inside, 'close');
      return Number(code);
    },
    remove: async () => {
      if (!hasEnded()) {
        await run(tools.runtime, ['kill', id, 'KILL']).catch(() => undefined);
        await closed;
      }
      await tools.buildah('umount', container);
      await tools.buildah('rm', container);
      await rm(bundle, { recursive: true, force: true });
    },
  };
}

type Spec = any; // oxlint-disable-line typescript/no-explicit-any -- the form is the runtime's

interface Place {
  readonly root: string;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** The runtime's usual container, made as narrow as the manifests make it. */
function narrow(spec: Spec, config: ImageConfig, { root, env, folder }: Place): object {
  const [uid = '', gid = uid] = config.User.split(':');
  if (!/^[1-9]\d*$/.test(uid) || !/^[1-9]\d*$/.test(gid)) throw new Error(`the image runs as "${config.User}"`);
  const given = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const { hostname: _hostname, ...rest } = spec;
  return {
    ...rest,
    root: { path: root, readonly: true },
    process: {
      ...spec.process,
      terminal: false,
      user: { uid: Number(uid), gid: Number(gid) },
      args: config.Cmd,
      env: [...config.Env, ...given],
      cwd: config.WorkingDir,
      capabilities: {},
      noNewPrivileges: true,
    },
    mounts: [
      ...spec.mounts.filter(({ type }: { type: string }) => type !== 'cgroup'),
      { destination: '/settings', type: 'bind', source: folder, options: ['bind', 'ro'] },
    ],
    linux: {
      ...spec.linux,
      namespaces: spec.linux.namespaces.filter(({ type }: { type: string }) => ['pid', 'ipc', 'mount'].includes(type)),
    },
  };
}
