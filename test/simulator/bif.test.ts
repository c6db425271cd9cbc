// Every bill file that the simulator writes passes a reader of its own making, which shares nothing with the writer.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeBif } from '../../simulator/bif';
import { openKeptWorld, type KeptWorld } from '../../simulator/keptWorld';

/** A small reader of the file format: fields may be enclosed, and then hold delimiters and line ends. */
function readRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const field = /("(?:[^"]|"")*"|[^|"\n]*)(\||\n)/gy;
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    const [, raw = '', end] = match;
    record.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end === '|') continue;
    records.push(record);
    record = [];
    if (field.lastIndex === text.length) return records;
  }
  throw new Error('the file ends in the middle of a record');
}

type Row = ReadonlyMap<string, string>;

/** Cents of an amount in the form that files use, or undefined. */
function cents(text: string | undefined): number | undefined {
  return /^-?\d{1,9}\.\d\d$/.test(text ?? '') ? Math.round(Number(text) * 100) : undefined;
}

const REQUIRED = [
  'BillerGUID',
  'InvoiceTypeID',
  'AccountNumber',
  'CustomerID',
  'CustomerName',
  'Address1',
  'City',
  'State',
  'Zip',
  'InvoiceNumber',
  'InvoiceDate',
  'InvoiceDueDate',
  'BalanceForwardAmount',
  'CurrentCharges',
  'TotalAmountDue',
];

/** What is wrong with a row, by the checks that an import makes; empty: nothing. */
function faultsOf(row: Row): string[] {
  const get = (column: string): string => row.get(column) ?? '';
  const dates = [...row].filter(([column, value]) => /Date$|^ServicePeriod/.test(column) && value !== '');
  /** True when those of the columns that hold a date are in this order. */
  const ordered = (strict: boolean, ...columns: string[]): boolean => {
    const days = columns.map(get).filter((day) => day !== '');
    return days.every((day, at) => at === 0 || (strict ? day > (days[at - 1] ?? '') : day >= (days[at - 1] ?? '')));
  };
  const parts = ['BalanceForwardAmount', 'CurrentCharges', 'AdjustmentAmount'].map(
    (column) => cents(get(column)) ?? NaN,
  );
  const digits = [get('CustomerName'), get('InvoiceMessage'), get('Custom1'), get('Custom2')];
  const notices = ['FirstNotifyRequestedDate', 'SecondNotifyRequestedDate', 'ThirdNotifyRequestedDate'];
  const checks: [string, boolean][] = [
    ...REQUIRED.map((column): [string, boolean] => [`${column} is there`, get(column) !== '']),
    ...dates.map(([column, day]): [string, boolean] => [
      `${column} is a day`,
      !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().slice(0, 10) === day,
    ]),
    ['state', /^[A-Z]{2}$/.test(get('State'))],
    ['zip', /^\d{5}(-\d{4})?$/.test(get('Zip'))],
    ['total', parts.reduce((sum, part) => sum + part, 0) === cents(get('TotalAmountDue'))],
    ['past due', (cents(get('PastDueAmount')) ?? -1) >= 0],
    ['flags', ['AllowPartialPayments', 'AutoPay', 'PaperInvoices', 'Prepaid'].every((f) => /^[YN]$/.test(get(f)))],
    ['due', ordered(false, 'InvoiceDate', 'InvoiceDueDate', 'ExpireDate')],
    ['collection', ordered(false, 'InvoiceDate', 'AutoPayCollectionDate', 'ExpireDate')],
    ['notices', ordered(true, ...notices) && ordered(false, 'ThirdNotifyRequestedDate', 'ExpireDate')],
    ['period', ordered(false, 'ServicePeriodStart', 'ServicePeriodEnd')],
    ['main account', get('MainAccountNumber') !== get('AccountNumber')],
    ['co-owners', get('CoOwners').split(';').length <= 15 && /^([^~;]+~[^~;]*~[^~;]+;?)*$/.test(get('CoOwners'))],
    ['no card number', digits.every((text) => !/\d{13}/.test(text.replaceAll(/[ -]/g, '')))],
    ['currency', get('CurrencyCode') === 'USD'],
  ];
  return checks.filter(([, right]) => !right).map(([name]) => name);
}

/** The rows of a file by column name. Throws when header or trailer are not what they should be. */
function readFileText(text: string): Row[] {
  const [header = [], ...records] = readRecords(text);
  const trailer = records.pop();
  const rows = records.map((record) => {
    if (record.length !== header.length) throw new Error(`a record of ${record.length} fields: ${record.join('|')}`);
    return new Map(header.map((column, at) => [column, record[at] ?? '']));
  });
  const sum = rows.reduce((total, row) => total + (cents(row.get('TotalAmountDue')) ?? NaN), 0);
  expect(trailer).toEqual(['#TRAILER', String(rows.length), (sum / 100).toFixed(2)]);
  return rows;
}

let dataDir: string;
let world: KeptWorld;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'simulator-bif-'));
  world = await openKeptWorld({ dataDir, today: '2026-03-31' });
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

test('there is a file for each biller and month, the oldest first, and nothing else', async () => {
  const names = world.bifFiles.map((path) => path.slice(join(dataDir, 'bif').length + 1));
  expect(names.length).toBe(48);
  expect(names.at(0)).toMatch(/^[0-9a-f-]{36}_20240430_001\.bif$/);
  expect(names.at(-1)).toMatch(/^[0-9a-f-]{36}_20260331_024\.bif$/);
  const order = names.map((name) => name.slice(37));
  expect(order).toEqual([...order].sort());
  expect((await readdir(join(dataDir, 'bif'))).sort()).toEqual([...names].sort());
});

test('every row of every file passes the checks of an import, and every trailer is true', async () => {
  const numbers = new Set<string>();
  const faults: string[] = [];
  let rows = 0;
  for (const path of world.bifFiles) {
    const billerId = path.slice(join(dataDir, 'bif').length + 1).slice(0, 36);
    for (const row of readFileText(await readFile(path, 'utf8'))) {
      const number = row.get('InvoiceNumber') ?? '';
      faults.push(...faultsOf(row).map((fault) => `${number}: ${fault}`));
      if (row.get('BillerGUID') !== billerId) faults.push(`${number}: another biller`);
      numbers.add(`${billerId} ${row.get('InvoiceTypeID')} ${number}`);
      rows += 1;
    }
  }
  expect(faults).toEqual([]);
  expect(rows).toBeGreaterThan(400 * 24);
  expect(numbers.size).toBe(rows);
});

test('messages with delimiters, quotes, line ends and leading signs are in the files, enclosed where they must be', async () => {
  const texts = await Promise.all(world.bifFiles.slice(-2).map((path) => readFile(path, 'utf8')));
  const messages = texts.flatMap((text) => readFileText(text).map((row) => row.get('InvoiceMessage') ?? ''));
  for (const hard of ['|', '"', '\r\n', '=', '@']) {
    expect(messages.some((message) => message.includes(hard))).toBe(true);
  }
});

test('a checker that could not fail would be worth nothing: a bad row is found out', async () => {
  const path = join(dataDir, 'bad.bif');
  await writeBif(path, [{ TotalAmountDue: '1.00', BalanceForwardAmount: '0.50', InvoiceDate: '2026-02-30' }]);
  const [row] = readFileText(await readFile(path, 'utf8'));
  expect(faultsOf(row ?? new Map())).toEqual(expect.arrayContaining(['Zip is there', 'InvoiceDate is a day', 'total']));
});

test('rows that fail in the middle leave no file under the name', async () => {
  const path = join(dataDir, 'cut.bif');
  function* failing() {
    yield { TotalAmountDue: '1.00' };
    throw new Error('cut');
  }
  await expect(writeBif(path, failing())).rejects.toThrow('cut');
  expect(await readdir(dataDir)).not.toContain('cut.bif');
});
