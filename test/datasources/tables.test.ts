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

async function missingStatements(): Promise<readonly string[]> {
  const { upQueries } = await database.orm.driver.createSchemaBuilder().log();
  return upQueries.map(({ query }) => query);
}

test('the tables of TypeORM are those of the migrations', async () => {
  expect(await missingStatements()).toEqual([]);
});
