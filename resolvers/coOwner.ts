// Co-owners, as far as the caller may know them.
import type { CoOwnerResolvers } from './generated';
import { readId, writeId } from './ids';
import { readPageRequest } from './pages';

export const CoOwner: CoOwnerResolvers = {
  __resolveReference: async ({ id }, { sources }) => {
    const key = readId('coOwner', id);
    return key === undefined ? null : ((await sources.coOwners.byKey(key)) ?? null);
  },
  id: ({ key }) => writeId('coOwner', key),
  accounts: ({ customerNumber }, page, { sources }) =>
    sources.accounts.pageOfCoOwner(customerNumber, readPageRequest(page)),
};
