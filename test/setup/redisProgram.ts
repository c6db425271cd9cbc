/** Finds a Redis server program for the tests, and gets one from Debian's packages where none is installed. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../src/embedded/postgres/systemError';

const run = promisify(execFile);

/** A program that speaks Redis' protocol, and the environment it needs to find its libraries. */
export interface RedisProgram {
  program: string;
  env: NodeJS.ProcessEnv;
}

const CACHE = path.resolve(__dirname, '../../.cache');
const UNPACKED = path.join(CACHE, 'redis');

/** An install fetches package lists and a few packages: about 30 MB. */
const INSTALL_DEADLINE_MS = 180_000;

/**
 * An installed redis-server or valkey-server, else one unpacked below .cache earlier, else one unpacked there now.
 * @throws Error that says what to do when there is none of them
 */
export async function findRedisProgram(): Promise<RedisProgram> {
  for (const program of ['redis-server', 'valkey-server']) {
    if (await isRunnable({ program, env: process.env })) return { program, env: process.env };
  }
  const kept = await programIn(UNPACKED);
  if (await isRunnable(kept)) return kept;
  try {
    await unpackRedis();
    const unpacked = await programIn(UNPACKED);
    await run(unpacked.program, ['--version'], { env: unpacked.env });
    return unpacked;
  } catch (error) {
    throw new Error(
      'The tests need a real Redis. Neither redis-server nor valkey-server is installed, and getting one from the ' +
        'Debian packages failed. Install redis-server, or give the URL of a Redis whose data may be lost as REDIS_URL. ' +
        `What failed: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

async function isRunnable({ program, env }: RedisProgram): Promise<boolean> {
  return run(program, ['--version'], { env }).then(
    () => true,
    () => false,
  );
}

/** The packages' libraries stand in a folder that is named after the machine, as usr/lib/x86_64-linux-gnu. */
async function programIn(root: string): Promise<RedisProgram> {
  const libraries = path.join(root, 'usr/lib');
  const folders = await readdir(libraries).catch(() => []);
  const LD_LIBRARY_PATH = folders.map((folder) => path.join(libraries, folder)).join(':');
  return { program: path.join(root, 'usr/bin/redis-server'), env: { ...process.env, LD_LIBRARY_PATH } };
}

/**
 * Downloads redis-server with what it depends on, and unpacks it into .cache. Package lists, downloads and locks are
 * our own, so it needs no root and changes nothing of the system.
 */
async function unpackRedis(): Promise<void> {
  const work = path.join(CACHE, `redis-${randomUUID()}`);
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
    const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    const apt = async (...args: readonly string[]): Promise<unknown> =>
      run('apt-get', [...options, '-qq', ...args], { timeout: INSTALL_DEADLINE_MS });
    await apt('update');
    await apt('install', '--yes', '--no-install-recommends', '--download-only', 'redis-server');
    for (const file of await readdir(archives)) {
      if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', path.join(archives, file), root]);
    }
    await rm(UNPACKED, { recursive: true, force: true });
    await rename(root, UNPACKED);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
