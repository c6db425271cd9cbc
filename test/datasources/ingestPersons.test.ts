// What a bill file says of persons: a change of owner that is held, and who is linked to what (CNV, COO, REG, LOG).
import { at, openBillHouse, stateOf, type BillHouse } from '../fixtures/billHouse';
import { bill, BILLER, billFile, GOOD_ROW } from '../fixtures/billFiles';

let house: BillHouse;

beforeAll(async () => {
  house = await openBillHouse();
});
beforeEach(async () => house.clear());
afterAll(async () => house.close());

describe('a change of owner', () => {
  const held = async () =>
    house.rows(
      'SELECT invoice_number AS n, customer_number AS c, bill FROM held_bills WHERE resolved_at IS NULL ORDER BY 1',
    );

  test('CNV-02 a newer row with another customer is held, and nothing of it is applied', async () => {
    await house.ingest([bill(1)]);
    const before = await house.rows('SELECT name FROM customers');
    const report = await house.ingest(
      [bill(2, { CustomerID: 'C-NEW', CustomerName: 'ROE RICHARD', LoginName: 'roe' })],
      1,
    );
    expect(report.counts).toMatchObject({ new: 0, held: 1 });
    expect(report.heldRows).toEqual([
      { row: 2, accountNumber: '0004512001', invoiceTypeId: 42, invoiceNumber: 'N-02' },
    ]);
    expect(await house.rows('SELECT name FROM customers')).toEqual(before);
    expect(await house.rows('SELECT user_name FROM account_links WHERE ended_at IS NULL')).toEqual([
      { user_name: 'janedoe' },
    ]);
    expect(await held()).toEqual([
      {
        n: 'N-02',
        c: 'C-NEW',
        bill: expect.objectContaining({
          name: 'ROE RICHARD',
          login_name: 'roe',
          total_cents: '12810',
          says_logins: true,
        }),
      },
    ]);
  });

  test('CNV-02 a held row again is unchanged, a corrected one takes its place', async () => {
    const roe = { CustomerID: 'C-NEW', CustomerName: 'ROE' };
    await house.ingest([bill(1)]);
    await house.ingest([bill(2, roe)], 1);
    expect((await house.ingest([bill(2, roe), bill(1)], 2)).counts).toMatchObject({ unchanged: 2, held: 0 });
    expect((await house.ingest([bill(2, { ...roe, CustomerName: 'ROE R' })], 3)).counts).toMatchObject({ held: 1 });
    expect(await held()).toMatchObject([{ n: 'N-02', bill: { name: 'ROE R' } }]);
  });

  test('CNV-02 the number of a held row is taken: another account cannot use it', async () => {
    await house.ingest([bill(1)]);
    await house.ingest([bill(2, { CustomerID: 'C-NEW' })], 1);
    const report = await house.ingest([bill(2, { AccountNumber: 'A-2' })], 2);
    expect(report.rejectedRows).toMatchObject([{ code: 'NUMBER_OF_ANOTHER_ACCOUNT' }]);
  });

  test('CNV-02 an older row of another customer tells of the past and is stored as his', async () => {
    await house.ingest([bill(3)]);
    const report = await house.ingest([bill(1, { CustomerID: 'C-OLD', CustomerName: 'FORMER OWNER' })], 1);
    expect(report.counts).toMatchObject({ new: 1, held: 0 });
    expect(await stateOf(house)).toMatchObject({
      accounts: [{ customer_number: 'C-88213', fact_invoice_number: 'N-03' }],
      invoices: [{ customer_number: 'C-OLD' }, { customer_number: 'C-88213' }],
      held: null,
    });
  });

  test('CNV-02 in a new account the customer of the oldest row owns it, and a later one is held', async () => {
    const report = await house.ingest([bill(3, { CustomerID: 'C-NEW' }), bill(1), bill(2)]);
    expect(report.counts).toMatchObject({ new: 2, held: 1 });
    expect(await house.rows('SELECT customer_number AS c FROM accounts')).toEqual([{ c: 'C-88213' }]);
  });

  test('CNV-04 another spelling of the name with the same customer is no change of owner', async () => {
    await house.ingest([bill(1)]);
    const report = await house.ingest([bill(2, { CustomerName: 'Doe-Roe, Jane' })], 1);
    expect(report.counts).toMatchObject({ new: 1, held: 0 });
    expect(await house.rows('SELECT name FROM customers')).toEqual([{ name: 'Doe-Roe, Jane' }]);
  });
});

describe('links', () => {
  const people = (...numbers: readonly number[]) => numbers.map((n) => `P-${n}~User${n}~NAME ${n}`).join(';');
  const open = async () =>
    house.rows<{ c: string; u: string | null; p: number; s: Date }>(
      `SELECT customer_number AS c, user_name AS u, position AS p, since AS s FROM account_links
       WHERE ended_at IS NULL ORDER BY position`,
    );
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

  test('COO-03 given fifteen and one more, the fifteen stay, whatever the place of the new one in the list', async () => {
    await house.ingest([bill(1, { CoOwners: people(...range(1, 15)) })]);
    const report = await house.ingest([bill(2, { CoOwners: people(16, ...range(1, 15)) })], 1);
    expect(report.warnings).toMatchObject([{ row: 2, code: 'CO_OWNER_LIMIT_REACHED', limit: 15, current: 15 }]);
    expect((await open()).map(({ c }) => c)).toEqual(['C-88213', ...range(1, 15).map((n) => `P-${n}`)]);
    expect(await house.rows(`SELECT id FROM co_owners WHERE customer_number = 'P-16'`)).toEqual([]);
  });

  test('COO-03 sixteen at once: the first fifteen are taken', async () => {
    await house.ingest([bill(1, { CoOwners: people(...range(1, 16)) })]);
    expect((await open()).slice(1).map(({ c, p }) => [c, p])).toEqual(range(1, 15).map((n) => [`P-${n}`, n]));
  });

  test('COO-03 the database itself has no place for a sixteenth', async () => {
    await house.ingest([bill(1, { CoOwners: people(...range(1, 15)) })]);
    const add = async (position: number | null) =>
      house.database.orm.query(
        `INSERT INTO account_links (biller_id, account_number, relation, customer_number, position, since)
         VALUES ($1, '0004512001', 'CO_OWNER', 'P-99', $2, now())`,
        [BILLER.id, position],
      );
    await expect(add(16)).rejects.toThrow('account_links_position');
    await expect(add(null)).rejects.toThrow('account_links_position');
    await expect(add(15)).rejects.toThrow('account_links_place');
  });

  test('COO-04 re-adding a present co-owner changes nothing, and a place that is left is filled', async () => {
    await house.ingest([bill(1, { CoOwners: people(1, 2, 3) })], 1);
    await house.ingest([bill(2, { CoOwners: people(4, 3, 1) })], 2);
    expect((await open()).slice(1)).toEqual([
      { c: 'P-1', u: 'user1', p: 1, s: at(1) },
      { c: 'P-3', u: 'user3', p: 2, s: at(1) },
      { c: 'P-4', u: 'user4', p: 3, s: at(2) },
    ]);
    const ended = await house.rows(
      'SELECT customer_number AS c, ended_at AS e, position AS p FROM account_links WHERE ended_at IS NOT NULL',
    );
    expect(ended).toEqual([{ c: 'P-2', e: at(2), p: null }]);
  });

  test('REG-02 another login of the same person ends the link of the old one', async () => {
    await house.ingest([bill(1, { CoOwners: 'P-1~old~NAME' })], 1);
    await house.ingest([bill(2, { CoOwners: 'P-1~new~NAME', LoginName: 'other' })], 2);
    expect((await open()).map(({ u, p, s }) => [u, p, s])).toEqual([
      ['other', 0, at(2)],
      ['new', 1, at(2)],
    ]);
  });

  test('LOG-02 another spelling of a login is the same link', async () => {
    await house.ingest([bill(1, { CoOwners: people(1) })], 1);
    await house.ingest([bill(2, { CoOwners: people(1).toUpperCase(), LoginName: 'JANEDOE' })], 2);
    expect((await open()).map(({ s }) => s)).toEqual([at(1), at(1)]);
  });

  test('REG-02 an empty column says that there is nobody, a missing one says nothing', async () => {
    await house.ingest([bill(1, { CoOwners: people(1) })], 1);
    const columns = Object.keys(GOOD_ROW).filter((name) => name !== 'CoOwners' && name !== 'LoginName');
    await house.ingest(billFile([bill(2)], { columns }), 2);
    expect(await open()).toHaveLength(2);
    await house.ingest([bill(3, { CoOwners: '', LoginName: '' })], 3);
    expect(await open()).toEqual([]);
  });

  test('REG-02 a person with two accounts has a link to each', async () => {
    await house.ingest([bill(1), bill(1, { AccountNumber: 'A-2', InvoiceNumber: 'X' })]);
    expect(await house.rows(`SELECT account_number FROM account_links WHERE user_name = 'janedoe'`)).toHaveLength(2);
  });
});
