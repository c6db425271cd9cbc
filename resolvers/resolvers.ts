// All nouns in one map, as the schema builder takes them.
import { Account, AccountConnection, AccountEdge } from './account';
import { Balance, LastPayment, Money } from './balance';
import { Biller } from './biller';
import { CoOwner } from './coOwner';
import { Customer } from './customer';
import type { Resolvers } from './generated';
import { Invoice, InvoiceConnection, InvoiceEdge, Payability, PayabilityReason } from './invoice';
import { Query } from './query';
import { DateScalar, DateTime, Decimal } from './scalars';
import { Viewer } from './viewer';

export const resolvers: Resolvers = {
  Account,
  AccountConnection,
  AccountEdge,
  Balance,
  Biller,
  CoOwner,
  Customer,
  Date: DateScalar,
  DateTime,
  Decimal,
  Invoice,
  InvoiceConnection,
  InvoiceEdge,
  LastPayment,
  Money,
  Payability,
  PayabilityReason,
  Query,
  Viewer,
};
