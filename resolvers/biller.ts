// The utility of the caller's token; another one looks like none (AUT-01).
import type { BillerResolvers } from './generated';

export const Biller: BillerResolvers = {
  // The key comes from the gateway unread; what is no text becomes one that names nothing.
  __resolveReference: ({ id }, { sources }) => (String(id).toLowerCase() === sources.biller.id ? sources.biller : null),
};
