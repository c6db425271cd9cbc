/** Talks to the server of the embedded database: whether it answers, and whether the house's database is there. */
import { Client } from 'pg';
import { hasCode } from './postgres/systemError';

/** The role that owns everything, and the name of the one database that the house uses. */
export const DATABASE_NAME = 'daffron';

/** One attempt to connect; the server is on this machine, and one that does not answer is asked again. */
const CONNECT_MS = 5_000;

/** The codes with which Postgres says that the role or its password is wrong. */
const REFUSED: readonly string[] = ['28000', '28P01'];

/** The URL under which the database's role reaches one of its databases. */
export function urlOf(port: number, password: string, database: string): string {
  return `postgres://${DATABASE_NAME}:${password}@127.0.0.1:${port}/${database}`;
}

/**
 * Whether the server answers a query in `database` now (one that every cluster has, when none is named).
 * @throws Error when it answers that the password is wrong, for then waiting does not help
 */
export async function answers(port: number, password: string, database = 'postgres'): Promise<boolean> {
  const client = newClient(port, password, database);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    if (hasCode(error, ...REFUSED)) throw error;
    return false;
  } finally {
    await client.end();
  }
}

/** Makes the house's database in a new cluster. */
export async function makeDatabase(port: number, password: string): Promise<void> {
  const client = newClient(port, password, 'postgres');
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE_NAME]);
    if (rowCount === 0) await client.query(`create database ${DATABASE_NAME}`);
  } finally {
    await client.end();
  }
}

/** The settings of the environment (PGSSLMODE) are not for this server. */
function newClient(port: number, password: string, database: string): Client {
  const connectionString = urlOf(port, password, database);
  const client = new Client({ connectionString, ssl: false, connectionTimeoutMillis: CONNECT_MS });
  // A connection that breaks fails the query that waits on it, which is told there; it must not end this process.
  client.on('error', () => undefined);
  return client;
}
