// A copy of the built project, as a user has it after `npm ci`: in a home that nobody else can enter, owned by whom a test says.
import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, cp, link, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { removeEmbeddedPostgres } from '../../src/embedded/postgres';
import { suiteEnvironment } from './suiteExecutor';

const run = promisify(execFile);
/** How often a test looks at what was printed, in milliseconds. */
const POLL_MS = 50;

const PROJECT = path.resolve(__dirname, '../..');

/** What a start reads beside node_modules; the build is the one that `npm test` has just made. */
const PARTS = ['dist', 'tools', 'package.json'];

export interface User {
  readonly uid: number;
  readonly gid: number;
}

export interface ProjectCopy {
  readonly folder: string;
  /** Starts a command of the project as its owner, with nothing in the environment but what is given. */
  start(entry: string, args: readonly string[], env?: Readonly<Record<string, string>>): StartedProcess;
  remove(): Promise<void>;
}

export interface StartedProcess {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** What it has printed so far, on both channels. */
  printed(): string;
  /** Waits for a text; rejects with all that was printed where the process ends without it. */
  until(text: string): Promise<string>;
  /** Sends a signal and waits for the end; the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** The end with everything printed. */
  readonly closed: Promise<number | NodeJS.Signals | null>;
}

export async function copyProject(user: User | undefined): Promise<ProjectCopy> {
  const home = await mkdtemp(path.join(tmpdir(), 'home-'));
  const folder = path.join(home, 'project');
  await mkdir(path.join(folder, 'node_modules'), { recursive: true });
  await mkdir(path.join(home, 'tmp'));
  for (const part of PARTS) await cp(path.join(PROJECT, part), path.join(folder, part), { recursive: true });
  for (const name of await productionPackages()) await linkPackage(name, folder);
  const node = path.join(home, 'node');
  // The packages keep their owner: as hard links they are the very files of this run. Their folder is all a user needs.
  if (user !== undefined) await run('chown', [`${user.uid}:${user.gid}`, home, path.join(home, 'tmp'), folder]);
  await chmod(home, 0o700);
  // The Node of this run may stand where no other user can reach it.
  await link(process.execPath, node).catch(async () => await copyFile(process.execPath, node));
  return {
    folder,
    start: (entry, args, env = {}) => {
      const child = spawn(node, ['tools/run.mjs', entry, ...args], {
        ...user,
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: home, TMPDIR: path.join(home, 'tmp'), ...suiteEnvironment(), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      return watch(child);
    },
    remove: async () => {
      const dataDir = path.join(folder, '.data', 'postgres');
      // As root the database's files stand in a folder of the system, which no removal of the home would reach.
      if (process.getuid?.() === 0)
        await removeEmbeddedPostgres({ dataDir, projectRoot: folder, log: () => undefined });
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Keeps what a process prints, and waits for its words and its end. */
export function watch(child: ChildProcessByStdio<null, Readable, Readable>): StartedProcess {
  let printed = '';
  const keep = (chunk: Buffer): void => {
    printed += chunk.toString('utf8');
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = once(child, 'exit').then(
    ([code, signal]: unknown[]) => (code ?? signal) as number | NodeJS.Signals | null,
  );
  const closed = once(child, 'close').then(async () => await ended);
  return {
    child,
    ended,
    closed,
    printed: () => printed,
    until: async (text) => {
      while (!printed.includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null)
          throw new Error(`ended without "${text}":\n${printed}`);
        await sleep(POLL_MS);
      }
      return printed;
    },
    end: async (signal) => {
      child.kill(signal);
      return await ended;
    },
  };
}

/** Packages that are installed without development, by their folders. */
async function productionPackages(): Promise<readonly string[]> {
  const lock = JSON.parse(await readFile(path.join(PROJECT, 'node_modules', '.package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([folder, entry]) => entry.dev !== true && !folder.slice('node_modules/'.length).includes('node_modules/'))
    .map(([folder]) => folder.slice('node_modules/'.length));
}

/** Hard links where the folder is of the same volume: thousands of files in a moment; else copies. */
async function linkPackage(name: string, folder: string): Promise<void> {
  const from = path.join(PROJECT, 'node_modules', name);
  const to = path.join(folder, 'node_modules', name);
  await mkdir(path.dirname(to), { recursive: true });
  await run('cp', ['-R', '--link', from, to]).catch(async () => {
    await rm(to, { recursive: true, force: true });
    await cp(from, to, { recursive: true });
  });
}
