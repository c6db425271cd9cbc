// What a refresh leaves in a real Postgres: flags, mapped or not, and whether the account's generation has moved on (BLK-05).
import { openBalanceFacts, type BalanceFacts, type RefreshFacts } from '../../datasources/bills/balanceFacts';
import { openDatabase, type Database } from '../../datasources/postgres/database';
import type { Account } from '../../domain/account';
import { afterNine } from '../fixtures/balanceWorld';
import { BILLER_ID, makeAccount, NINE } from '../fixtures/handMade';
import { createTestDatabase, type TestDatabase } from '../setup/servers';

let server: TestDatabase;
let database: Database;
let troubles: unknown[];
let facts: BalanceFacts;

/** A refresh that blocks nothing and whose items all named their types. */
const nothingBlocked: RefreshFacts = { generation: 0n, blockedTenders: [], itemTypes: [1, 2], observedAt: NINE };

interface Row {
  blocked_tenders: string[] | null;
  item_types: number[] | null;
  refreshed_at: Date | null;
  /** Which transaction wrote the row last: another one after each write, even of equal values. */
  written_by: string;
}

async function openTestDatabase(url: string): Promise<Database> {
  return openDatabase({ url, poolMax: 2, statementTimeoutMs: 5000, connectTimeoutMs: 5000 }, () => undefined);
}

beforeAll(async () => {
  server = await createTestDatabase();
  database = await openTestDatabase(server.url);
  await database.orm.query(
    `INSERT INTO customers (biller_id, customer_number, name, address1, city, state, zip,
       fact_invoice_date, fact_due_date, fact_file_id, fact_invoice_number)
     VALUES ($1, 'C-1', 'Pat', '12 Elm Street', 'Ames', 'IA', '50010', '2026-11-20', '2026-12-10', 1, 'N-1')`,
    [BILLER_ID],
  );
});

afterAll(async () => {
  await database.close();
  await server.drop();
});

beforeEach(async () => {
  await database.orm.query('DELETE FROM accounts');
  troubles = [];
  facts = openBalanceFacts(database, (error) => troubles.push(error));
});

/** Inserts an account that was never refreshed, as its reader would give it. */
async function insertAccount(accountNumber = 'A-1'): Promise<Account> {
  const rows = await database.orm.query<{ id: string }[]>(
    `INSERT INTO accounts (biller_id, account_number, customer_number, prepaid, billed_at,
       fact_invoice_date, fact_due_date, fact_file_id, fact_invoice_number)
     VALUES ($1, $2, 'C-1', false, now(), '2026-11-20', '2026-12-10', 1, 'N-1') RETURNING id`,
    [BILLER_ID, accountNumber],
  );
  const key = rows[0]?.id ?? '';
  return makeAccount(accountNumber, { key });
}

async function readRow({ key }: Account): Promise<Row | undefined> {
  const rows = await database.orm.query<Row[]>(
    'SELECT blocked_tenders, item_types, refreshed_at, xmin::text AS written_by FROM accounts WHERE id = $1',
    [key],
  );
  return rows[0];
}

test('BLK-05 the first refresh sets flags, and the time of its question', async () => {
  const account = await insertAccount();
  expect(await facts.record(account, { ...nothingBlocked, blockedTenders: ['BANK'], itemTypes: null })).toBe(true);
  expect(await readRow(account)).toMatchObject({ blocked_tenders: ['BANK'], item_types: null, refreshed_at: NINE });
});

test('BLK-05 a refresh that blocks nothing is told apart from none', async () => {
  const account = await insertAccount();
  expect(await readRow(account)).toMatchObject({ blocked_tenders: null, item_types: null });
  await facts.record(account, nothingBlocked);
  expect(await readRow(account)).toMatchObject({ blocked_tenders: [], item_types: [1, 2] });
});

test('BLK-05 a later refresh lifts and sets flags', async () => {
  const account = await insertAccount();
  await facts.record(account, { ...nothingBlocked, blockedTenders: ['CARD', 'BANK'] });
  await facts.record(account, { ...nothingBlocked, blockedTenders: ['CARD'], observedAt: afterNine(1) });
  expect(await readRow(account)).toMatchObject({ blocked_tenders: ['CARD'], refreshed_at: afterNine(1) });
});

test('BLK-05 a refresh that says what is known writes nothing, in whatever order it says it', async () => {
  const account = await insertAccount();
  await facts.record(account, { ...nothingBlocked, blockedTenders: ['CARD', 'BANK'] });
  const before = await readRow(account);
  const later = afterNine(1);
  expect(await facts.record(account, { ...nothingBlocked, blockedTenders: ['BANK', 'CARD'], observedAt: later })).toBe(
    true,
  );
  expect(await readRow(account)).toEqual(before);
});

test('BLK-05 flags are compared with what is stored, and not with what the asking operation had read', async () => {
  const account = await insertAccount();
  const readEarlier = { ...account, blockedTenders: ['BANK'] as const, itemTypes: [1, 2] };
  await facts.record(readEarlier, nothingBlocked);
  await facts.record(readEarlier, { ...nothingBlocked, blockedTenders: ['BANK'], observedAt: afterNine(1) });
  expect(await readRow(account)).toMatchObject({ blocked_tenders: ['BANK'], refreshed_at: afterNine(1) });
});

test('BLK-05 an answer to an earlier question never overwrites what a later one said', async () => {
  const account = await insertAccount();
  await facts.record(account, { ...nothingBlocked, observedAt: afterNine(1) });
  const earlier = await facts.record(account, { ...nothingBlocked, blockedTenders: ['BANK'], itemTypes: null });
  expect(earlier).toBe(false);
  expect(await readRow(account)).toMatchObject({
    blocked_tenders: [],
    item_types: [1, 2],
    refreshed_at: afterNine(1),
  });
});

test('ADJ-03 where nothing is owed, what is known of how items are typed stays', async () => {
  const account = await insertAccount();
  await facts.record(account, nothingBlocked);
  const nothingOwed = { ...nothingBlocked, itemTypes: undefined, blockedTenders: ['CARD'] as const };
  expect(await facts.record(account, { ...nothingOwed, observedAt: afterNine(1) })).toBe(true);
  expect(await readRow(account)).toMatchObject({ item_types: [1, 2], blocked_tenders: ['CARD'] });
});

test('RTD-03 a refresh does not wait for an account that an import has locked: it is not kept', async () => {
  const account = await insertAccount();
  const importer = database.orm.createQueryRunner();
  await importer.startTransaction();
  try {
    await importer.query('SELECT id FROM accounts WHERE id = $1 FOR UPDATE', [account.key]);
    expect(await facts.record(account, nothingBlocked)).toBe(false);
  } finally {
    await importer.rollbackTransaction();
    await importer.release();
  }
  expect(await facts.record(account, nothingBlocked)).toBe(true);
  expect(troubles).toEqual([]);
});

test('RTD-03 a refresh whose account has moved on must not be kept; its neighbour of the same batch may be', async () => {
  const [moved, stayed] = [await insertAccount('A-1'), await insertAccount('A-2')];
  await database.orm.query('UPDATE accounts SET balance_generation = 9007199254740993 WHERE id = $1', [moved.key]);
  const recorded = await Promise.all([facts.record(moved, nothingBlocked), facts.record(stayed, nothingBlocked)]);
  expect(recorded).toEqual([false, true]);
  // One less is the same number to a float.
  expect(await facts.record(moved, { ...nothingBlocked, generation: 9_007_199_254_740_992n })).toBe(false);
  expect(await facts.record(moved, { ...nothingBlocked, generation: 9_007_199_254_740_993n })).toBe(true);
  expect(troubles).toEqual([]);
});

test('RTD-03 a refresh of an account that is gone must not be kept', async () => {
  const gone = makeAccount('A-9', { key: '00000000-0000-4000-8000-000000000000' });
  expect(await facts.record(gone, nothingBlocked)).toBe(false);
  expect(troubles).toEqual([]);
});

test('RTD-03 two refreshes of one account at once are both answered', async () => {
  const account = await insertAccount();
  const asked = [facts.record(account, nothingBlocked), facts.record(account, { ...nothingBlocked, generation: 1n })];
  expect(await Promise.all(asked)).toEqual([true, false]);
});

test('RTD-03 with Postgres gone a refresh is not kept and the trouble is told; nobody is failed for it', async () => {
  const lost = await createTestDatabase();
  const lostDatabase = await openTestDatabase(lost.url);
  const told: unknown[] = [];
  const lostFacts = openBalanceFacts(lostDatabase, (error) => told.push(error));
  try {
    await lost.drop();
    expect(await lostFacts.record(makeAccount('A-1', { key: BILLER_ID }), nothingBlocked)).toBe(false);
    expect(told).toHaveLength(1);
    expect(told[0]).toBeInstanceOf(Error);
  } finally {
    await lostDatabase.close();
  }
});

test('RTD-03 with writes refused a refresh is not kept and the trouble is told', async () => {
  const account = await insertAccount();
  await database.orm.query('ALTER TABLE accounts ADD CONSTRAINT no_writes CHECK (refreshed_at IS NULL)');
  try {
    expect(await facts.record(account, nothingBlocked)).toBe(false);
    expect(troubles).toHaveLength(1);
  } finally {
    await database.orm.query('ALTER TABLE accounts DROP CONSTRAINT no_writes');
  }
});
