// Which bill of an account is the newest, what becomes of the others, and why one may not be paid.
import { readAccount, readInvoices } from './readAccount';
import { bill, type BillRow } from './testBills';
import { openTestHouse, type Json, type TestHouse } from './testHouse';

let house: TestHouse;
let staff: string;

beforeAll(async () => {
  house = await openTestHouse();
  staff = await house.staff();
});
afterAll(async () => await house.close());

const account = async (n: string, fields: string, page = {}, token = staff): Promise<Json> =>
  await readAccount(house, token, n, fields, page);
const invoices = async (n: string, fields: string): Promise<Json[]> => await readInvoices(house, staff, n, fields);

describe('the newest bill', () => {
  const STANDING =
    'invoiceNumber status supersededBy { invoiceNumber } payability { payable reasons { code } mostRecentInvoice { invoiceNumber } }';

  test('BAL-05, BAL-08 a newer bill takes the place of the older ones, and each of those leads to it', async () => {
    await house.bills([
      bill('1201', 'C-12', '10.00', { InvoiceNumber: 'FEB', InvoiceDate: '2026-02-01', InvoiceDueDate: '2026-02-21' }),
    ]);
    expect(await invoices('1201', STANDING)).toEqual([
      {
        invoiceNumber: 'FEB',
        status: 'CURRENT',
        supersededBy: null,
        payability: { payable: true, reasons: [], mostRecentInvoice: { invoiceNumber: 'FEB' } },
      },
    ]);
    await house.bills([bill('1201', 'C-12', '20.00', { InvoiceNumber: 'MAR' })]);
    expect(await invoices('1201', STANDING)).toEqual([
      {
        invoiceNumber: 'MAR',
        status: 'CURRENT',
        supersededBy: null,
        payability: { payable: true, reasons: [], mostRecentInvoice: { invoiceNumber: 'MAR' } },
      },
      {
        invoiceNumber: 'FEB',
        status: 'SUPERSEDED',
        supersededBy: { invoiceNumber: 'MAR' },
        payability: {
          payable: false,
          reasons: [{ code: 'NOT_MOST_RECENT_INVOICE' }],
          mostRecentInvoice: { invoiceNumber: 'MAR' },
        },
      },
    ]);
  });

  test('BAL-05 an older bill that comes late is superseded at once and demotes nothing', async () => {
    await house.bills([bill('1202', 'C-12', '20.00', { InvoiceNumber: 'MAR2' })]);
    await house.bills([
      bill('1202', 'C-12', '10.00', { InvoiceNumber: 'JAN2', InvoiceDate: '2026-01-01', InvoiceDueDate: '2026-01-21' }),
    ]);
    expect(await invoices('1202', 'invoiceNumber status')).toEqual([
      { invoiceNumber: 'MAR2', status: 'CURRENT' },
      { invoiceNumber: 'JAN2', status: 'SUPERSEDED' },
    ]);
  });

  test('BAL-04 of one date the later due date decides, then the later file, then the greater number in byte order', async () => {
    const tie = (number: string, due = '2026-03-21'): BillRow =>
      bill('1203', 'C-12', '10.00', { InvoiceNumber: number, InvoiceDueDate: due });
    await house.bills([tie('b9'), tie('b10'), tie('B9'), tie('z', '2026-03-20')]);
    expect((await invoices('1203', 'invoiceNumber')).map(({ invoiceNumber }) => invoiceNumber)).toEqual([
      'b9',
      'b10',
      'B9',
      'z',
    ]);
    await house.bills([tie('A1')]);
    expect(
      (await invoices('1203', 'invoiceNumber status')).map(({ invoiceNumber, status }) => [invoiceNumber, status]),
    ).toEqual([
      ['A1', 'CURRENT'],
      ['b9', 'SUPERSEDED'],
      ['b10', 'SUPERSEDED'],
      ['B9', 'SUPERSEDED'],
      ['z', 'SUPERSEDED'],
    ]);
  });

  test('EXP-01, TIM-01 a bill can be paid to the end of its expire date in the biller’s zone, and seen thereafter', async () => {
    await house.bills([bill('1205', 'C-12', '10.00', { InvoiceDueDate: '2026-03-05', ExpireDate: '2026-03-10' })]);
    const then = house.now;
    const at = async (instant: string) => {
      house.now = new Date(instant);
      return await readInvoices(
        house,
        await house.staff(),
        '1205',
        'status payability { payable reasons { code message } }',
      );
    };
    const before = await at('2026-03-11T04:59:00Z');
    const after = await at('2026-03-11T05:00:00Z');
    house.now = then;
    expect(before).toEqual([{ status: 'CURRENT', payability: { payable: true, reasons: [] } }]);
    expect(after).toEqual([
      {
        status: 'EXPIRED',
        payability: {
          payable: false,
          reasons: [{ code: 'INVOICE_EXPIRED', message: 'This bill could be paid here until 2026-03-10.' }],
        },
      },
    ]);
  });

  test('BAL-04 that the newest bill expired makes no older one payable', async () => {
    await house.bills([
      bill('1206', 'C-12', '10.00', { InvoiceNumber: 'OLD6', InvoiceDate: '2026-01-01', InvoiceDueDate: '2026-01-21' }),
      bill('1206', 'C-12', '20.00', {
        InvoiceNumber: 'NEW6',
        InvoiceDate: '2026-02-01',
        InvoiceDueDate: '2026-02-21',
        ExpireDate: '2026-02-28',
      }),
    ]);
    const [newest, older] = await invoices('1206', STANDING);
    expect([newest.status, older.status]).toEqual(['EXPIRED', 'SUPERSEDED']);
    expect(older.payability.reasons).toEqual([{ code: 'NOT_MOST_RECENT_INVOICE' }]);
  });

  test('BLK-03 an account for which Daffron takes no tender at all is not payable, once Daffron said so', async () => {
    await house.bills([bill('1207', 'C-12', '10.00')]);
    await house.book('1207', [{ pastDue: '0.00', current: '10.00' }], { transactionTypes: [] });
    const PAYABILITY = 'currentInvoice { payability { payable reasons { code } } }';
    expect((await account('1207', PAYABILITY)).currentInvoice.payability).toEqual({ payable: true, reasons: [] });
    await account('1207', 'balance { source }');
    await house.service.sources.balances.settled();
    expect((await account('1207', PAYABILITY)).currentInvoice.payability).toEqual({
      payable: false,
      reasons: [{ code: 'PAYMENT_BLOCKED' }],
    });
  });
});
