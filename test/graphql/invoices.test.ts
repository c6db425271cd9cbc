// What a bill says, what it carries where an account has two kinds of it, and one that names another owner.
import { accountQuery, readAccount, readInvoices } from './readAccount';
import { bill, type BillRow } from './testBills';
import { openTestHouse, type Json, type TestHouse } from './testHouse';

let house: TestHouse;
let staff: string;

beforeAll(async () => {
  house = await openTestHouse({ cedar: { autoPayOffsetDays: -2 } });
  staff = await house.staff();
});
afterAll(async () => await house.close());

const account = async (n: string, fields: string, page = {}, token = staff): Promise<Json> =>
  await readAccount(house, token, n, fields, page);
const invoices = async (n: string, fields: string): Promise<Json[]> => await readInvoices(house, staff, n, fields);

describe('what a bill says', () => {
  const FULL: BillRow = {
    InvoiceNumber: 'B-77',
    BalanceForwardAmount: '-20.5',
    CurrentCharges: '8.25',
    AdjustmentAmount: '0.25',
    PastDueAmount: '0',
    TotalAmountDue: '-12',
    AutoPayCollectionDate: '2026-03-15',
    ExpireDate: '2026-06-30',
    FirstNotifyRequestedDate: '2026-03-02',
    SecondNotifyRequestedDate: '2026-03-14',
    ThirdNotifyRequestedDate: '2026-03-19',
    ServicePeriodStart: '2026-02-01',
    ServicePeriodEnd: '2026-02-28',
    Custom1: 'METER 55102',
    Custom2: '=1+1',
    Custom10: 'LAST',
  };

  beforeAll(async () => {
    await house.bills([
      bill('1101', 'C-11', '-12.00', FULL),
      bill('1102', 'C-11', '30.00', { FirstNotifyRequestedDate: '2026-03-03', ServicePeriodEnd: '2026-02-28' }),
    ]);
  });

  const MONEY = '{ amount currencyCode }';

  test('MON-03, MON-06 amounts are decimal text with two decimals and their currency, credits below zero', async () => {
    const [invoice] = await invoices(
      '1101',
      `balanceForward ${MONEY} currentCharges ${MONEY} adjustments ${MONEY} billedTotal ${MONEY} pastDue ${MONEY}`,
    );
    const usd = (amount: string) => ({ amount, currencyCode: 'USD' });
    expect(invoice).toEqual({
      balanceForward: usd('-20.50'),
      currentCharges: usd('8.25'),
      adjustments: usd('0.25'),
      billedTotal: usd('-12.00'),
      pastDue: usd('0.00'),
    });
  });

  test('it tells its days, its type, its message and its account', async () => {
    const [invoice] = await invoices(
      '1101',
      'invoiceNumber invoiceDate dueDate expireDate servicePeriod { start end } invoiceType { id name } message account { accountNumber }',
    );
    expect(invoice).toEqual({
      invoiceNumber: 'B-77',
      invoiceDate: '2026-03-01',
      dueDate: '2026-03-21',
      expireDate: '2026-06-30',
      servicePeriod: { start: '2026-02-01', end: '2026-02-28' },
      invoiceType: { id: 42, name: 'Electric' },
      message: 'THANK YOU',
      account: { accountNumber: '1101' },
    });
  });

  test('EML-01 up to three days of notices come in their order', async () => {
    const [three] = await invoices('1101', 'notifications { sequence date }');
    expect(three.notifications).toEqual([
      { sequence: 1, date: '2026-03-02' },
      { sequence: 2, date: '2026-03-14' },
      { sequence: 3, date: '2026-03-19' },
    ]);
    const [one] = await invoices('1102', 'notifications { sequence date } servicePeriod { start end }');
    expect(one).toEqual({
      notifications: [{ sequence: 1, date: '2026-03-03' }],
      servicePeriod: { start: null, end: '2026-02-28' },
    });
  });

  test('APD-01, APD-02 the collection day is the file’s, and without one the due date moved by the biller’s offset', async () => {
    expect(await invoices('1101', 'autoPayCollectionDate')).toEqual([{ autoPayCollectionDate: '2026-03-15' }]);
    expect(await invoices('1102', 'autoPayCollectionDate')).toEqual([{ autoPayCollectionDate: '2026-03-19' }]);
  });

  test('columns of the biller’s own come as they are, in the order of the columns', async () => {
    const [invoice] = await invoices('1101', 'customFields { name value }');
    expect(invoice.customFields).toEqual([
      { name: 'Custom1', value: 'METER 55102' },
      { name: 'Custom2', value: '=1+1' },
      { name: 'Custom10', value: 'LAST' },
    ]);
  });

  test('SSO-05 a pre-paid account in credit shows -25.00, on the account and on its open bill', async () => {
    await house.bills([bill('1103', 'C-11', '0.00', { Prepaid: 'Y' })]);
    await house.book('1103', [{ pastDue: '0.00', current: '-25.00' }]);
    const answer = await account(
      '1103',
      'prepaid balance { total { amount } } currentInvoice { balance { total { amount } source } }',
    );
    expect(answer).toEqual({
      prepaid: true,
      balance: { total: { amount: '-25.00' } },
      currentInvoice: { balance: { total: { amount: '-25.00' }, source: 'RTDR' } },
    });
  });
});

describe('an account with two kinds of bill', () => {
  const PARTS = `currentInvoice { invoiceType { name } } balance { total { amount } }
    invoices { nodes { invoiceType { name } status balance { total { amount } source stale } payability { payable reasons { code } } } }`;
  const electric = (current: string, chargeCode = 'ELEC') => ({ pastDue: '5.00', current, chargeCode });
  const lighting = { pastDue: '0.00', current: '15.00', chargeCode: 'light' };

  beforeAll(async () => {
    await house.bills([
      bill('1301', 'C-13', '80.00'),
      bill('1301', 'C-13', '14.00', { InvoiceTypeID: '43', InvoiceDate: '2026-03-02' }),
    ]);
  });

  async function read(items: readonly object[]) {
    await house.book('1301', items);
    const answer = await account('1301', PARTS);
    await house.service.sources.balances.settled();
    return answer;
  }

  test('CIS-06 before Daffron was heard only the newest across types is payable, and it is the current one', async () => {
    const answer = await account(
      '1301',
      'currentInvoice { invoiceType { name } } invoices { nodes { invoiceType { name } status payability { payable } } }',
    );
    expect(answer).toEqual({
      currentInvoice: { invoiceType: { name: 'Area lighting' } },
      invoices: {
        nodes: [
          { invoiceType: { name: 'Area lighting' }, status: 'CURRENT', payability: { payable: true } },
          { invoiceType: { name: 'Electric' }, status: 'CURRENT', payability: { payable: false } },
        ],
      },
    });
  });

  test('CIS-06, TYP-03 where every item maps, the newest bill of each type carries its own part and is payable', async () => {
    await read([electric('80.00'), lighting]);
    const before = house.soapCalls();
    const answer = await read([electric('75.00'), electric('1.00', ' elec '), lighting]);
    expect(house.soapCalls() - before).toBe(1);
    expect(answer).toEqual({
      currentInvoice: { invoiceType: { name: 'Area lighting' } },
      balance: { total: { amount: '101.00' } },
      invoices: {
        nodes: [
          {
            invoiceType: { name: 'Area lighting' },
            status: 'CURRENT',
            balance: { total: { amount: '15.00' }, source: 'RTDR', stale: false },
            payability: { payable: true, reasons: [] },
          },
          {
            invoiceType: { name: 'Electric' },
            status: 'CURRENT',
            balance: { total: { amount: '86.00' }, source: 'RTDR', stale: false },
            payability: { payable: true, reasons: [] },
          },
        ],
      },
    });
  });

  test('CIS-06 where one item does not map, only the newest carries the balance, and only it is payable', async () => {
    await read([electric('80.00', 'POOL'), lighting]);
    const answer = await read([electric('80.00', 'POOL'), lighting]);
    expect(answer.balance).toEqual({ total: { amount: '100.00' } });
    expect(answer.invoices.nodes).toEqual([
      {
        invoiceType: { name: 'Area lighting' },
        status: 'CURRENT',
        balance: { total: { amount: '100.00' }, source: 'RTDR', stale: false },
        payability: { payable: true, reasons: [] },
      },
      {
        invoiceType: { name: 'Electric' },
        status: 'CURRENT',
        balance: { total: { amount: '80.00' }, source: 'BIF', stale: false },
        payability: { payable: false, reasons: [{ code: 'NOT_MOST_RECENT_INVOICE' }] },
      },
    ]);
  });
});

describe('a bill that names another owner', () => {
  const REVIEW = `underReview customer { customerNumber name } balance { total { amount } source stale }
    invoices { nodes { customerOfBill: account { customer { customerNumber } } invoiceNumber status balance { source stale } payability { payable reasons { code cause } } } }`;

  beforeAll(async () => {
    await house.bills([
      bill('1401', 'C-14', '30.00', {
        InvoiceNumber: 'OWN',
        InvoiceDate: '2026-02-01',
        InvoiceDueDate: '2026-02-21',
        LoginName: 'former',
      }),
    ]);
    await house.book('1401', [{ pastDue: '0.00', current: '99.00' }]);
    await house.bills([
      bill('1401', 'C-15', '99.00', { InvoiceNumber: 'NEWOWNER', CustomerName: 'NEW PERSON', LoginName: 'nextone' }),
    ]);
  });

  test('CNV-02 is held: the former payer keeps his own bill, can pay nothing, and gets no figure of Daffron’s', async () => {
    const token = await house.payer('former', ['1401']);
    const before = house.soapCalls();
    const answer = await account('1401', REVIEW, {}, token);
    expect(answer).toEqual({
      underReview: true,
      customer: { customerNumber: 'C-14', name: 'DOE JANE' },
      balance: { total: { amount: '30.00' }, source: 'BIF', stale: true },
      invoices: {
        nodes: [
          {
            customerOfBill: { customer: { customerNumber: 'C-14' } },
            invoiceNumber: 'OWN',
            status: 'UNDER_REVIEW',
            balance: { source: 'BIF', stale: true },
            payability: { payable: false, reasons: [{ code: 'INVOICE_NOT_PAYABLE', cause: 'CONVEYANCE_REVIEW' }] },
          },
        ],
      },
    });
    expect(house.soapCalls() - before).toBe(0);
  });

  test('CNV-02 the new person’s login opens nothing until staff have decided', async () => {
    const { data } = await house.ask(await house.payer('nextone', ['1401']), accountQuery('id'), { n: '1401' });
    expect(data.accountByNumber).toBeNull();
  });

  test('CNV-02 staff see the refreshed figure, and the former payer not even the one that was kept for them', async () => {
    expect((await account('1401', 'underReview balance { total { amount } source stale }')).balance).toEqual({
      total: { amount: '99.00' },
      source: 'RTDR',
      stale: false,
    });
    await house.service.sources.balances.settled();
    const former = await house.payer('former', ['1401']);
    const before = house.soapCalls();
    const answer = await account('1401', 'balance(maxAgeSeconds: 21600) { total { amount } source stale }', {}, former);
    expect(answer.balance).toEqual({ total: { amount: '30.00' }, source: 'BIF', stale: true });
    expect(house.soapCalls() - before).toBe(0);
  });
});
