/** Starts the real Postgres and the real Redis of a test run, once before its first file (jest's globalSetup). */
import path from 'node:path';
import { Client } from 'pg';
import { openEmbeddedPostgres } from '../../src/embedded/postgres';
import { messageOf } from '../../src/embedded/postgres/systemError';
import { pingRedis, startRedis } from './redisServer';
import { makeServerFolder } from './watchdog';

/** A server that tests can use, and how to end it. */
interface Running {
  url: string;
  stop(): Promise<void>;
}

/** What globalTeardown finds of globalSetup: jest keeps nothing else between the two. */
export type WithTestServers = typeof globalThis & { stopTestServers?: () => Promise<void> };

/** Nobody needs these data after the run, so nothing waits for the disk; each test file has pools of its own. */
const SETTINGS = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };

export default async function startServers(): Promise<void> {
  const starts = await Promise.allSettled([openPostgres(process.env), openRedis(process.env)]);
  const stopTestServers = async (): Promise<void> => {
    const stops = await Promise.allSettled(
      starts.map(async (start) => (start.status === 'fulfilled' ? start.value.stop() : undefined)),
    );
    throwFirst(stops);
  };
  const [postgres, redis] = starts;
  if (postgres.status === 'rejected' || redis.status === 'rejected') {
    await stopTestServers();
    throwFirst(starts);
    return;
  }
  process.env['TEST_DATABASE_URL'] = postgres.value.url;
  process.env['TEST_REDIS_URL'] = redis.value.url;
  (globalThis as WithTestServers).stopTestServers = stopTestServers;
}

function throwFirst(outcomes: readonly PromiseSettledResult<unknown>[]): void {
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') throw outcome.reason;
  }
}

/** The database whose URL is given (checked here, so that its absence is said once and plainly), or one of our own. */
async function openPostgres({ DATABASE_URL }: NodeJS.ProcessEnv): Promise<Running> {
  if (DATABASE_URL === undefined || DATABASE_URL === '') return startPostgres();
  const client = new Client({ connectionString: DATABASE_URL });
  try {
    await client.connect();
  } catch (error) {
    throw new Error(`No Postgres answers under the given DATABASE_URL: ${messageOf(error)}`, { cause: error });
  } finally {
    await client.end();
  }
  return { url: DATABASE_URL, stop: async () => undefined };
}

async function startPostgres(): Promise<Running> {
  const folder = await makeServerFolder();
  const said: string[] = [];
  try {
    const postgres = await openEmbeddedPostgres({
      dataDir: path.join(folder.path, 'postgres'),
      projectRoot: path.resolve(__dirname, '../..'),
      log: (line) => said.push(line),
      settings: SETTINGS,
    });
    const stop = async (): Promise<void> => {
      await postgres.stop();
      await folder.remove();
    };
    return { url: postgres.url, stop };
  } catch (error) {
    await folder.remove();
    throw new Error(`The Postgres of the tests did not start (${said.join('; ')}): ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function openRedis({ REDIS_URL }: NodeJS.ProcessEnv): Promise<Running> {
  if (REDIS_URL === undefined || REDIS_URL === '') return startRedis();
  try {
    await pingRedis(REDIS_URL);
  } catch (error) {
    throw new Error(`No Redis answers under the given REDIS_URL: ${messageOf(error)}`, { cause: error });
  }
  return { url: REDIS_URL, stop: async () => undefined };
}
