// The utility of the caller's token; another one looks like none (AUT-01).
import type { BillerResolvers } from './generated';
import { isBillerId } from './ids';

export const Biller: BillerResolvers = {
  __resolveReference: ({ id }, { sources }) => (isBillerId(id, sources.biller.id) ? sources.biller : null),
};
