// A database that cannot be brought up to date: the start fails with the reason, and leaves no connection behind.
import { Client } from 'pg';
import { openDatabase } from '../../datasources/postgres/database';
import { createTestDatabase, type TestDatabase } from '../setup/servers';

const LIMITS = { poolMax: 10, statementTimeoutMs: 5000, connectTimeoutMs: 5000 };

/** A server needs a moment to see that a client has gone; so often it is asked, with this pause in milliseconds between. */
const LOOKS_MAX = 100;
const PAUSE_MS = 50;

let server: TestDatabase;
let watcher: Client;

beforeEach(async () => {
  server = await createTestDatabase();
  watcher = new Client({ connectionString: server.url });
  await watcher.connect();
});

afterEach(async () => {
  await watcher.end();
  await server.drop();
});

const countConnections = async (): Promise<number> => {
  const { rows } = await watcher.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  return rows[0]?.count ?? 0;
};

/** The number of connections beside the watcher's, when there are none any more or patience ends. */
async function connectionsLeft(): Promise<number> {
  for (let look = 1; look < LOOKS_MAX && (await countConnections()) > 0; look += 1) {
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  }
  return await countConnections();
}

test('a migration that fails is told as it is, and every connection is gone', async () => {
  // A table of this name is in the way of the migration that makes it.
  await watcher.query('CREATE TABLE customers (id int)');
  await expect(openDatabase({ url: server.url, ...LIMITS }, () => undefined)).rejects.toThrow(
    'relation "customers" already exists',
  );
  expect(await connectionsLeft()).toBe(0);
});

test('after a failed migration the next start may migrate: the lock is free, and nothing of the first is left', async () => {
  await watcher.query('CREATE TABLE customers (id int)');
  await expect(openDatabase({ url: server.url, ...LIMITS }, () => undefined)).rejects.toThrow('already exists');
  await watcher.query('DROP TABLE customers');
  const database = await openDatabase({ url: server.url, ...LIMITS }, () => undefined);
  expect(await countConnections()).toBeGreaterThan(0);
  expect(await database.read('no customers', 'SELECT 1 FROM customers', [])).toEqual([]);
  await database.close();
  expect(await connectionsLeft()).toBe(0);
});

test('a connection that is cut in the middle of a migration fails the start, and every connection is gone', async () => {
  // The migration waits for the lock, so that it can be cut there.
  await watcher.query('SELECT pg_advisory_lock(4105001)');
  const opening = openDatabase({ url: server.url, ...LIMITS }, () => undefined).catch((error: unknown) => error);
  for (;;) {
    const { rowCount } = await watcher.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'`,
    );
    if (rowCount === 1) break;
  }
  expect(await opening).toBeInstanceOf(Error);
  await watcher.query('SELECT pg_advisory_unlock(4105001)');
  expect(await connectionsLeft()).toBe(0);
});
