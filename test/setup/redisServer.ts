/** Starts a real Redis server for the tests: for all of them one, and more for those that have to kill theirs. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import Redis from 'ioredis';
import { findFreePort } from '../../src/embedded/freePort';
import { findRedisProgram } from './redisProgram';
import { watchOverUs } from './watchdog';

/** A Redis server that belongs to whoever started it. */
export interface TestRedis {
  url: string;
  pid: number;
  /** Kills the server and comes back when it is gone; nothing it knew is left. May be called more than once. */
  stop(): Promise<void>;
  /** The server keeps its connections and port, and answers nothing until `resume`. */
  pause(): void;
  resume(): void;
}

/** A start takes a few hundredths of a second. */
const READY_DEADLINE_MS = 20_000;
const POLL_MS = 20;

/** Another program may take the port between finding and using it. */
const STARTS_MAX = 5;

/**
 * Starts a Redis server that keeps nothing on disk, on a free port of 127.0.0.1.
 * @param args more of its command line, such as ['--maxmemory', '2mb']
 * @param settings a file of settings, which comes first
 * @throws Error with what the server said when it does not come up
 */
export async function startRedis(args: readonly string[] = [], settings?: string): Promise<TestRedis> {
  const { program, env } = await findRedisProgram();
  const fixed = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--daemonize', 'no'];
  for (let start = 1; ; start++) {
    const port = await findFreePort();
    const first = settings === undefined ? [] : [settings];
    const child = spawn(program, [...first, '--port', String(port), ...fixed, ...args], {
      // A group of its own: Ctrl-C at the terminal must not take it from a test that is cleaning up.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: '/',
      env,
    });
    const output = collectOutput(child);
    const redis = handOver(child, `redis://127.0.0.1:${port}`);
    if (await becomesReady(child, redis.url)) return redis;
    await redis.stop();
    if (start === STARTS_MAX) throw new Error(`The Redis server of the tests did not start:\n${output()}`);
  }
}

/** @throws Error when no Redis answers under the URL */
export async function pingRedis(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  // The failed call below tells it; without a listener ioredis would print it as well.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
  } finally {
    // On a connection that has closed already, it would leave a timer behind for two seconds.
    if (redis.status !== 'end') redis.disconnect();
  }
}

function handOver(child: ChildProcess, url: string): TestRedis {
  // A program that could not be run at all has no number; it counts as ended, and `stop` has nothing to do.
  const pid = child.pid ?? 0;
  const ended = hasEnded(child) ? Promise.resolve() : once(child, 'exit');
  const callOff = pid === 0 ? () => undefined : watchOverUs('kill -KILL "$1"', String(pid));
  // Its number may soon be that of another process.
  child.once('exit', callOff);
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { url, pid, stop, pause: () => void child.kill('SIGSTOP'), resume: () => void child.kill('SIGCONT') };
}

const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

async function becomesReady(child: ChildProcess, url: string): Promise<boolean> {
  const deadline = performance.now() + READY_DEADLINE_MS;
  while (!hasEnded(child) && performance.now() < deadline) {
    const answered = await pingRedis(url).then(
      () => true,
      () => false,
    );
    if (answered) return true;
    await sleep(POLL_MS);
  }
  return false;
}

/** Keeps the last words of the server, should they be needed. */
function collectOutput(child: ChildProcess): () => string {
  let text = '';
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString('utf8')).slice(-2_000);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.on('error', (error) => {
    text += error.message;
  });
  return () => text;
}
