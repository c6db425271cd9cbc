/** Gets a program of the tests from Debian's packages, below .cache: without root, and without a change of the system. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A program, and the environment that it needs to find its libraries. */
export interface Program {
  program: string;
  env: NodeJS.ProcessEnv;
}

/** One that was unpacked, and where all that came with it stands. */
export interface UnpackedProgram extends Program {
  root: string;
}

const CACHE = path.resolve(__dirname, '../../.cache');

/** An install fetches package lists and some packages: 30 MB for a Redis, 190 MB for a browser on a bare machine. */
const INSTALL_DEADLINE_MS = 300_000;

/** Whether it starts at all. */
export async function isRunnable({ program, env }: Program): Promise<boolean> {
  return run(program, ['--version'], { env }).then(
    () => true,
    () => false,
  );
}

/**
 * The program at `place` of a package that was unpacked earlier, or is unpacked now.
 * @throws Error where the package cannot be had, or what it brought does not run
 */
export async function unpackProgram(name: string, place: string): Promise<UnpackedProgram> {
  const unpacked = path.join(CACHE, name);
  const kept = await programIn(unpacked, place);
  if (await isRunnable(kept)) return kept;
  await unpackPackage(name, unpacked);
  const fresh = await programIn(unpacked, place);
  await run(fresh.program, ['--version'], { env: fresh.env });
  return fresh;
}

/** The packages' libraries stand in lib and usr/lib, in folders that are named after the machine, and some one deeper. */
async function programIn(root: string, place: string): Promise<UnpackedProgram> {
  const folders = [];
  for (const libraries of [path.join(root, 'lib'), path.join(root, 'usr/lib')]) {
    const machines = await listFolders(libraries);
    folders.push(...machines, ...(await Promise.all(machines.map(listFolders))).flat());
  }
  const env = { ...process.env, LD_LIBRARY_PATH: folders.join(':') };
  return { program: path.join(root, place), env, root };
}

async function listFolders(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(folder, name));
}

/** Downloads the package with what it depends on; package lists, downloads and locks are our own. */
async function unpackPackage(name: string, target: string): Promise<void> {
  const work = path.join(CACHE, `${name}-${randomUUID()}`);
  const [lists, archives, root] = [path.join(work, 'lists'), path.join(work, 'archives'), path.join(work, 'root')];
  try {
    for (const folder of [path.join(lists, 'partial'), path.join(archives, 'partial'), root]) {
      await mkdir(folder, { recursive: true });
    }
    const settings = {
      'Dir::State::lists': lists,
      'Dir::Cache': work,
      'Dir::Cache::archives': archives,
      'Dir::Log': work,
      // The locks are those of the system's package database, which is only read here.
      'Debug::NoLocking': 'true',
      // Started as root, apt would download as a user of its own, who may not reach this folder.
      'APT::Sandbox::User': '',
    };
    const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
    const apt = async (...args: readonly string[]): Promise<unknown> =>
      run('apt-get', [...options, '-qq', ...args], { timeout: INSTALL_DEADLINE_MS });
    await apt('update');
    await apt('install', '--yes', '--no-install-recommends', '--download-only', name);
    for (const file of await readdir(archives)) {
      if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', path.join(archives, file), root]);
    }
    await rm(target, { recursive: true, force: true });
    await rename(root, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
