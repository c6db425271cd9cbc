// What the explorer page has filled in: who may ask, and a query for each of them that shows something.
import { parse, print } from 'graphql';
import { FIRST_QUERY } from '../welcome';
import type { SampleTokens } from './sampleKeys';
import type { SimulatorReady } from './simulatorProcess';

/** A caller of the sample world, with the token that makes him so. */
export interface SampleCaller {
  readonly key: 'owner' | 'staff' | 'guest';
  readonly name: string;
  readonly who: string;
  readonly sees: string;
  readonly token: string;
}

/** A query with its variables, and whom it was written for. */
export interface SampleQuery {
  readonly caller: SampleCaller['key'];
  readonly operationName: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** None where the service was given the keys of another issuer: only he can sign. */
export function sampleCallers(tokens: SampleTokens | undefined, people: SimulatorReady['people']): SampleCaller[] {
  if (tokens === undefined) return [];
  return [
    {
      key: 'owner',
      name: people.owner.userName,
      who: 'Owner',
      sees: `A member with ${people.owner.accountNumbers.length} accounts. Sees what Daffron links to this login, and nothing else.`,
      token: tokens.owner,
    },
    {
      key: 'staff',
      name: people.staff.userName,
      who: 'Staff',
      sees: 'A representative of the utility. Looks up any account of it by its number.',
      token: tokens.staff,
    },
    {
      key: 'guest',
      name: people.guest.accountNumber,
      who: 'Guest',
      sees: 'Somebody who found one bill without logging in. Sees that account and no other.',
      token: tokens.guest,
    },
  ];
}

/** The first query is that of the README, so that its answer can be compared. */
export function sampleQueries({ owner, guest }: SimulatorReady['people']): readonly SampleQuery[] {
  return [
    {
      caller: 'owner',
      operationName: 'FirstQuery',
      query: written(
        [
          'Every account of this login with its true balance:',
          'one SOAP call for each. At one of them a payment was',
          'made at the counter since the bill was sent.',
        ],
        `query FirstQuery ${FIRST_QUERY}`,
      ),
      variables: {},
    },
    {
      caller: 'staff',
      operationName: 'StaffLookUp',
      query: written(
        ['Any account of the utility by its number. Asked as', 'the guest, it looks as if it did not exist.'],
        `query StaffLookUp($accountNumber: String!) { accountByNumber(accountNumber: $accountNumber) {
          accountNumber serviceAddress customer { name phone } balance { total { amount } pastDue { amount } source asOf stale }
          currentInvoice { invoiceNumber dueDate status } coOwners { name } } }`,
      ),
      // His second account, the one whose balance is not what was billed.
      variables: { accountNumber: owner.accountNumbers.at(1) ?? owner.accountNumbers.at(0) },
    },
    {
      caller: 'owner',
      operationName: 'PageOfBills',
      query: written(
        ['A page of bills, newest first. For the next page', 'give its endCursor as $after.'],
        `query PageOfBills($first: Int!, $after: String) { viewer { accounts(first: 1) { nodes { accountNumber
          invoices(first: $first, after: $after) { nodes { invoiceNumber invoiceDate dueDate billedTotal { amount } status
          payability { payable reasons { code message } } } pageInfo { hasNextPage endCursor } } } } } }`,
      ),
      variables: { first: 4, after: null },
    },
    {
      caller: 'guest',
      operationName: 'GuestBill',
      query: written(
        ['The one bill that a guest was let in to see,', 'and whether it can be paid.'],
        `query GuestBill($accountNumber: String!) { accountByNumber(accountNumber: $accountNumber) { accountNumber
          balance { total { amount } dueDate source } currentInvoice { invoiceNumber dueDate billedTotal { amount }
          payability { payable reasons { message } } } } }`,
      ),
      variables: { accountNumber: guest.accountNumber },
    },
  ];
}

function written(what: readonly string[], query: string): string {
  return `${what.map((line) => `# ${line}`).join('\n')}\n${print(parse(query))}\n`;
}
