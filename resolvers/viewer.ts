// The caller himself.
import type { ViewerResolvers } from './generated';
import { readPageRequest } from './pages';

export const Viewer: ViewerResolvers = {
  accounts: (_caller, page, { sources }) => sources.accounts.ownPage(readPageRequest(page)),
  customer: async (_caller, _arguments, { sources }) => (await sources.customers.own()) ?? null,
};
