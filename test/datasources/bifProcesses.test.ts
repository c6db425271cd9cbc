// Imports of several processes at once: one file of a biller at a time, and one file only once (F4).
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { BifReport } from '../../datasources/bills/bifReport';
import { billFile, type BillTexts } from '../fixtures/billFiles';
import { openBillHouse, type BillHouse } from '../fixtures/billHouse';
import { importInProcess } from '../fixtures/importProcess';

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

const ROWS = 300;

function manyBills(message: string): readonly BillTexts[] {
  return Array.from({ length: ROWS }, (_, index) => ({
    AccountNumber: `A-${index}`,
    CustomerID: `C-${index}`,
    LoginName: `login${index}`,
    InvoiceNumber: `N-${index}`,
    InvoiceMessage: message,
  }));
}

/** How often the test looks again, in milliseconds. */
const POLL_MS = 5;

/** Waits until so many sessions of this database wait for a lock of that kind. */
async function untilWaiting(kind: 'advisory' | 'relation', count: number): Promise<void> {
  for (;;) {
    const { rows } = await staff.query<{ n: number }>(
      `SELECT count(*)::integer AS n FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = $1`,
      [kind],
    );
    if (rows[0]?.n === count) return;
    await sleep(POLL_MS);
  }
}

/** Lets one process come as far as the tables, others as far as they may, and only then lets it go on. */
async function importAtOnce(files: readonly string[]): Promise<readonly BifReport[]> {
  const [first = '', ...others] = files;
  // A session of its own: inside a transaction the view of what others wait for would stand still.
  const blocker = new Client({ connectionString: house.url });
  await blocker.connect();
  await blocker.query('BEGIN; LOCK TABLE invoices IN EXCLUSIVE MODE');
  const imports = [importInProcess(house.url, first)];
  try {
    await untilWaiting('relation', 1);
    imports.push(...others.map(async (file) => importInProcess(house.url, file)));
    // The others have read their files and wait for their turn, not for the tables.
    await untilWaiting('advisory', others.length);
    await untilWaiting('relation', 1);
  } finally {
    await blocker.end();
  }
  return Promise.all(imports);
}

test('INV-03 three processes import one file at once: one works, the others report "already" (F4)', async () => {
  const file = billFile(manyBills('ONE'));
  const [one, ...others] = await importAtOnce([file, file, file]);
  expect(one).toMatchObject({ alreadyIngested: false, counts: { read: ROWS, new: ROWS } });
  expect(others).toEqual([
    { ...one, alreadyIngested: true },
    { ...one, alreadyIngested: true },
  ]);
  expect(await house.rows('SELECT max(version) AS v, count(*)::integer AS n FROM invoices')).toEqual([
    { v: 1, n: ROWS },
  ]);
  expect(await house.rows('SELECT id FROM bif_files')).toHaveLength(1);
});

test('INV-04 two files of one biller in two processes take turns: the later replaces, and none is lost (F4)', async () => {
  const [one, two] = await importAtOnce([billFile(manyBills('ONE')), billFile(manyBills('TWO'))]);
  expect([one?.counts.new, two?.counts.replaced]).toEqual([ROWS, ROWS]);
  expect(await house.rows('SELECT DISTINCT version AS v, message FROM invoices')).toEqual([{ v: 2, message: 'TWO' }]);
});
