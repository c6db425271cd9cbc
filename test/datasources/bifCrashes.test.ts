// An import that is cut off anywhere leaves what was before, and the same file again does the rest.
import { once } from 'node:events';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { Client } from 'pg';
import { at, openBillHouse, stateOf, type BillHouse } from '../fixtures/billHouse';
import { BILLER, billFile, type BillTexts } from '../fixtures/billFiles';
import { startImport } from '../fixtures/importProcess';

let house: BillHouse;
let staff: Client;

beforeAll(async () => {
  house = await openBillHouse();
  staff = new Client({ connectionString: house.url });
  await staff.connect();
});
beforeEach(async () => house.clear());
afterAll(async () => {
  await staff.end();
  await house.close();
});

const ROWS = 2_000;

/** Bills of one month of many accounts. */
function manyBills(month: number, count = ROWS): readonly BillTexts[] {
  const two = String(month).padStart(2, '0');
  return Array.from({ length: count }, (_, index) => ({
    AccountNumber: `A-${index}`,
    CustomerID: `C-${index}`,
    LoginName: `login${index}`,
    InvoiceNumber: `${two}-${index}`,
    InvoiceMessage: `MONTH ${two}`,
  }));
}

const OLD = billFile(manyBills(1));
/** Replaces half of the old bills and adds as many, so that a mix of old and new would show. */
const NEW = billFile([
  ...manyBills(1)
    .slice(ROWS / 2)
    .map((row) => ({ ...row, InvoiceMessage: 'NEW' })),
  ...manyBills(2),
]);

/** The bytes of a text, with something done after a part of them. */
function streamUntil(text: string, part: number, act: () => Promise<void>): Readable {
  const bytes = Buffer.from(text);
  const cut = Math.floor(bytes.length * part);
  return Readable.from(
    (async function* pieces() {
      for (let from = 0; from < cut; from += 65_536) yield bytes.subarray(from, Math.min(cut, from + 65_536));
      await act();
      yield bytes.subarray(cut);
    })(),
  );
}

/** Ends the connections of imports, as a restart of the database would. */
async function endImports(): Promise<void> {
  await staff.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`,
  );
}

/** Waits until a session of this database waits for a lock. */
async function untilOneWaits(): Promise<void> {
  for (;;) {
    const { rowCount } = await staff.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rowCount !== null && rowCount > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function expectAnotherRunToFinish(before: unknown): Promise<void> {
  expect(await stateOf(house)).toEqual(before);
  const report = await house.ingest(NEW, 1);
  expect(report).toMatchObject({ alreadyIngested: false, counts: { new: ROWS, replaced: ROWS / 2, unchanged: 0 } });
}

describe.each([0.1, 0.5, 0.99])('INV-05 cut off at %d of the file (F5)', (part) => {
  test('by its stream', async () => {
    await house.ingest(OLD);
    const before = await stateOf(house);
    const broken = streamUntil(NEW, part, async () => Promise.reject(new Error('the line went dead')));
    await expect(house.door.ingest(BILLER, 'x', broken, () => at(1))).rejects.toThrow('the line went dead');
    await expectAnotherRunToFinish(before);
  });

  test('by its database', async () => {
    await house.ingest(OLD);
    const before = await stateOf(house);
    const stream = streamUntil(NEW, part, endImports);
    await expect(house.door.ingest(BILLER, 'x', stream, () => at(1))).rejects.toThrow('POSTGRES is away');
    await expectAnotherRunToFinish(before);
  });
});

test.each(['accounts', 'invoices', 'account_links'])(
  'INV-05 cut off while it stores to %s, readers see the old state until then (F5, F10)',
  async (table) => {
    await house.ingest(OLD);
    const before = await stateOf(house);
    const blocker = new Client({ connectionString: house.url });
    await blocker.connect();
    await blocker.query(`BEGIN; LOCK TABLE ${table} IN EXCLUSIVE MODE`);
    const cut = house.ingest(NEW, 1).catch((error: unknown) => error);
    await untilOneWaits();
    expect(await stateOf(house)).toEqual(before);
    await staff.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    expect(await cut).toBeInstanceOf(Error);
    await blocker.end();
    await expectAnotherRunToFinish(before);
  },
);

test('INV-05 a process killed while it reads, and one killed while it stores, leave the old state (F5)', async () => {
  await house.ingest(OLD);
  const before = await stateOf(house);
  const reading = startImport(house.url);
  // The pipe to a process that is killed breaks, which is the point.
  reading.stdin?.on('error', () => undefined).write(NEW.slice(0, NEW.length / 2));
  await once(reading.stdout ?? reading, 'data');
  reading.kill('SIGKILL');
  await once(reading, 'exit');

  const blocker = new Client({ connectionString: house.url });
  await blocker.connect();
  await blocker.query('BEGIN; LOCK TABLE invoices IN EXCLUSIVE MODE');
  const storing = startImport(house.url);
  storing.stdin?.on('error', () => undefined).end(NEW);
  await untilOneWaits();
  storing.kill('SIGKILL');
  await once(storing, 'exit');
  await blocker.end();
  await expectAnotherRunToFinish(before);
});

/** A small file with everything that rows can do to each other: shared accounts, numbers, customers, people and ties. */
const anyRow = fc.record({
  AccountNumber: fc.constantFrom('A-1', 'A-2'),
  CustomerID: fc.constantFrom('C-1', 'C-1', 'C-2'),
  CustomerName: fc.constantFrom('NAME 1', 'NAME 2'),
  InvoiceTypeID: fc.constantFrom('42', '43'),
  InvoiceNumber: fc.constantFrom('N-1', 'N-2', 'n-3', 'N-4', 'Ñ-5'),
  InvoiceDate: fc.constantFrom('2026-03-01', '2026-03-02'),
  LoginName: fc.constantFrom('', 'one', 'two'),
  CoOwners: fc.constantFrom('', 'P-1~p1~ONE', 'P-2~p2~TWO;P-1~p1~UNO', 'C-1~x~SELF'),
  Zip: fc.constantFrom('65801', '65801', '65801', 'x'),
});

test('INV-07 any order of the rows of two files leaves the same state', async () => {
  const files = fc.tuple(fc.array(anyRow, { maxLength: 8 }), fc.array(anyRow, { minLength: 1, maxLength: 8 }));
  const orders = files.chain(([first, second]) =>
    fc.tuple(
      fc.constant([first, second] as const),
      fc.shuffledSubarray(first, { minLength: first.length }),
      fc.shuffledSubarray(second, { minLength: second.length }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(orders, async ([[first, second], firstAgain, secondAgain]) => {
      const leave = async (one: readonly BillTexts[], two: readonly BillTexts[]) => {
        await house.clear();
        await house.ingest(one, 1);
        const { counts } = await house.ingest(two, 2);
        return { counts, state: await stateOf(house) };
      };
      expect(await leave(firstAgain, secondAgain)).toEqual(await leave(first, second));
    }),
    { numRuns: 25 },
  );
}, 60_000);

test('INV-01 twenty thousand rows go through on a connection that knew small tables, and every count is right (F7 in small)', async () => {
  await house.ingest(manyBills(1, 10));
  const rows = manyBills(3, 20_000);
  const report = await house.ingest(billFile(rows, { after: ['#TRAILER|20000|2562000.00'] }));
  expect(report).toMatchObject({ refused: null, counts: { read: 20_000, new: 20_000, rejected: 0 } });
  expect(await house.rows('SELECT count(*)::integer AS n FROM account_links')).toEqual([{ n: 40_000 }]);
  expect(report.warnings).toEqual([]);
}, 60_000);
