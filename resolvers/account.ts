// Accounts and what hangs on them.
import { GraphQLError } from 'graphql';
import type { Balance } from '../domain/balance';
import { shownNumber } from '../domain/caller';
import type { AccountConnectionResolvers, AccountEdgeResolvers, AccountResolvers } from './generated';
import { readId, writeId } from './ids';
import { cursorOf, pageInfoOf, readMaxAge, readPageRequest } from './pages';

export const Account: AccountResolvers = {
  __resolveReference: async ({ id }, { sources }) => {
    const key = readId('account', id);
    return key === undefined ? null : ((await sources.accounts.byKey(key)) ?? null);
  },
  id: ({ key }) => writeId('account', key),
  accountNumber: ({ accountNumber }, _arguments, { caller }) => shownNumber(caller, accountNumber),
  customer: async ({ customerNumber }, _arguments, { sources }) =>
    (await sources.customers.byNumber(customerNumber)) ?? null,
  serviceAddress: ({ serviceAddress }, _arguments, { caller }) => (caller.role === 'GUEST' ? null : serviceAddress),
  mainAccount: async ({ mainAccountNumber }, _arguments, { sources }) =>
    mainAccountNumber === null ? null : ((await sources.accounts.byNumber(mainAccountNumber)) ?? null),
  subAccounts: ({ accountNumber }, page, { sources }) =>
    sources.accounts.pageOfSubAccounts(accountNumber, readPageRequest(page)),
  balance: (account, { maxAgeSeconds }, { sources }) =>
    orNoBalance(sources.balances.ofAccount(account, readMaxAge(maxAgeSeconds))),
  currentInvoice: async (account, _arguments, { sources }) => (await sources.invoices.current(account)) ?? null,
  invoices: (account, page, { sources }) => sources.invoices.page(account, readPageRequest(page)),
  coOwners: ({ accountNumber }, _arguments, { sources }) => sources.coOwners.ofAccount(accountNumber),
};

export const AccountConnection: AccountConnectionResolvers = {
  nodes: ({ edges }) => edges.map(({ node }) => node),
  pageInfo: pageInfoOf,
};

export const AccountEdge: AccountEdgeResolvers = { cursor: cursorOf };

/** A balance that is known already stays a plain value: a promise for each item of a list costs as much as its calls. */
function orNoBalance(balance: Promise<Balance | undefined> | Balance | undefined): Promise<Balance> | Balance {
  if (balance instanceof Promise) return balance.then(orNoBalance);
  return balance ?? noBalance();
}

function noBalance(): never {
  throw new GraphQLError('The balance cannot be told right now.', { extensions: { code: 'BALANCE_UNAVAILABLE' } });
}
