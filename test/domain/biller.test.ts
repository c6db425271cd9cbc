// A biller's settings against what this integration requires, and its map of payable items to bills.
import { invoiceTypeOf, whyNotConfigured, type Biller, type BillerOptions } from '../../domain/biller';
import { billerWith } from '../fixtures/books';

const optionsWith = (changes: Partial<BillerOptions>): Partial<Biller> => ({
  options: { ...billerWith().options, ...changes },
});

/** The one problem of a biller with these settings; more than one, or none, fails. */
function problemWith(changes: Partial<Biller>) {
  const problems = whyNotConfigured(billerWith(changes), 'billers[2]');
  expect(problems).toHaveLength(1);
  return problems[0];
}

test.each([false, true])('CAP-03 a biller who breaks no rule has no problem, auto-conveyance %s', (autoConveyance) => {
  expect(whyNotConfigured(billerWith({ autoConveyance }), 'billers[0]')).toEqual([]);
});

test('BAL-01 option 40 off is told by the name of the setting', () => {
  expect(problemWith(optionsWith({ blockOlderInvoices: false }))).toEqual({
    code: 'CONFIGURATION_INVALID',
    setting: 'billers[2].options.blockOlderInvoices',
    message: 'option 40 must be on (BAL-01)',
  });
});

test('BAL-03 option 41 takes no other order than the most recent bill first', () => {
  expect(problemWith(optionsWith({ paymentOrder: 'OLDEST_FIRST' }))).toEqual({
    code: 'CONFIGURATION_INVALID',
    setting: 'billers[2].options.paymentOrder',
    message: 'option 41 must be MOST_RECENT_INVOICE_FIRST (BAL-03)',
  });
});

test('BAL-11 open item billing is refused', () => {
  expect(problemWith({ billingModel: 'OPEN_ITEM' })).toEqual({
    code: 'CONFIGURATION_INVALID',
    setting: 'billers[2].billingModel',
    message: 'must be BALANCE_FORWARD; open item billing is not supported (BAL-11)',
  });
});

test('MUL-01 option 74 off is refused', () => {
  expect(problemWith(optionsWith({ multipleCustomerLogin: false }))).toEqual({
    code: 'CONFIGURATION_INVALID',
    setting: 'billers[2].options.multipleCustomerLogin',
    message: 'option 74 must be on (MUL-01)',
  });
});

test('COO-01 option 78 off is refused', () => {
  expect(problemWith(optionsWith({ allowCoOwners: false }))).toEqual({
    code: 'CONFIGURATION_INVALID',
    setting: 'billers[2].options.allowCoOwners',
    message: 'option 78 must be on (COO-01)',
  });
});

test.each([14, 16, 0, -15])('COO-04 %i co-owners instead of 15 are refused', (maximumCoOwners) => {
  expect(problemWith(optionsWith({ maximumCoOwners }))).toEqual({
    code: 'CONFIGURATION_INVALID',
    setting: 'billers[2].options.maximumCoOwners',
    message: 'option 79 must be 15 (COO-04)',
  });
});

test('BLK-02 advanced setting 32 off is refused', () => {
  expect(problemWith(optionsWith({ blockFlagsFromDaffron: false }))).toEqual({
    code: 'CONFIGURATION_INVALID',
    setting: 'billers[2].options.blockFlagsFromDaffron',
    message: 'advanced setting 32 must be on (BLK-02)',
  });
});

test.each(['SAML', 'username_and_password', ''])('LOG-01 authentication by %j is refused', (authenticationType) => {
  expect(problemWith({ authenticationType })).toEqual({
    code: 'CONFIGURATION_INVALID',
    setting: 'billers[2].authenticationType',
    message: 'must be USERNAME_AND_PASSWORD (LOG-01)',
  });
});

test('CNV-01 auto-conveyance that nobody decided is refused', () => {
  expect(problemWith({ autoConveyance: undefined })).toEqual({
    code: 'CONFIGURATION_INVALID',
    setting: 'billers[2].autoConveyance',
    message: 'must be decided: true or false (CNV-01)',
  });
});

test('CAP-03 every broken rule is told at once', () => {
  const options = {
    ...billerWith().options,
    blockOlderInvoices: false,
    paymentOrder: '',
    multipleCustomerLogin: false,
    allowCoOwners: false,
    maximumCoOwners: 0,
    blockFlagsFromDaffron: false,
  };
  const worst = billerWith({ options, authenticationType: '', billingModel: '', autoConveyance: undefined });
  const told = whyNotConfigured(worst, 'b').map(({ message }) => /\(([A-Z]{3}-\d\d)\)/.exec(message)?.[1]);
  expect(new Set(told)).toEqual(
    new Set(['BAL-01', 'BAL-03', 'BAL-11', 'MUL-01', 'COO-01', 'COO-04', 'BLK-02', 'LOG-01', 'CNV-01']),
  );
});

test('CAP-03 what a biller may choose freely is no problem', () => {
  const free = optionsWith({
    preselectOpenInvoices: true,
    staffCart: false,
    overrideRefreshCheck: false,
    cloudPay: false,
  });
  expect(whyNotConfigured(billerWith(free), 'b')).toEqual([]);
});

const MAPPED = billerWith({
  invoiceTypes: [
    { id: 42, name: 'Electric', chargeCodes: ['ELEC', 'LIGHT'], descriptions: ['Electric service'] },
    { id: 43, name: 'Water', chargeCodes: ['H2O'], descriptions: ['Water service', ' Sewer '] },
  ],
});

test.each([
  ['ELEC', null, 42],
  [' elec ', null, 42],
  ['H2O', 'Electric service', 43],
  ['UNKNOWN', 'water SERVICE', 43],
  [null, 'sewer', 43],
  ['', 'Electric service', 42],
  [null, 'Electric', null],
  ['ELECTRIC', null, null],
  [null, null, null],
  ['', '', null],
])('CIS-06 charge code %j with description %j belongs to type %j', (code, description, expected) => {
  expect(invoiceTypeOf(MAPPED, code, description)).toBe(expected);
});

test('CIS-06 a biller who maps nothing gets no type, not even for an item without words', () => {
  expect(invoiceTypeOf(billerWith(), null, null)).toBeNull();
  const blank = billerWith({ invoiceTypes: [{ id: 1, name: 'x', chargeCodes: [' '], descriptions: [''] }] });
  expect(invoiceTypeOf(blank, ' ', '')).toBeNull();
});
