/** The tests of the outside stand on these servers: if they were not real, green would mean little. */
import Redis from 'ioredis';
import { Client } from 'pg';
import { readRunningProcess } from '../../src/embedded/postgres/runningProcess';
import { createTestDatabase, startRedis, testRedisUrl } from '../setup/servers';

async function ask(url: string, query: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(query)).rows;
  } finally {
    await client.end();
  }
}

/** Without retries, so that a dead server is an error at once. */
async function ping(url: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await redis.ping();
  } finally {
    // On a connection that has closed already, it would leave a timer behind for two seconds.
    if (redis.status !== 'end') redis.disconnect();
  }
}

describe('the servers of the tests', () => {
  test('a test has a real Postgres, not something like it', async () => {
    const database = await createTestDatabase();
    try {
      expect(await ask(database.url, 'select version()')).toEqual([
        { version: expect.stringMatching(/^PostgreSQL \d/) },
      ]);
    } finally {
      await database.drop();
    }
  });

  test('two test files do not see each other: each has a database of its own, and dropping one leaves the other', async () => {
    const [mine, yours] = await Promise.all([createTestDatabase(), createTestDatabase()]);
    try {
      await ask(mine.url, 'create table bill (id int)');
      expect(await ask(yours.url, "select to_regclass('bill') as found")).toEqual([{ found: null }]);
      await mine.drop();
      await expect(ask(mine.url, 'select 1')).rejects.toThrow('does not exist');
      expect(await ask(yours.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      await Promise.all([mine.drop(), yours.drop()]);
    }
  });

  test('a database is dropped although a test left a connection to it open', async () => {
    const database = await createTestDatabase();
    const forgotten = new Client({ connectionString: database.url });
    const broken = new Promise<Error>((resolve) => forgotten.on('error', resolve));
    await forgotten.connect();
    await database.drop();
    expect((await broken).message).toMatch(/terminating connection|terminated/);
  });

  test('the Redis of the run answers', async () => {
    expect(await ping(testRedisUrl())).toBe('PONG');
  });

  test('a Redis of its own can be silenced, woken and killed, and takes more settings', async () => {
    const redis = await startRedis(['--maxmemory', '2mb']);
    // The timeout is for the silent server; how long it is does not matter here.
    const client = new Redis(redis.url, { commandTimeout: 300 });
    try {
      expect(await client.config('GET', 'maxmemory')).toEqual(['maxmemory', String(2 * 1024 * 1024)]);
      redis.pause();
      await expect(client.ping()).rejects.toThrow('Command timed out');
      redis.resume();
      expect(await client.ping()).toBe('PONG');
    } finally {
      client.disconnect();
      await redis.stop();
    }
    expect(await readRunningProcess(redis.pid)).toBeUndefined();
    await expect(ping(redis.url)).rejects.toThrow('Connection is closed');
  });
});
