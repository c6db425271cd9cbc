// The sample world keeps its promises: enough people, every case, sums that add up, and amounts that no date moves.
import { rowOf } from '../../simulator/bif';
import { CASE_ACCOUNTS, CEDAR_RIDGE_CASES, MILL_CREEK_CASES, OWNER_LOGIN, type CaseKey } from '../../simulator/cases';
import { makeWorld, SAMPLE_SEED, type BillerWorld } from '../../simulator/world';
import type { Account } from '../../simulator/world/accounts';
import { CEDAR_RIDGE, MILL_CREEK } from '../../simulator/world/billers';
import { addDays } from '../../simulator/world/calendar';
import { openingBooks } from '../../simulator/world/openingBooks';

const WORLD = makeWorld(SAMPLE_SEED);
const ACCOUNTS = WORLD.flatMap(({ accounts }) => accounts);
const TODAY = '2026-03-31';

function worldOf(billerId: string): BillerWorld {
  const found = WORLD.find(({ biller }) => biller.id === billerId);
  if (found === undefined) throw new Error(`no biller ${billerId}`);
  return found;
}

function caseOf(key: CaseKey): Account {
  const billerId = key === 'sameNumber' ? MILL_CREEK.id : CEDAR_RIDGE.id;
  const found = worldOf(billerId).accounts.find((account) => account.accountNumber === CASE_ACCOUNTS[key]);
  if (found === undefined) throw new Error(`no account for the case ${key}`);
  return found;
}

function bookOf(key: CaseKey) {
  const { biller, accounts } = worldOf(key === 'sameNumber' ? MILL_CREEK.id : CEDAR_RIDGE.id);
  const found = openingBooks(biller, accounts, TODAY).find((entry) => entry.accountNumber === CASE_ACCOUNTS[key]);
  if (found === undefined) throw new Error(`no books for the case ${key}`);
  return found;
}

/** What the live books of an account say is owed in all. */
function owed({ items }: ReturnType<typeof bookOf>): bigint {
  return items.reduce((sum, item) => sum + (item.pastDueCents ?? 0n) + (item.currentCents ?? 0n), 0n);
}

/** The row of the case's newest bill of its first service. */
function newestRow(key: CaseKey) {
  const account = caseOf(key);
  const [service] = account.services;
  if (service === undefined) throw new Error('an account without service');
  return rowOf(CEDAR_RIDGE.id, account, service, 0, TODAY);
}

describe('the size of the world', () => {
  test('there are at least 300 customers and 400 accounts at two billers, with main and sub accounts', () => {
    const customers = WORLD.flatMap(({ biller, accounts }) =>
      accounts.map((a) => `${biller.id} ${a.customer.customerId}`),
    );
    expect(new Set(customers).size).toBeGreaterThanOrEqual(300);
    expect(ACCOUNTS.length).toBeGreaterThanOrEqual(400);
    expect(WORLD.map(({ biller }) => biller.id)).toEqual([CEDAR_RIDGE.id, MILL_CREEK.id]);
    const subs = ACCOUNTS.filter((account) => account.mainAccountNumber !== undefined);
    expect(subs.length).toBeGreaterThan(40);
  });

  test('every account has 24 months of bills for each of its types', () => {
    const lengths = ACCOUNTS.flatMap(({ services }) => services.map(({ months }) => months.length));
    expect(new Set(lengths)).toEqual(new Set([24]));
    expect(ACCOUNTS.filter(({ services }) => services.length === 2).length).toBeGreaterThan(5);
  });

  test('an account number and a user name belong to one customer of a biller each', () => {
    for (const { accounts } of WORLD) {
      expect(new Set(accounts.map((account) => account.accountNumber)).size).toBe(accounts.length);
      const owners = new Map<string, string>();
      const logins = accounts.flatMap(({ customer, coOwners }) => [
        [customer.loginName, customer.customerId] as const,
        ...coOwners.map((one) => [one.userName, one.customerId] as const),
      ]);
      for (const [login, customerId] of logins) {
        if (login === undefined) continue;
        expect(owners.get(login.toLowerCase()) ?? customerId).toBe(customerId);
        owners.set(login.toLowerCase(), customerId);
      }
      expect(owners.size).toBeGreaterThan(70);
    }
  });

  test('a main account is there, and is no sub account itself', () => {
    for (const { accounts } of WORLD) {
      const byNumber = new Map(accounts.map((account) => [account.accountNumber, account]));
      for (const { mainAccountNumber } of accounts) {
        if (mainAccountNumber === undefined) continue;
        expect(byNumber.get(mainAccountNumber)).toMatchObject({ accountNumber: mainAccountNumber });
        expect(byNumber.get(mainAccountNumber)?.mainAccountNumber).toBeUndefined();
      }
    }
  });
});

describe('the amounts of the world', () => {
  test('every bill is forward and charges and adjustment, and brings forward what the one before left', () => {
    const wrong = ACCOUNTS.flatMap(({ accountNumber, services }) =>
      services.flatMap(({ months }) =>
        months.flatMap((month, back) => {
          const before = months[back + 1];
          const left = before === undefined ? 0n : before.totalCents - before.paidCents;
          const sum = month.forwardCents + month.chargesCents + month.adjustmentCents;
          return month.totalCents === sum && month.forwardCents === left ? [] : [`${accountNumber} ${back}`];
        }),
      ),
    );
    expect(wrong).toEqual([]);
  });

  test('the live books are the newest bills less what was paid since', () => {
    for (const { biller, accounts } of WORLD) {
      openingBooks(biller, accounts, TODAY).forEach((book, at) => {
        const services = accounts[at]?.services ?? [];
        const billed = services.reduce((sum, { months: [newest] }) => sum + (newest?.totalCents ?? 0n), 0n);
        const paid = services.reduce((sum, { months: [newest] }) => sum + (newest?.paidCents ?? 0n), 0n);
        expect([book.accountNumber, owed(book)]).toEqual([book.accountNumber, billed - paid]);
      });
    }
  });

  test.each(['2026-03-31', '2028-02-29', '2027-01-01'])(
    'amounts and numbers are the same on %s, and only dates move',
    (today) => {
      const plain = (day: string): string[] =>
        ACCOUNTS.flatMap((account) =>
          account.services.map((service) => {
            const row = rowOf(CEDAR_RIDGE.id, account, service, 0, day);
            const dates = Object.entries(row).filter(([column]) => !/Date$|^ServicePeriod/.test(column));
            return JSON.stringify(dates);
          }),
        );
      expect(plain(today)).toEqual(plain('2026-11-23'));
    },
  );

  test.each(['2026-03-31', '2028-02-29', '2027-01-01'])(
    'the newest bill of every account is at most 20 days old on %s',
    (today) => {
      const dates = ACCOUNTS.flatMap((account) =>
        account.services.map((service) => rowOf(CEDAR_RIDGE.id, account, service, 0, today).InvoiceDate ?? ''),
      );
      expect(dates.filter((date) => date < addDays(today, -20) || date >= today)).toEqual([]);
    },
  );

  test('the same seed makes the same world, and another seed another one', () => {
    const text = (seed: number): string =>
      JSON.stringify(makeWorld(seed), (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(text(7)).toBe(text(7));
    expect(text(7)).not.toBe(text(8));
  });
});

describe('the cases', () => {
  test('every named case has an account', () => {
    const cases = [...CEDAR_RIDGE_CASES, ...MILL_CREEK_CASES];
    expect(cases.map(({ key }) => key).sort()).toEqual(Object.keys(CASE_ACCOUNTS).sort());
    expect(cases.map(({ key, plan }) => [key, plan.accountNumber])).toEqual(
      cases.map(({ key }) => [key, CASE_ACCOUNTS[key]]),
    );
  });

  test('the sample owner owns exactly the farm, the house and the pump', () => {
    const owned = worldOf(CEDAR_RIDGE.id).accounts.filter(({ customer }) => customer.loginName === OWNER_LOGIN);
    expect(owned.map((account) => account.accountNumber)).toEqual(['0004512000', '0004512001', '0004512002']);
    expect(owned.map((account) => account.mainAccountNumber)).toEqual([undefined, '0004512000', '0004512000']);
  });

  test('the house was billed 128.10 and owes 80.00 since a payment of 48.10', () => {
    const row = newestRow('house');
    expect([row.BalanceForwardAmount, row.CurrentCharges, row.TotalAmountDue]).toEqual(['45.10', '83.00', '128.10']);
    expect(row.CoOwners).toBe('C-90001~jdoe2~DOE JOHN');
    const book = bookOf('house');
    expect(book.items).toMatchObject([{ pastDueCents: 0n, currentCents: 8_000n }]);
    expect(book.lastPayment?.amountCents).toBe(4_810n);
  });

  test('the number of the house is another customer at the water utility', () => {
    expect(caseOf('sameNumber').accountNumber).toBe(caseOf('house').accountNumber);
    expect(caseOf('sameNumber').customer.customerId).not.toBe(caseOf('house').customer.customerId);
  });

  test('credit, blocks, arrears and nothing at all stand in the books', () => {
    expect([caseOf('prepaidCredit').prepaid, owed(bookOf('prepaidCredit'))]).toEqual([true, -2_500n]);
    expect(newestRow('prepaidCredit').TotalAmountDue).toBe('-25.00');
    expect(bookOf('bankBlocked').transactionTypes).toEqual(['CreditCard']);
    expect(bookOf('allBlocked').transactionTypes).toEqual([]);
    expect(bookOf('pastDue').items).toMatchObject([{ pastDueCents: 30_000n, disconnectDate: '2026-04-06' }]);
    expect(bookOf('nothingPayable').items).toEqual([]);
    expect(owed(bookOf('large'))).toBeGreaterThanOrEqual(13_107_200n);
  });

  test('the newest bill of the expired case is past its date, and no other case is', () => {
    const expired = CEDAR_RIDGE_CASES.filter(({ key }) => (newestRow(key).ExpireDate ?? '9999') < TODAY);
    expect(expired.map(({ key }) => key)).toEqual(['expired']);
  });

  test('two types bear charge codes on their items, one of them unknown in the second case', () => {
    expect(bookOf('twoTypes').items.map((item) => item.chargeCode)).toEqual(['ELEC', 'LIGHT']);
    expect(bookOf('twoTypesUnknownCode').items.map((item) => item.chargeCode)).toEqual(['ELEC', 'MISC-17']);
  });

  test('the club has 15 co-owners, some with and some without a login', () => {
    const { coOwners } = caseOf('fifteenCoOwners');
    expect(coOwners.length).toBe(15);
    expect(new Set(coOwners.map(({ userName }) => userName !== undefined))).toEqual(new Set([true, false]));
  });

  test('the conveyed account has another customer on its newest bill than on all before', () => {
    const account = caseOf('conveyed');
    const ids = account.services.flatMap((service) =>
      service.months.map((_month, back) => rowOf(CEDAR_RIDGE.id, account, service, back, TODAY).CustomerID),
    );
    expect([ids[0], ...new Set(ids.slice(1))]).toEqual(['C-88312', 'C-88311']);
  });

  test("the tenant's account is below the landlord's and of another customer", () => {
    expect(caseOf('tenant').mainAccountNumber).toBe(caseOf('landlord').accountNumber);
    expect(caseOf('tenant').customer.customerId).not.toBe(caseOf('landlord').customer.customerId);
  });
});
