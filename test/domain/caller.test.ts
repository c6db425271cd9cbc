// Who asks, and what he may see: his own, and of what is not his nothing, not even that it is there.
import * as fc from 'fast-check';
import {
  coOwnerAsSeen,
  customerAsSeen,
  identify,
  isPayer,
  isStaff,
  maySeeAccount,
  maySeeInvoice,
  maySeePersons,
  maySeeRefreshed,
  ROLES,
  shownNumber,
  type Claims,
  type Link,
} from '../../domain/caller';
import { ACCOUNT_NUMBER, accountWith, billOf, callerWith, customerWith, day, invoiceWith } from '../fixtures/books';

const ISSUED = new Date('2026-03-10T12:00:00Z');
const FOREIGN = '0009999999';

function claimsWith(changes: Partial<Claims> = {}): Claims {
  return {
    billerId: '7f0c2e0e-4a53-4f0e-9a55-0d4f9a6f1c11',
    role: 'OWNER',
    subject: 'janedoe',
    userName: 'janedoe',
    accountNumbers: [ACCOUNT_NUMBER],
    issuedAt: ISSUED,
    ...changes,
  };
}

function linkWith(changes: Partial<Link> = {}): Link {
  return { accountNumber: ACCOUNT_NUMBER, relation: 'OWNER', endedAt: null, ...changes };
}

const relationsOf = (claims: Claims, links: readonly Link[], fromAssertion = false) => [
  ...identify(claims, links, fromAssertion).relations,
];

test('AUT-02 the roles are six, two of them staff and two payers', () => {
  expect(ROLES.filter((role) => isStaff({ role }))).toEqual(['CSR', 'BILLER_ADMIN']);
  expect(ROLES.filter((role) => isPayer({ role }))).toEqual(['OWNER', 'CO_OWNER']);
  expect(ROLES).toHaveLength(6);
});

test('AUT-02 a claimed account counts where Daffron links it now', () => {
  expect(relationsOf(claimsWith(), [linkWith()])).toEqual([[ACCOUNT_NUMBER, 'OWNER']]);
  expect(relationsOf(claimsWith(), [])).toEqual([]);
  expect(relationsOf(claimsWith(), [linkWith({ endedAt: new Date('2026-01-01T00:00:00Z') })])).toEqual([]);
});

test('AUT-02 a link that the token does not claim gives nothing', () => {
  expect(relationsOf(claimsWith({ accountNumbers: [] }), [linkWith()], true)).toEqual([]);
});

test('REG-02 a login linked to two accounts has both, each by its own relation', () => {
  const claims = claimsWith({ role: 'CO_OWNER', accountNumbers: [ACCOUNT_NUMBER, '0004512002', FOREIGN] });
  const links = [linkWith({ relation: 'CO_OWNER' }), linkWith({ accountNumber: '0004512002' })];
  expect(relationsOf(claims, links)).toEqual([
    [ACCOUNT_NUMBER, 'CO_OWNER'],
    ['0004512002', 'OWNER'],
  ]);
});

test('REG-02 who is owner and co-owner at once is the owner', () => {
  const links = [linkWith({ relation: 'CO_OWNER' }), linkWith()];
  expect(relationsOf(claimsWith(), links)).toEqual([[ACCOUNT_NUMBER, 'OWNER']]);
});

test('REG-02 the word of the token alone makes a link only where the biller says so', () => {
  expect(relationsOf(claimsWith(), [], false)).toEqual([]);
  expect(relationsOf(claimsWith(), [], true)).toEqual([[ACCOUNT_NUMBER, 'ASSERTED']]);
});

test('REG-02 a co-owner by the word of the token alone is a co-owner, and no owner', () => {
  expect(relationsOf(claimsWith({ role: 'CO_OWNER' }), [], true)).toEqual([[ACCOUNT_NUMBER, 'CO_OWNER']]);
});

test.each([
  ['before the token was issued', '2026-03-10T11:59:59Z', 'ASSERTED'],
  ['at the instant it was issued', '2026-03-10T12:00:00Z', undefined],
  ['after it was issued', '2026-03-10T12:00:01Z', undefined],
])('REG-02 a link that Daffron ended %s: the token makes %s of it again', (_name, endedAt, relation) => {
  const links = [linkWith({ endedAt: new Date(endedAt) })];
  expect(identify(claimsWith(), links, true).relations.get(ACCOUNT_NUMBER)).toBe(relation);
});

test('AUT-02 a guest has the account of his grant, staff and services have no accounts of their own', () => {
  expect(relationsOf(claimsWith({ role: 'GUEST', userName: null }), [])).toEqual([[ACCOUNT_NUMBER, 'GRANTED']]);
  for (const role of ['CSR', 'BILLER_ADMIN', 'SERVICE'] as const) {
    expect(relationsOf(claimsWith({ role }), [linkWith()], true)).toEqual([]);
  }
});

test('AUT-02 whatever is claimed and linked, a caller never has an account that he did not claim', () => {
  const number = fc.constantFrom('1', '2', '3', '4');
  const ended = fc.option(fc.constantFrom(new Date('2026-01-01T00:00:00Z'), new Date('2026-04-01T00:00:00Z')));
  const link = fc.record({ accountNumber: number, relation: fc.constantFrom('OWNER', 'CO_OWNER'), endedAt: ended });
  const role = fc.constantFrom(...ROLES);
  fc.assert(
    fc.property(role, fc.array(number), fc.array(link), fc.boolean(), (ofRole, accountNumbers, links, fromToken) => {
      const claims = claimsWith({ role: ofRole, accountNumbers });
      const { relations } = identify(claims, links, fromToken);
      for (const [one, relation] of relations) {
        expect(accountNumbers).toContain(one);
        if (relation === 'OWNER' || (relation === 'CO_OWNER' && !fromToken)) {
          expect(links.some(({ accountNumber, endedAt }) => accountNumber === one && endedAt === null)).toBe(true);
        }
      }
    }),
  );
});

test('AUT-03 a payer sees his linked account and no other; staff see every account of their biller', () => {
  const payer = callerWith('OWNER', { [ACCOUNT_NUMBER]: 'OWNER' });
  expect(maySeeAccount(payer, ACCOUNT_NUMBER)).toBe(true);
  expect(maySeeAccount(payer, FOREIGN)).toBe(false);
  expect(maySeeAccount(callerWith('CSR'), FOREIGN)).toBe(true);
  expect(maySeeAccount(callerWith('BILLER_ADMIN'), FOREIGN)).toBe(true);
  expect(maySeeAccount(callerWith('SERVICE'), ACCOUNT_NUMBER)).toBe(false);
});

test('AUT-03 a name of every object is no account', () => {
  for (const number of ['__proto__', 'constructor', 'toString']) {
    expect(maySeeAccount(callerWith('OWNER', { [ACCOUNT_NUMBER]: 'OWNER' }), number)).toBe(false);
  }
});

test("CNV-03 the new owner sees no bill of the former owner, staff see both, and a foreign account's bill nobody else", () => {
  const former = billOf(invoiceWith({ customerNumber: 'C-77000' }));
  const own = billOf(invoiceWith());
  for (const relation of ['OWNER', 'CO_OWNER', 'ASSERTED'] as const) {
    const payer = callerWith('OWNER', { [ACCOUNT_NUMBER]: relation });
    expect(maySeeInvoice(payer, former)).toBe(false);
    expect(maySeeInvoice(payer, own)).toBe(true);
  }
  expect(maySeeInvoice(callerWith('CSR'), former)).toBe(true);
  expect(maySeeInvoice(callerWith('OWNER', { [FOREIGN]: 'OWNER' }), own)).toBe(false);
  expect(maySeeInvoice(callerWith('SERVICE'), own)).toBe(false);
});

test('VST-04 a guest sees the newest bill alone, across types', () => {
  const guest = callerWith('GUEST', { [ACCOUNT_NUMBER]: 'GRANTED' });
  const older = invoiceWith({ invoiceNumber: 'W-1', invoiceTypeId: 43, invoiceDate: day('2026-02-01') });
  const newest = invoiceWith();
  expect(maySeeInvoice(guest, billOf(newest, { newest: [older, newest] }))).toBe(true);
  expect(maySeeInvoice(guest, billOf(older, { newest: [older, newest] }))).toBe(false);
  expect(maySeeInvoice(guest, billOf(invoiceWith({ customerNumber: 'C-77000' })))).toBe(false);
});

test('CNV-02 while the owner is under review the payers get no refreshed figure, and staff do', () => {
  const reviewed = accountWith({ underReview: true });
  for (const relation of ['OWNER', 'CO_OWNER', 'ASSERTED', 'GRANTED'] as const) {
    const caller = callerWith(relation === 'GRANTED' ? 'GUEST' : 'OWNER', { [ACCOUNT_NUMBER]: relation });
    expect(maySeeRefreshed(caller, accountWith())).toBe(true);
    expect(maySeeRefreshed(caller, reviewed)).toBe(false);
  }
  expect(maySeeRefreshed(callerWith('CSR'), reviewed)).toBe(true);
  expect(maySeeRefreshed(callerWith('OWNER'), accountWith())).toBe(false);
});

test('COO-02 the persons of an account are for one another and for staff, never for guests and strangers', () => {
  expect(maySeePersons(callerWith('OWNER', { [ACCOUNT_NUMBER]: 'OWNER' }), ACCOUNT_NUMBER)).toBe(true);
  expect(maySeePersons(callerWith('CO_OWNER', { [ACCOUNT_NUMBER]: 'CO_OWNER' }), ACCOUNT_NUMBER)).toBe(true);
  expect(maySeePersons(callerWith('CSR'), ACCOUNT_NUMBER)).toBe(true);
  expect(maySeePersons(callerWith('GUEST', { [ACCOUNT_NUMBER]: 'GRANTED' }), ACCOUNT_NUMBER)).toBe(false);
  expect(maySeePersons(callerWith('OWNER', { [ACCOUNT_NUMBER]: 'OWNER' }), FOREIGN)).toBe(false);
});

test('VST-04 a guest reads the last four characters of a number, everybody else all of it', () => {
  expect(shownNumber(callerWith('GUEST'), ACCOUNT_NUMBER)).toBe('****2001');
  expect(shownNumber(callerWith('OWNER'), ACCOUNT_NUMBER)).toBe(ACCOUNT_NUMBER);
  expect(shownNumber(callerWith('CSR'), ACCOUNT_NUMBER)).toBe(ACCOUNT_NUMBER);
});

test('COO-02 owner and staff see the whole customer; a co-owner the name, and that as the biller allows', () => {
  const customer = customerWith();
  const seen = (caller: ReturnType<typeof callerWith>, namesVisible: boolean) =>
    customerAsSeen(caller, customer, [ACCOUNT_NUMBER], namesVisible);
  expect(seen(callerWith('OWNER', { [ACCOUNT_NUMBER]: 'OWNER' }), false)).toEqual(customer);
  expect(seen(callerWith('OWNER', { [ACCOUNT_NUMBER]: 'ASSERTED' }), false)).toEqual(customer);
  expect(seen(callerWith('CSR'), false)).toEqual(customer);
  const coOwner = callerWith('CO_OWNER', { [ACCOUNT_NUMBER]: 'CO_OWNER' });
  const reduced = customerWith({ email: null, phone: null, mailingAddress: null });
  expect(seen(coOwner, true)).toEqual(reduced);
  expect(seen(coOwner, false)).toEqual({ ...reduced, name: null });
});

test("COO-02 a co-owner by the token's word alone learns no address, phone or e-mail of the owner", () => {
  const caller = identify(claimsWith({ role: 'CO_OWNER' }), [], true);
  expect(customerAsSeen(caller, customerWith(), [ACCOUNT_NUMBER], false)).toMatchObject({
    name: null,
    email: null,
    phone: null,
    mailingAddress: null,
  });
});

test('VST-04 a guest sees a masked name and nothing else of the person', () => {
  const guest = callerWith('GUEST', { [ACCOUNT_NUMBER]: 'GRANTED' });
  const seen = customerAsSeen(guest, customerWith({ name: 'DOE JANE' }), [ACCOUNT_NUMBER], true);
  expect(seen).toEqual(customerWith({ name: 'D** J***', email: null, phone: null, mailingAddress: null }));
  expect(customerAsSeen(guest, customerWith({ name: null }), [ACCOUNT_NUMBER], true)?.name).toBeNull();
});

test('AUT-03 a customer none of whose accounts are the caller’s is not there', () => {
  const caller = callerWith('OWNER', { [ACCOUNT_NUMBER]: 'OWNER' });
  expect(customerAsSeen(caller, customerWith(), [FOREIGN], true)).toBeUndefined();
  expect(customerAsSeen(caller, customerWith(), [], true)).toBeUndefined();
  expect(customerAsSeen(callerWith('SERVICE'), customerWith(), [ACCOUNT_NUMBER], true)).toBeUndefined();
});

test('COO-02 LOG-02 a co-owner sees himself, his user name in any case, and the others as the biller allows', () => {
  const { key, billerId } = accountWith();
  const jane = { key, billerId, customerNumber: 'C-90001', userName: 'JaneDoe ', name: 'DOE JANE' };
  const john = { ...jane, customerNumber: 'C-90002', userName: 'johndoe', name: 'DOE JOHN' };
  const nameless = { ...john, userName: null };
  const caller = callerWith('CO_OWNER', { [ACCOUNT_NUMBER]: 'CO_OWNER' });
  expect(coOwnerAsSeen(caller, jane, false)).toEqual(jane);
  expect(coOwnerAsSeen(caller, john, false)).toEqual({ ...john, userName: null, name: null });
  expect(coOwnerAsSeen(caller, john, true)).toEqual(john);
  expect(coOwnerAsSeen(callerWith('CSR'), john, false)).toEqual(john);
  expect(coOwnerAsSeen({ ...caller, userName: null }, nameless, false).name).toBeNull();
});
