// The root fields: each by a key, and null for what the caller may not see.
import type { QueryResolvers } from './generated';
import { foreseeBalances } from './lists/foresight';
import { readId } from './ids';
import { readIds } from './pages';

export const Query: QueryResolvers = {
  viewer: (_root, _arguments, { caller }) => caller,
  biller: (_root, _arguments, { sources }) => sources.biller,
  customer: (_root, { id }, { sources }) => byId(readId('customer', id), sources.customers),
  account: (_root, { id }, { sources }) => byId(readId('account', id), sources.accounts),
  accounts: (_root, { ids }, { sources }, info) =>
    foreseeBalances(
      Promise.all(readIds(ids).map((id) => byId(readId('account', id), sources.accounts))),
      sources.balances,
      info,
    ),
  accountByNumber: async (_root, { accountNumber }, { sources }) =>
    (await sources.accounts.byNumber(accountNumber.trim())) ?? null,
  invoice: (_root, { id }, { sources }) => byId(readId('invoice', id), sources.invoices),
};

/** What a key names for this caller; an id that is none names nothing and asks nobody. */
async function byId<T>(
  key: string | undefined,
  reader: { byKey(key: string): Promise<T | undefined> },
): Promise<T | null> {
  return key === undefined ? null : ((await reader.byKey(key)) ?? null);
}
