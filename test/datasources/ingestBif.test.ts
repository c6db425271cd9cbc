// What a bill file leaves in the database, and what a second one changes (INV, BAL).
import { Readable } from 'node:stream';
import { renderReport } from '../../datasources/bills/bifReport';
import { peekBiller } from '../../datasources/bills/ingestBif';
import type { Biller } from '../../domain/biller';
import { at, openBillHouse, stateOf, type BillHouse } from '../fixtures/billHouse';
import { bill, BILLER, billFile, GOOD_ROW, streamOf } from '../fixtures/billFiles';

let house: BillHouse;

beforeAll(async () => {
  house = await openBillHouse();
});
beforeEach(async () => house.clear());
afterAll(async () => house.close());

const versions = async () =>
  house.rows<{ n: string; version: number }>(
    `SELECT invoice_number AS n, version FROM invoices ORDER BY invoice_number`,
  );

test('INV-01 each row of a valid file becomes an invoice with its customer and account', async () => {
  const report = await house.ingest([GOOD_ROW]);
  expect(report).toMatchObject({ refused: null, alreadyIngested: false, counts: { read: 1, new: 1, rejected: 0 } });
  expect(await stateOf(house)).toMatchObject({
    customers: [{ customer_number: 'C-88213', name: 'DOE JANE', fact_invoice_number: '20260301-4512001' }],
    accounts: [
      { account_number: '0004512001', customer_number: 'C-88213', main_account_number: '0004512000', prepaid: false },
    ],
    invoices: [
      {
        invoice_number: '20260301-4512001',
        version: 1,
        total_cents: 12810,
        notify_dates: ['2026-03-02', '2026-03-14', '2026-03-19'],
        auto_pay_collection_date: '2026-03-20',
        custom_fields: [{ name: 'Custom1', value: 'METER 55102' }],
      },
    ],
    held: null,
    coOwners: [{ customer_number: 'C-90001', user_name: 'JDoe2', name: 'DOE JOHN' }],
    links: [
      { relation: 'OWNER', user_name: 'janedoe', position: 0, customer_number: 'C-88213' },
      { relation: 'CO_OWNER', user_name: 'jdoe2', position: 1, customer_number: 'C-90001' },
    ],
  });
});

test('INV-01 every text comes through as it was sent', async () => {
  const odd = 'back\\slash \\N tab? "quote" | \'; DROP TABLE x; -- {env.HOME} \u{1f600}\r\nsecond line';
  await house.ingest([{ ...GOOD_ROW, InvoiceMessage: odd, Custom1: '=1+1 \\ "x"', CustomerName2: '{"a":1}' }]);
  const [row] = await house.rows(
    `SELECT i.message, i.custom_fields, c.name2 FROM invoices i JOIN customers c USING (biller_id, customer_number)`,
  );
  expect(row).toEqual({ message: odd, custom_fields: [{ name: 'Custom1', value: '=1+1 \\ "x"' }], name2: '{"a":1}' });
});

test('INV-03 the same content a second time gives the earlier report and changes no row', async () => {
  const first = await house.ingest([bill(1), bill(2)]);
  const state = await stateOf(house);
  const second = await house.ingest([bill(1), bill(2)], 5);
  expect(second).toEqual({ ...first, alreadyIngested: true });
  expect(await stateOf(house)).toEqual(state);
  expect(await house.rows('SELECT id FROM bif_files')).toHaveLength(1);
});

test('INV-03 the same content is another file for another biller', async () => {
  const other: Biller = { ...BILLER, id: '00000000-0000-4000-8000-000000000002' };
  await house.ingest([bill(1)]);
  const report = await house.ingest([bill(1, { BillerGUID: other.id.toUpperCase() })], 1, other);
  expect(report.counts.new).toBe(1);
  expect(await house.rows('SELECT id FROM accounts')).toHaveLength(2);
});

test('INV-04 a changed row replaces its invoice and raises the version by one; an equal row touches nothing', async () => {
  await house.ingest([bill(1), bill(2)]);
  const report = await house.ingest([bill(2, { InvoiceMessage: 'CORRECTED' }), bill(1)], 1);
  expect(report.counts).toMatchObject({ new: 0, replaced: 1, unchanged: 1 });
  expect(await versions()).toEqual([
    { n: 'N-01', version: 1 },
    { n: 'N-02', version: 2 },
  ]);
});

test("INV-04 the same rows in another order, with other dates' spelling, are no second effect (F3)", async () => {
  await house.ingest([bill(1), bill(2), bill(3)]);
  const state = await stateOf(house);
  const report = await house.ingest([bill(3), bill(1, { InvoiceDate: '1/1/2026' }), bill(2)], 9);
  expect(report.counts).toMatchObject({ unchanged: 3, new: 0, replaced: 0 });
  expect(await stateOf(house)).toEqual(state);
});

test('INV-04 a number that another account has rejects the row', async () => {
  await house.ingest([bill(1)]);
  const report = await house.ingest([bill(1, { AccountNumber: 'OTHER' }), bill(2, { AccountNumber: 'OTHER' })], 1);
  expect(report.rejectedRows).toEqual([
    expect.objectContaining({ row: 2, column: 'InvoiceNumber', code: 'NUMBER_OF_ANOTHER_ACCOUNT' }),
  ]);
  expect(report.counts).toMatchObject({ new: 1, rejected: 1 });
});

test('INV-04 the same number under another type is another invoice', async () => {
  expect((await house.ingest([bill(1), bill(1, { InvoiceTypeID: '43' })])).counts.new).toBe(2);
});

test('INV-05 three bad rows in a hundred leave 97 stored and three in the report (F1)', async () => {
  const rows = Array.from({ length: 100 }, (_, index) =>
    bill(1, { InvoiceNumber: `N-${index}`, AccountNumber: `${index}` }),
  );
  rows[9] = { ...rows[9], Zip: 'x' };
  rows[49] = { ...rows[49], TotalAmountDue: '1.00' };
  rows[99] = { ...rows[99], CustomerID: '' };
  const report = await house.ingest(rows);
  expect(report.counts).toMatchObject({ read: 100, new: 97, rejected: 3 });
  expect(report.rejectedRows.map(({ row, column, code }) => [row, column, code])).toEqual([
    [11, 'Zip', 'ZIP_INVALID'],
    [51, 'TotalAmountDue', 'TOTAL_MISMATCH'],
    [101, 'CustomerID', 'REQUIRED_MISSING'],
  ]);
  expect(await house.rows('SELECT id FROM invoices')).toHaveLength(97);
});

test('INV-05 a row twice in one file: identical counts once, different rejects both', async () => {
  const twice = bill(2, { AccountNumber: 'A-2' });
  const report = await house.ingest([bill(1), bill(1), bill(1), twice, { ...twice, InvoiceMessage: 'OTHER' }]);
  expect(report.counts).toEqual({ read: 5, new: 1, replaced: 0, unchanged: 0, held: 0, rejected: 2, duplicates: 2 });
  expect(report.rejectedRows.map(({ row, code }) => [row, code])).toEqual([
    [5, 'DUPLICATE_ROW_DIFFERENT'],
    [6, 'DUPLICATE_ROW_DIFFERENT'],
  ]);
  expect(report.warnings.map(({ row, code }) => [row, code])).toEqual([
    [3, 'DUPLICATE_ROW_IDENTICAL'],
    [4, 'DUPLICATE_ROW_IDENTICAL'],
  ]);
});

test.each([
  ['no required column', 'AccountNumber|Zip\n1|2\n', 'REQUIRED_COLUMN_MISSING'],
  ['a column twice', billFile([bill(1)], { columns: [...Object.keys(GOOD_ROW), 'ZIP'] }), 'COLUMN_REPEATED'],
  ['a wrong count (F9)', billFile([bill(1)], { after: ['#TRAILER|2|128.10'] }), 'TRAILER_COUNT_WRONG'],
  ['a wrong sum (F9)', billFile([bill(1)], { after: ['#TRAILER|1|128.11'] }), 'TRAILER_SUM_WRONG'],
  ['a trailer of two parts', billFile([bill(1)], { after: ['#TRAILER|1'] }), 'TRAILER_MALFORMED'],
  ['another encoding', billFile([bill(1)]).replace('DOE', 'D\u0000E'), 'NOT_UTF8'],
  ['nothing', '', 'FILE_EMPTY'],
])('INV-05 a file with %s is refused whole', async (_what, text, code) => {
  const report = await house.ingest(text);
  expect(report.refused?.code).toBe(code);
  expect(report.counts).toMatchObject({ new: 0, replaced: 0 });
  expect(await house.rows('SELECT id FROM invoices UNION ALL SELECT id FROM accounts')).toEqual([]);
  expect(await house.rows('SELECT id FROM bif_files')).toEqual([]);
  expect(renderReport(report)).toContain(`REFUSED ${code}`);
});

test('INV-05 a right trailer counts rejected and repeated rows too', async () => {
  const rows = [bill(1), bill(1), bill(2, { Zip: 'x' })];
  const report = await house.ingest(billFile(rows, { after: ['#TRAILER|3|384.30'] }));
  expect(report).toMatchObject({ refused: null, counts: { read: 3, new: 1, duplicates: 1, rejected: 1 } });
});

test('INV-05 a row whose total cannot be read keeps the sum from being checked, and nothing more', async () => {
  const report = await house.ingest(
    billFile([bill(1), bill(2, { TotalAmountDue: '?' })], { after: ['#TRAILER|2|7.00'] }),
  );
  expect(report).toMatchObject({ refused: null, counts: { new: 1, rejected: 1 } });
  expect(report.warnings.map(({ code }) => code)).toEqual(['TRAILER_SUM_NOT_CHECKED']);
});

test('INV-05 an unknown column is ignored with a warning; a header alone is a file without rows', async () => {
  const report = await house.ingest(billFile([], { columns: [...Object.keys(GOOD_ROW), 'Colour'] }));
  expect(report).toMatchObject({ refused: null, counts: { read: 0 } });
  expect(report.warnings).toEqual([expect.objectContaining({ row: 1, column: 'Colour', code: 'UNKNOWN_COLUMN' })]);
});

test('PCI-03 a card number reaches neither the tables nor the report', async () => {
  const report = await house.ingest([bill(1, { Custom1: 'PAID 4111 1111 1111 1111' })]);
  expect(report.rejectedRows).toMatchObject([{ column: 'Custom1', code: 'CARD_NUMBER_FOUND' }]);
  const [kept] = await house.rows(`SELECT report::text AS report FROM bif_files`);
  expect(`${JSON.stringify(report)}${JSON.stringify(kept)}${renderReport(report)}`).not.toContain('4111');
});

test('INV-08 two years of bills of one account stay, the newest first by the order of the index', async () => {
  const months = Array.from({ length: 24 }, (_, index) => {
    const day = `${2024 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
    return bill(1, { InvoiceNumber: `H-${day}`, InvoiceDate: `${day}-01`, InvoiceDueDate: `${day}-20` });
  });
  await house.ingest(months);
  await house.ingest([bill(1)], 1);
  const found = await house.rows<{ n: string }>(
    'SELECT invoice_number AS n FROM invoices ORDER BY invoice_date DESC, due_date DESC, file_id DESC, invoice_number DESC',
  );
  expect(found).toHaveLength(25);
  expect([found[0]?.n, found[1]?.n, found[24]?.n]).toEqual(['N-01', 'H-2025-12', 'H-2024-01']);
});

test.each([
  ['the newer after the older', [1, 2]],
  ['the older after the newer (F11)', [2, 1]],
])('BAL-05 %s: facts come from the newer bill', async (_order, months) => {
  for (const [minute, month] of months.entries()) {
    await house.ingest(
      [bill(month, { CustomerName: `NAME ${month}`, ServiceAddress: `ADDRESS ${month}`, LoginName: `login${month}` })],
      minute,
    );
  }
  expect(await stateOf(house)).toMatchObject({
    customers: [{ name: 'NAME 2', fact_invoice_number: 'N-02' }],
    accounts: [{ service_address: 'ADDRESS 2', fact_invoice_date: '2026-02-01' }],
    invoices: [{ invoice_number: 'N-01' }, { invoice_number: 'N-02' }],
  });
  const open = await house.rows('SELECT user_name FROM account_links WHERE ended_at IS NULL');
  expect(open).toEqual([{ user_name: 'login2' }]);
});

test('INV-02 nothing is held in the database for a sender who has not sent the first block', async () => {
  const file = Buffer.from(billFile([bill(1)]));
  const open: number[] = [];
  const asked = async (): Promise<void> => {
    const [row] = await house.rows<{ count: number }>(
      `SELECT count(*)::integer AS count FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'`,
    );
    open.push(row?.count ?? -1);
  };
  const slow = Readable.from(
    (async function* pieces() {
      await asked();
      yield file.subarray(0, 100);
      await asked();
      yield file.subarray(100);
    })(),
  );
  expect(await house.door.ingest(BILLER, 'x', slow, () => at(1))).toMatchObject({ counts: { new: 1 } });
  expect(open).toEqual([0, 0]);
});

test('PST-01 a bill is as new as the file that last changed it; the same row again says nothing new', async () => {
  await house.ingest([bill(2), bill(3)], 1);
  await house.ingest([bill(1), bill(2), bill(3, { PastDueAmount: '1.00' })], 2);
  expect(await house.rows('SELECT invoice_number AS n, ingested_at AS t FROM invoices ORDER BY 1')).toEqual([
    { n: 'N-01', t: at(2) },
    { n: 'N-02', t: at(1) },
    { n: 'N-03', t: at(2) },
  ]);
});

test('INV-05 a check gives the report of an import, rejections by stored bills included, and leaves nothing', async () => {
  await house.ingest([bill(1)]);
  const state = await stateOf(house);
  const rows = [bill(2), bill(1, { AccountNumber: 'A-2' }), bill(3, { CustomerID: 'C-NEW' })];
  const checked = await house.door.check(BILLER, 'x', streamOf(billFile(rows)), () => at(1));
  expect(checked).toMatchObject({ dryRun: true, counts: { new: 1, rejected: 1, held: 1 } });
  expect(await stateOf(house)).toEqual(state);
  expect(await house.rows('SELECT id FROM bif_files')).toHaveLength(1);
  const imported = await house.ingest(rows, 1);
  expect({ ...imported, dryRun: true, file: 'x', seconds: 0, rowsPerSecond: 0 }).toEqual({
    ...checked,
    seconds: 0,
    rowsPerSecond: 0,
  });
});

test('INV-05 the report as text has the counts and every rejected row', async () => {
  const text = renderReport(await house.ingest([bill(1), bill(2, { Zip: 'x', City: '' })]));
  expect(text).toMatch(/new +1\n/);
  expect(text).toContain('row 3 rejected: City: REQUIRED_MISSING: a required value is missing');
  expect(text).toContain('row 3 rejected: Zip: ZIP_INVALID');
});

test('INV-05 the list of rejected rows is cut, the counts are complete', async () => {
  const columns = Object.keys(GOOD_ROW);
  const bad = `${columns.map(() => '').join('|')}\n`;
  const report = await house.ingest(billFile([], { columns }) + bad.replaceAll('\n', 'x\n').repeat(1_000));
  expect(report.truncated).toBe(true);
  expect(report.counts).toMatchObject({ read: 1_000, rejected: 1_000 });
  expect(report.rejectedRows).toHaveLength(10_000);
});

test("INV-01 the biller of a file is found by the rows' own name for it", async () => {
  const other: Biller = {
    ...BILLER,
    id: '00000000-0000-4000-8000-000000000002',
    bifColumnNames: { BillerGUID: 'Owner' },
  };
  const text = billFile([bill(1)]);
  expect(await peekBiller(streamOf(text), [other, BILLER])).toBe(BILLER);
  const renamed = text.replace('BillerGUID', 'owner').replace(BILLER.id, other.id);
  expect(await peekBiller(streamOf(renamed), [BILLER, other])).toBe(other);
  expect(await peekBiller(streamOf(renamed), [BILLER])).toBeUndefined();
});
