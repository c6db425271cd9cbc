// The utility of the caller's token; another one looks like none (AUT-01).
import type { BillerResolvers } from './generated';

export const Biller: BillerResolvers = {
  __resolveReference: ({ id }, { sources }) => (id.toLowerCase() === sources.biller.id ? sources.biller : null),
};
