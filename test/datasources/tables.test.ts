// The tables that TypeORM knows against those that the migrations make: one is the other, and the way back works.
import { openDatabase, type Database } from '../../datasources/postgres/database';
import { createTestDatabase, type TestDatabase } from '../setup/servers';

let server: TestDatabase;
let database: Database;

beforeAll(async () => {
  server = await createTestDatabase();
  database = await openDatabase(
    { url: server.url, poolMax: 2, statementTimeoutMs: 5000, connectTimeoutMs: 5000 },
    () => undefined,
  );
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

/** What TypeORM would change of the tables to make them as it knows them. It compares checks by name, not by content. */
async function missingStatements(): Promise<readonly string[]> {
  const { upQueries } = await database.orm.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}

/** Every column, constraint and index of the tables, as Postgres tells it. */
async function shapeOfTables(): Promise<readonly string[]> {
  const rows = await database.read<{ shape: string }>(
    'shape of tables',
    `SELECT concat_ws(' ', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attcollation::regcollation) AS shape
       FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
       WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
     UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace
     UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
     ORDER BY shape`,
    [],
  );
  return rows.map(({ shape }) => shape);
}

test('the tables of TypeORM are those of the migrations', async () => {
  expect(await missingStatements()).toEqual([]);
});

test.each([
  ['column', 'ALTER TABLE customers DROP COLUMN email_cc', 'ALTER TABLE customers ADD email_cc text'],
  [
    'rule for empty values',
    'ALTER TABLE customers ALTER phone SET NOT NULL',
    'ALTER TABLE customers ALTER phone DROP NOT NULL',
  ],
  [
    'index',
    'DROP INDEX account_links_by_user',
    'CREATE INDEX account_links_by_user ON account_links (biller_id, user_name, account_number)',
  ],
  [
    'check',
    'ALTER TABLE invoices DROP CONSTRAINT invoices_version',
    'ALTER TABLE invoices ADD CONSTRAINT invoices_version CHECK (version >= 1)',
  ],
])('a %s that is missing is seen', async (_what, spoil, mend) => {
  await database.orm.query(spoil);
  const missing = await missingStatements();
  await database.orm.query(mend);
  expect(missing).not.toEqual([]);
  expect(await missingStatements()).toEqual([]);
});

test('the migrations go down to nothing and up again to the same', async () => {
  const before = await shapeOfTables();
  for (const _migration of database.orm.migrations) await database.orm.undoLastMigration();
  const left = await shapeOfTables();
  expect(left.filter((shape) => !/\bmigrations\b|PK_/.test(shape))).toEqual([]);
  await database.orm.runMigrations();
  expect(await shapeOfTables()).toHaveLength(before.length);
  expect(await missingStatements()).toEqual([]);
});
