// Pages of bills: newest first, by cursor, and nothing lost or seen twice.
import { accountQuery, readAccount } from './readAccount';
import { bill } from './testBills';
import { openTestHouse, type Json, type TestHouse } from './testHouse';

/** The first of each month, the oldest first, `count` of them up to March 2026. */
const months = (count: number): string[] =>
  Array.from({ length: count }, (_, at) =>
    new Date(Date.UTC(2026, 2 - (count - 1 - at), 1)).toISOString().slice(0, 10),
  );

const MONTHS = months(25);

let house: TestHouse;
let staff: string;

beforeAll(async () => {
  house = await openTestHouse();
  staff = await house.staff();
  await house.bills(
    MONTHS.map((date, at) =>
      bill('1001', 'C-1', `${100 + at}.00`, {
        InvoiceDate: date,
        InvoiceDueDate: `${date.slice(0, 8)}21`,
        LoginName: 'jane',
      }),
    ),
  );
});
afterAll(async () => await house.close());

const account = async (n: string, fields: string, page = {}, token = staff): Promise<Json> =>
  await readAccount(house, token, n, fields, page);

describe('pages', () => {
  const PAGE = `invoices(first: $first, after: $after) { nodes { invoiceDate } edges { cursor node { invoiceDate } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`;
  const page = async (more: Record<string, unknown> = {}) => (await account('1001', PAGE, more)).invoices;
  const dates = (list: { nodes: { invoiceDate: string }[] }) => list.nodes.map(({ invoiceDate }) => invoiceDate);
  const newestFirst = MONTHS.toReversed();

  test('INV-08 more than 24 months of bills are there, the newest first', async () => {
    expect(MONTHS).toHaveLength(25);
    expect(dates(await page({ first: 100 }))).toEqual(newestFirst);
  });

  test('a page has twenty bills where nobody says how many, and its cursor leads on to the rest', async () => {
    const first = await page();
    expect(dates(first)).toEqual(newestFirst.slice(0, 20));
    expect(first.pageInfo).toEqual({
      hasNextPage: true,
      hasPreviousPage: false,
      startCursor: first.edges[0].cursor,
      endCursor: first.edges[19].cursor,
    });
    const second = await page({ after: first.pageInfo.endCursor });
    expect(dates(second)).toEqual(newestFirst.slice(20));
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
  });

  test('BAL-04 pages of one, followed by their cursors, bring every bill once', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const one: Json = await page({ first: 1, after });
      seen.push(...dates(one));
      after = one.pageInfo.hasNextPage ? one.pageInfo.endCursor : null;
    } while (after !== null && seen.length < 100);
    expect(seen).toEqual(newestFirst);
  });

  test('the page behind the last bill is empty, and its cursors are null', async () => {
    const all = await page({ first: 100 });
    expect(await page({ after: all.pageInfo.endCursor })).toEqual({
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: true, startCursor: null, endCursor: null },
    });
  });

  test.each([
    ['first', { first: 0 }],
    ['first', { first: -1 }],
    ['first', { first: 101 }],
    ['after', { after: '' }],
    ['after', { after: 'cur_x' }],
    ['after', { after: MONTHS[0] }],
  ])('a page that cannot be is refused, and %s is named', async (argument, asked) => {
    const { data, errors } = await house.ask(staff, accountQuery(PAGE), { n: '1001', ...asked });
    expect(data.accountByNumber).toBeNull();
    expect(errors?.map(({ extensions }) => ({ ...extensions, requestId: '' }))).toEqual([
      { code: 'BAD_USER_INPUT', argument, requestId: '' },
    ]);
  });

  test('BAL-04 two bills of two types that share date, file and number are both reached by pages of one', async () => {
    await house.bills(
      ['42', '43'].map((InvoiceTypeID) => bill('1204', 'C-12', '10.00', { InvoiceTypeID, InvoiceNumber: 'SAME' })),
    );
    const fields =
      'invoices(first: 1, after: $after) { nodes { invoiceType { id } } pageInfo { endCursor hasNextPage } } currentInvoice { invoiceType { id } }';
    const first = await account('1204', fields);
    const second = await account('1204', fields, { after: first.invoices.pageInfo.endCursor });
    expect([...first.invoices.nodes, ...second.invoices.nodes].map(({ invoiceType }) => invoiceType.id)).toEqual([
      43, 42,
    ]);
    expect([first.currentInvoice.invoiceType.id, second.invoices.pageInfo.hasNextPage]).toEqual([43, false]);
  });
});
