// Customers, as far as the caller may know them.
import { shownNumber } from '../domain/caller';
import type { CustomerResolvers } from './generated';
import { readId, writeId } from './ids';
import { readPageRequest } from './pages';

export const Customer: CustomerResolvers = {
  __resolveReference: async ({ id }, { sources }) => {
    const key = readId('customer', id);
    return key === undefined ? null : ((await sources.customers.byKey(key)) ?? null);
  },
  id: ({ key }) => writeId('customer', key),
  customerNumber: ({ customerNumber }, _arguments, { caller }) => shownNumber(caller, customerNumber),
  accounts: ({ customerNumber }, page, { sources }) =>
    sources.accounts.pageOfCustomer(customerNumber, readPageRequest(page)),
  coOwners: ({ customerNumber }, _arguments, { sources }) => sources.coOwners.ofCustomer(customerNumber),
};
