/** The real servers for tests of the project `house`: a database of one's own, and the common Redis. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

export { startRedis, type TestRedis } from './redisServer';

/** A database that belongs to one test file. */
export interface TestDatabase {
  url: string;
  /** Removes it, and ends the connections that are still open to it. */
  drop(): Promise<void>;
}

/** Makes an empty database with a name of its own on the server of this test run. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = readUrl('TEST_DATABASE_URL');
  const name = `daffron_test_${randomUUID().replaceAll('-', '')}`;
  await runOn(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: async () => runOn(server, `drop database if exists ${name} with (force)`) };
}

/** The URL of the Redis that all tests of this run share; whoever needs it empty or to himself starts his own. */
export function testRedisUrl(): string {
  return readUrl('TEST_REDIS_URL');
}

/** Both are set by startServers.ts, which jest calls once before the first file of the project. */
function readUrl(name: 'TEST_DATABASE_URL' | 'TEST_REDIS_URL'): string {
  const url = process.env[name];
  if (url === undefined) throw new Error(`${name} is not set: this test belongs to the jest project "house"`);
  return url;
}

async function runOn(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
