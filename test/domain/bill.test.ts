// The rules of one row of a bill file: what is taken, what is rejected and in which words.
import { billRowReader, type BillRow } from '../../domain/bills/bill';
import { isBillColumn, readHeader } from '../../domain/bills/billColumns';
import type { Biller } from '../../domain/biller';
import { BILLER, GOOD_ROW, type BillTexts } from '../fixtures/billFiles';

function read(change: BillTexts, biller: Biller = BILLER) {
  const texts: BillTexts = { ...GOOD_ROW, ...change };
  const header = readHeader(Object.keys(texts), biller);
  if ('problem' in header) throw new Error(header.problem.code);
  return billRowReader(header.layout, biller)(Object.values(texts));
}

function rowOf(change: BillTexts, biller?: Biller): BillRow {
  const result = read(change, biller);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.row;
}

/** "Column CODE" for each problem, or for each warning of a row that is taken. */
function remarks(change: BillTexts, biller?: Biller): readonly string[] {
  const result = read(change, biller);
  return ('problems' in result ? result.problems : result.warnings).map(({ column, code }) => `${column} ${code}`);
}

test('INV-01 a good row becomes a bill with its customer and account', () => {
  expect(read({})).toMatchObject({
    warnings: [],
    row: {
      invoiceTypeId: 42,
      accountNumber: '0004512001',
      mainAccountNumber: '0004512000',
      customerNumber: 'C-88213',
      name: 'DOE JANE',
      emailCc: null,
      loginName: 'JaneDoe',
      coOwners: [{ customerNumber: 'C-90001', userName: 'JDoe2', name: 'DOE JOHN' }],
      invoiceDate: '2026-03-01',
      dueDate: '2026-03-21',
      autoPayCollectionDate: '2026-03-20',
      expireDate: '2026-06-30',
      notifyDates: ['2026-03-02', '2026-03-14', '2026-03-19'],
      balanceForwardCents: 4510n,
      currentChargesCents: 8300n,
      totalCents: 12810n,
      balanceDueCents: 12810n,
      allowPartialPayments: true,
      autoPay: false,
      prepaid: false,
      billImageUrl: 'https://bills.example.org/i/77',
      customFields: [{ name: 'Custom1', value: 'METER 55102' }],
    },
  });
});

test('INV-01 what a row leaves open has its default, and flags that nobody gave stay unknown', () => {
  const optional = [
    'AdjustmentAmount',
    'PastDueAmount',
    'BalanceDue',
    'Prepaid',
    'CurrencyCode',
    'AutoPay',
    'CoOwners',
  ];
  const row = rowOf(Object.fromEntries([...optional, 'AutoPayCollectionDate', 'ExpireDate'].map((name) => [name, ''])));
  expect(row).toMatchObject({ adjustmentCents: 0n, pastDueCents: 0n, balanceDueCents: 12810n, prepaid: false });
  expect(row).toMatchObject({ autoPay: null, coOwners: [], autoPayCollectionDate: null, expireDate: null });
});

const REJECTED: readonly (readonly [rule: string, change: BillTexts, remarks: readonly string[]])[] = [
  ['INV-05 a required value is empty', { CustomerName: '' }, ['CustomerName REQUIRED_MISSING']],
  ['INV-05 a required value of spaces', { CustomerName: '   ' }, ['CustomerName REQUIRED_MISSING']],
  ['INV-05 a day that does not exist', { InvoiceDate: '2026-02-30' }, ['InvoiceDate NOT_A_DATE']],
  ['INV-05 a year of long ago', { InvoiceDate: '0026-03-01' }, ['InvoiceDate NOT_A_DATE']],
  ['INV-05 the year zero', { ExpireDate: '0000-03-01' }, ['ExpireDate NOT_A_DATE']],
  ['INV-05 a date with a time', { ExpireDate: '2026-06-30T00:00:00' }, ['ExpireDate NOT_A_DATE']],
  ['TIM-03 no date where one is required', { InvoiceDate: '1/1/0001' }, ['InvoiceDate REQUIRED_MISSING']],
  ['INV-05 a flag that is none', { AutoPay: 'maybe' }, ['AutoPay NOT_A_FLAG']],
  ['INV-05 a state of one letter and a digit', { State: 'M1' }, ['State STATE_INVALID']],
  ['INV-05 a state in full', { State: 'MISSOURI' }, ['State TOO_LONG']],
  ['INV-05 a ZIP code of four digits', { Zip: '6580' }, ['Zip ZIP_INVALID']],
  ['INV-05 a name of 101 characters', { CustomerName: 'x'.repeat(101) }, ['CustomerName TOO_LONG']],
  ['INV-05 a control character', { City: 'SPRING\u0007FIELD' }, ['City CONTROL_CHARACTER']],
  ['INV-05 a tab', { City: 'SPRING\tFIELD' }, ['City CONTROL_CHARACTER']],
  ['INV-05 a CR alone', { Address1: '12 ELM\rST' }, ['Address1 CONTROL_CHARACTER']],
  ['INV-05 a line end in an identifier', { CustomerID: 'C-1\nC-2' }, ['CustomerID CONTROL_CHARACTER']],
  ['INV-05 an account number with other signs', { AccountNumber: '12/34' }, ['AccountNumber ACCOUNT_NUMBER_INVALID']],
  ['INV-05 XML in an account number', { AccountNumber: '1</a>' }, ['AccountNumber ACCOUNT_NUMBER_INVALID']],
  ['PRE-03 its own main account', { MainAccountNumber: '0004512001' }, ['MainAccountNumber MAIN_IS_ITSELF']],
  ["AUT-01 another biller's row", { BillerGUID: 'b'.repeat(36) }, ['BillerGUID OTHER_BILLER']],
  ['TYP-02 a type that is not configured', { InvoiceTypeID: '44' }, ['InvoiceTypeID INVOICE_TYPE_UNKNOWN']],
  ['TYP-02 a type that is no number', { InvoiceTypeID: '4e1' }, ['InvoiceTypeID INVOICE_TYPE_UNKNOWN']],
  ['BAL-10 a total that is not the sum', { TotalAmountDue: '128.11' }, ['TotalAmountDue TOTAL_MISMATCH']],
  ['PST-01 a negative past due', { PastDueAmount: '-0.01' }, ['PastDueAmount PAST_DUE_NEGATIVE']],
  ['INV-05 due before the bill', { InvoiceDueDate: '2026-02-28' }, ['InvoiceDueDate DUE_BEFORE_INVOICE']],
  ['EXP-02 expired before due', { ExpireDate: '2026-03-20' }, ['ExpireDate EXPIRE_BEFORE_DUE']],
  [
    'APD-03 collected before the bill',
    { AutoPayCollectionDate: '2026-02-28' },
    ['AutoPayCollectionDate COLLECTION_BEFORE_INVOICE'],
  ],
  [
    'APD-03 collected after the bill expired',
    { AutoPayCollectionDate: '2026-07-01' },
    ['AutoPayCollectionDate COLLECTION_AFTER_EXPIRE'],
  ],
  [
    'EML-02 a second notice without a first',
    { FirstNotifyRequestedDate: '' },
    ['SecondNotifyRequestedDate NOTICE_WITHOUT_EARLIER'],
  ],
  [
    'EML-02 a third notice without a second',
    { SecondNotifyRequestedDate: '' },
    ['ThirdNotifyRequestedDate NOTICE_WITHOUT_EARLIER'],
  ],
  [
    'EML-02 notices on one day',
    { SecondNotifyRequestedDate: '2026-03-02' },
    ['SecondNotifyRequestedDate NOTICES_NOT_ASCENDING'],
  ],
  [
    'EML-02 a notice after the bill expired',
    { ThirdNotifyRequestedDate: '2026-07-01' },
    ['ThirdNotifyRequestedDate NOTICE_AFTER_EXPIRE'],
  ],
  [
    'INV-05 a period that ends before it starts',
    { ServicePeriodEnd: '2026-01-31' },
    ['ServicePeriodEnd PERIOD_END_BEFORE_START'],
  ],
  ['MON-01 another currency', { CurrencyCode: 'CAD' }, ['CurrencyCode CURRENCY_NOT_SUPPORTED']],
  ['IMG-06 an image by http', { BillImageUrl: 'http://bills.example.org/1' }, ['BillImageUrl IMAGE_URL_NOT_HTTPS']],
  ['IMG-06 an image that is no address', { BillImageUrl: 'bills/1' }, ['BillImageUrl IMAGE_URL_NOT_HTTPS']],
  [
    'IMG-06 an image with a user',
    { BillImageUrl: 'https://a@bills.example.org/' },
    ['BillImageUrl IMAGE_URL_NOT_HTTPS'],
  ],
  [
    'IMG-06 an image of a host that is not allowed',
    { BillImageUrl: 'https://bills.example.org.evil.test/1' },
    ['BillImageUrl IMAGE_HOST_NOT_ALLOWED'],
  ],
  [
    'IMG-06 an image of an allowed host on another port',
    { BillImageUrl: 'https://bills.example.org:8443/1' },
    ['BillImageUrl IMAGE_HOST_NOT_ALLOWED'],
  ],
  ['PCI-03 a card number in a name', { CustomerName: 'DOE 4111111111111111' }, ['CustomerName CARD_NUMBER_FOUND']],
  [
    'PCI-03 a card number in the message',
    { InvoiceMessage: '4111 1111 1111 1111' },
    ['InvoiceMessage CARD_NUMBER_FOUND'],
  ],
  ['PCI-03 a card number in Custom1', { Custom1: '4111-1111-1111-1111' }, ['Custom1 CARD_NUMBER_FOUND']],
  ['PCI-03 a card number in a co-owner', { CoOwners: 'C-1~a~4111111111111111' }, ['CoOwners CARD_NUMBER_FOUND']],
  ['INV-05 a custom value of 101 characters', { Custom1: 'x'.repeat(101) }, ['Custom1 TOO_LONG']],
  ['INV-05 a control character in a custom value', { Custom1: 'a\u0000b' }, ['Custom1 CONTROL_CHARACTER']],
  ['COO-03 a co-owner without a name', { CoOwners: 'C-1~a~' }, ['CoOwners CO_OWNERS_MALFORMED']],
  ['COO-03 a co-owner of two parts', { CoOwners: 'C-1~a' }, ['CoOwners CO_OWNERS_MALFORMED']],
  [
    'COO-03 a co-owner with too long a login',
    { CoOwners: `C-1~${'a'.repeat(61)}~b` },
    ['CoOwners CO_OWNERS_MALFORMED'],
  ],
  [
    'INV-05 all problems of a row are told, not only the first',
    { CustomerName: '', Zip: 'x', TotalAmountDue: '1.00', ExpireDate: '2026-01-01' },
    [
      'CustomerName REQUIRED_MISSING',
      'Zip ZIP_INVALID',
      'TotalAmountDue TOTAL_MISMATCH',
      'ExpireDate EXPIRE_BEFORE_DUE',
      'AutoPayCollectionDate COLLECTION_AFTER_EXPIRE',
      'FirstNotifyRequestedDate NOTICE_AFTER_EXPIRE',
      'SecondNotifyRequestedDate NOTICE_AFTER_EXPIRE',
      'ThirdNotifyRequestedDate NOTICE_AFTER_EXPIRE',
    ],
  ],
];

// The rule of each case stands first in its row; those that only these rows test are BAL-10, TYP-02, APD-03, EML-02, EXP-02.
test.each(REJECTED)('BAL-10 TYP-02 APD-03 EML-02 EXP-02 %s: the row is rejected', (_rule, change, expected) => {
  expect('problems' in read(change)).toBe(true);
  expect(remarks(change)).toEqual(expected);
});

test.each([
  '1,000.00',
  '.5',
  '5.',
  '0.005',
  '1e3',
  '١٢٣',
  '１２.00',
  '−0.01',
  '+1.00',
  '$1.00',
  '1234567890',
  '--1',
  '1 0',
  'NaN',
])('MON-01 %s is no amount of a bill file', (text) => {
  expect(remarks({ PastDueAmount: text })).toEqual(['PastDueAmount NOT_AN_AMOUNT']);
});

test.each([
  ['0', 0n],
  ['-0.00', 0n],
  ['10', 1000n],
  ['10.5', 1050n],
  ['10.50', 1050n],
  ['-12.00', -1200n],
  ['999999999.99', 99_999_999_999n],
])('MON-01 %s is an amount', (text, cents) => {
  expect(rowOf({ BalanceDue: text }).balanceDueCents).toBe(cents);
});

test.each(['1/1/0001', '01/01/0001', '0001-01-01', '0001-01-01T00:00:00'])('TIM-03 %s is no date', (text) => {
  expect(rowOf({ ExpireDate: text }).expireDate).toBeNull();
});

test('TIM-01 the American form of a date is the same day', () => {
  expect(rowOf({ ExpireDate: '6/30/2026' }).expireDate).toBe('2026-06-30');
});

test.each([
  ['Y', true],
  ['true', true],
  ['1', true],
  ['n', false],
  ['FALSE', false],
  ['0', false],
])('PRT-01 the flag %s is read', (text, value) => {
  expect(rowOf({ AllowPartialPayments: text }).allowPartialPayments).toBe(value);
});

test('INV-05 CR LF inside quotes is data of a free text, and formula text is data', () => {
  const message = '=SUM(A1)\r\n+1 -2 @x';
  expect(rowOf({ InvoiceMessage: message }).message).toBe(message);
});

test('INV-05 a field that is as long as allowed is taken, also in characters of two units', () => {
  expect(rowOf({ CustomerName: '𝔁'.repeat(100) }).name).toHaveLength(200);
  expect(remarks({ CustomerName: '𝔁'.repeat(101) })).toEqual(['CustomerName TOO_LONG']);
});

test('PCI-03 account and invoice numbers are exempt in their own fields', () => {
  const number = '4111111111111111';
  expect(rowOf({ AccountNumber: number, InvoiceNumber: number })).toMatchObject({ accountNumber: number });
});

test('PCI-03 no reason of a rejected row repeats what stood in it', () => {
  const change = { CustomerName: '4111111111111111', AutoPay: 'SECRET', RegistrationValue: 'SECRET'.repeat(20) };
  const result = read(change);
  expect(JSON.stringify('problems' in result ? result.problems : [])).not.toMatch(/4111|SECRET/);
});

test.each(['5.00', '-1', 'abc'])('MIN-01 a minimum of %s is told and not kept', (text) => {
  expect(remarks({ MinimumAmountDue: text })).toEqual(['MinimumAmountDue MINIMUM_IGNORED']);
  expect(rowOf({ MinimumAmountDue: text })).not.toHaveProperty('minimum', expect.anything());
});

test('MIN-01 a minimum of nothing is no remark', () => {
  expect(remarks({ MinimumAmountDue: '0.00' })).toEqual([]);
});

test('IMG-02 an image address of a biller whose bills are made elsewhere is not kept', () => {
  const elsewhere: Biller = { ...BILLER, billPresentment: 'OTHER' };
  expect(remarks({}, elsewhere)).toEqual(['BillImageUrl IMAGE_URL_IGNORED']);
  expect(rowOf({}, elsewhere).billImageUrl).toBeNull();
});

function listOf(count: number): string {
  return Array.from({ length: count }, (_, index) => `C-${index}~user${index}~NAME ${index}`).join(';');
}

test('COO-03 sixteen co-owners: the row is taken with a warning that tells the limit', () => {
  const result = read({ CoOwners: listOf(16) });
  expect(result).toMatchObject({
    warnings: [{ column: 'CoOwners', code: 'CO_OWNER_LIMIT_REACHED', limit: 15, current: 15 }],
  });
});

test('COO-04 the owner in his own list and a person listed twice do not count', () => {
  const list = `C-88213~JaneDoe~DOE JANE;C-0~user0~NAME 0;${listOf(15)};`;
  expect(remarks({ CoOwners: list })).toEqual([]);
  expect(rowOf({ CoOwners: list }).coOwners).toHaveLength(15);
});

test('REG-02 a co-owner without a login has none', () => {
  expect(rowOf({ CoOwners: 'C-1~~DOE ANN' }).coOwners).toEqual([
    { customerNumber: 'C-1', userName: null, name: 'DOE ANN' },
  ]);
});

test('INV-05 a row with too few or too many fields is rejected as a whole', () => {
  const header = readHeader(Object.keys(GOOD_ROW), BILLER);
  if ('problem' in header) throw new Error(header.problem.code);
  const readRow = billRowReader(header.layout, BILLER);
  const values = Object.values(GOOD_ROW);
  for (const fields of [values.slice(1), [...values, '']]) {
    expect(readRow(fields)).toMatchObject({ problems: [{ column: null, code: 'FIELD_COUNT' }] });
  }
});

test('INV-05 a header without required columns names them all', () => {
  const names = Object.keys(GOOD_ROW).filter((name) => name !== 'Zip' && name !== 'City');
  expect(readHeader(names, BILLER)).toEqual({ problem: { code: 'REQUIRED_COLUMN_MISSING', columns: ['City', 'Zip'] } });
});

test('INV-05 a column named twice, in whatever case, spoils the header', () => {
  const names = [...Object.keys(GOOD_ROW), 'zip'];
  expect(readHeader(names, BILLER)).toEqual({ problem: { code: 'COLUMN_REPEATED', columns: ['Zip'] } });
});

test('VST-01 custom columns are kept under their names, unknown ones are told', () => {
  const header = readHeader([...Object.keys(GOOD_ROW), 'CUSTOM route', 'Colour', ''], BILLER);
  const layout = 'layout' in header ? header.layout : undefined;
  expect(layout?.customs.map(({ label }) => label)).toEqual(['Custom1', 'CUSTOM route']);
  expect(layout?.unknown).toEqual(['Colour']);
});

test("INV-06 a biller's own column names stand for ours, in the file and in the report", () => {
  const names = { AccountNumber: 'acct', Custom1: 'Meter' };
  const biller: Biller = { ...BILLER, bifColumnNames: names };
  const { AccountNumber, Custom1, ...others } = GOOD_ROW;
  const texts: BillTexts = { ...others, ACCT: AccountNumber ?? '', meter: Custom1 ?? '' };
  const header = readHeader(Object.keys(texts), biller);
  if ('problem' in header) throw new Error(header.problem.code);
  const readRow = billRowReader(header.layout, biller);
  expect(readRow(Object.values(texts))).toMatchObject({
    row: { accountNumber: '0004512001', customFields: [{ name: 'Custom1', value: 'METER 55102' }] },
  });
  expect(readRow(Object.values({ ...texts, ACCT: '#' }))).toMatchObject({
    problems: [{ column: 'acct', code: 'ACCOUNT_NUMBER_INVALID' }],
  });
});

test('VST-01 names of columns are known, others are not', () => {
  expect(['AccountNumber', 'RegistrationValue', 'Custom9', 'Colour'].map(isBillColumn)).toEqual([
    true,
    true,
    true,
    false,
  ]);
});
