// The way to Postgres: one pool for prepared reads, and TypeORM for migrations, writes and the transaction handle.
import 'reflect-metadata';
import { Pool, types, type QueryResultRow } from 'pg';
import { DataSource, type Logger } from 'typeorm';
import { Bills1000000000001 } from './migrations/0001-bills';
import { ItemTypes1000000000002 } from './migrations/0002-item-types';
import { asAway } from './backEndAway';
import { ENTITIES } from './tables';

/** An import from the watched folder holds two connections, one for its lock; as many are left for uploads. */
const WRITERS_MIN = 4;

export interface DatabaseSettings {
  readonly url: string;
  /** Connections for reads; writes have a fifth of it, at least four. */
  readonly poolMax: number;
  /** How long a statement may run, in milliseconds. */
  readonly statementTimeoutMs: number;
  /** How long a caller waits for a free connection, in milliseconds. */
  readonly connectTimeoutMs: number;
}

export interface Database {
  /** Rows of a prepared statement; `name` must be unique for its text. Throws BackEndAway where Postgres is not there. */
  read<Row extends QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<Row[]>;
  /** The same for one small statement that writes: it has the time limits of a read, and is a transaction of its own. */
  write<Row extends QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<Row[]>;
  /** TypeORM: migrations, imports and whatever needs a transaction of several statements. */
  readonly orm: DataSource;
  /**
   * Whether Postgres answers and has all that this build's migrations make. It is asked over a connection of its own, so
   * that a crowd of readers does not look like a database that is away.
   */
  readiness(): Promise<DatabaseReadiness>;
  /** The connections of the two pools. */
  pools(): Readonly<Record<'read' | 'write', PoolState>>;
  close(): Promise<void>;
}

export type DatabaseReadiness = 'READY' | 'AWAY' | 'MIGRATIONS_MISSING';

export interface PoolState {
  readonly total: number;
  readonly idle: number;
  /** Callers who wait for a connection. */
  readonly waiting: number;
}

const DATE_OID = 1082;
const DATE_ARRAY_OID = 1182;
const BIGINT_OID = 20;

/** Days stay texts: a calendar day has no instant, and a Date would shift it by the zone of this process (TIM-01). */
const readTypes = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === DATE_OID) return (text: string) => text;
    if (oid === DATE_ARRAY_OID)
      return (text: string) =>
        text
          .slice(1, -1)
          .split(',')
          .filter((day) => day !== '');
    if (oid === BIGINT_OID) return BigInt;
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the driver names a few ids, and is asked for any
    return types.getTypeParser(oid, format);
  },
} as const;

const nothing = (): void => undefined;

/** TypeORM prints what it does with migrations even where logging is off; whatever fails is thrown, and told by who catches it. */
const SILENT: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
};

/** Opens the database and brings its tables up to date. `onIdleError` hears of connections that die unused. */
export async function openDatabase(settings: DatabaseSettings, onIdleError: (error: Error) => void): Promise<Database> {
  const orm = new DataSource({
    type: 'postgres',
    url: settings.url,
    entities: ENTITIES,
    migrations: [Bills1000000000001, ItemTypes1000000000002],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'all',
    poolSize: Math.max(WRITERS_MIN, Math.ceil(settings.poolMax / 5)),
    connectTimeoutMS: settings.connectTimeoutMs,
    poolErrorHandler: onIdleError,
    parseInt8: false,
    // Keys come from gen_random_uuid(), which Postgres has without any extension; TypeORM must not install one.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    logging: false,
    logger: SILENT,
  });
  await orm.initialize();
  try {
    await migrate(orm);
    return openReading(orm, settings, onIdleError);
  } catch (error) {
    // TypeORM's connections would outlive the failed start, and keep its process from ending.
    await orm.destroy();
    throw error;
  }
}

function openReading(orm: DataSource, settings: DatabaseSettings, onIdleError: (error: Error) => void): Database {
  const pool = new Pool({
    connectionString: settings.url,
    max: settings.poolMax,
    connectionTimeoutMillis: settings.connectTimeoutMs,
    statement_timeout: settings.statementTimeoutMs,
    // A server that hangs does not watch its own time limit; this one is ours, a little later.
    query_timeout: settings.statementTimeoutMs + 500,
    types: readTypes,
  });
  pool.on('error', onIdleError);
  const run = async <Row extends QueryResultRow>(name: string, text: string, values: readonly unknown[]) => {
    try {
      return (await pool.query<Row>({ name, text, values: [...values] })).rows;
    } catch (error) {
      throw asAway(error);
    }
  };
  const probe = openProbe(settings.url, orm, onIdleError);
  return {
    read: run,
    write: run,
    orm,
    readiness: probe.readiness,
    pools: () => ({ read: stateOf(pool), write: stateOf(writePoolOf(orm)) }),
    close: async () => {
      try {
        await probe.close();
        await pool.end();
      } finally {
        await orm.destroy();
      }
    },
  };
}

/** A probe that waits longer than this, in milliseconds, has its answer: away. */
const PROBE_TIMEOUT_MS = 1000;

const UNDEFINED_TABLE = '42P01';

function openProbe(url: string, orm: DataSource, onIdleError: (error: Error) => void) {
  const names = orm.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const pool = new Pool({
    connectionString: url,
    max: 1,
    connectionTimeoutMillis: PROBE_TIMEOUT_MS,
    query_timeout: PROBE_TIMEOUT_MS,
  });
  pool.on('error', onIdleError);
  return {
    readiness: async (): Promise<DatabaseReadiness> => {
      try {
        const found = await pool.query('SELECT FROM migrations WHERE name = ANY ($1::text[])', [names]);
        return found.rowCount === names.length ? 'READY' : 'MIGRATIONS_MISSING';
      } catch (error) {
        return error instanceof Error && 'code' in error && error.code === UNDEFINED_TABLE
          ? 'MIGRATIONS_MISSING'
          : 'AWAY';
      }
    },
    close: async () => await pool.end(),
  };
}

/** TypeORM keeps its pool behind a type that says nothing. */
function writePoolOf(orm: DataSource): Pool | undefined {
  const driver: object = orm.driver;
  const pool = 'master' in driver ? driver.master : undefined;
  return pool instanceof Pool ? pool : undefined;
}

function stateOf(pool: Pool | undefined): PoolState {
  return { total: pool?.totalCount ?? 0, idle: pool?.idleCount ?? 0, waiting: pool?.waitingCount ?? 0 };
}

/** Any number that no other lock of this database uses; it lets one of several starting processes migrate at a time. */
const MIGRATION_LOCK = 4_105_001;

async function migrate(orm: DataSource): Promise<void> {
  const queryRunner = orm.createQueryRunner();
  try {
    await queryRunner.connect();
    await queryRunner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await orm.runMigrations();
    await queryRunner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  } finally {
    // Where the migration failed the whole pool is closed after this, and the lock ends with its connection.
    await queryRunner.release();
  }
}
