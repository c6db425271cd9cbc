// Bills: their figures, where they stand, and which of them carries the balance.
import { maySeeInvoice, type Caller } from '../domain/caller';
import {
  balanceBill,
  collectionDateOf,
  isSuperseded,
  newestOfType,
  payabilityOf,
  statusOf,
  type Bill,
  type Invoice as BilledInvoice,
} from '../domain/invoice';
import { usd } from '../domain/money';
import type {
  InvoiceConnectionResolvers,
  InvoiceEdgeResolvers,
  InvoiceResolvers,
  PayabilityReasonResolvers,
  PayabilityResolvers,
} from './generated';
import { readId, writeId } from './ids';
import { cursorOf, pageInfoOf, readMaxAge } from './pages';

export const Invoice: InvoiceResolvers = {
  __resolveReference: async ({ id }, { sources }) => {
    const key = readId('invoice', id);
    return key === undefined ? null : ((await sources.invoices.byKey(key)) ?? null);
  },
  id: ({ invoice }) => writeId('invoice', invoice.key),
  invoiceNumber: ({ invoice }) => invoice.invoiceNumber,
  invoiceType: ({ invoice }, _arguments, { sources }) => typeOf(invoice, sources.biller.invoiceTypes),
  account: ({ standing }) => standing.account,
  invoiceDate: ({ invoice }) => invoice.invoiceDate,
  dueDate: ({ invoice }) => invoice.dueDate,
  expireDate: ({ invoice }) => invoice.expireDate,
  autoPayCollectionDate: ({ invoice }, _arguments, { sources }) =>
    collectionDateOf(invoice, sources.biller.autoPayOffsetDays),
  notifications: ({ invoice }) => invoice.notifyDates.map((date, at) => ({ sequence: at + 1, date })),
  servicePeriod: ({ invoice: { servicePeriodStart: start, servicePeriodEnd: end } }) =>
    start === null && end === null ? null : { start, end },
  balanceForward: ({ invoice }) => usd(invoice.balanceForwardCents),
  currentCharges: ({ invoice }) => usd(invoice.currentChargesCents),
  adjustments: ({ invoice }) => usd(invoice.adjustmentCents),
  billedTotal: ({ invoice }) => usd(invoice.totalCents),
  pastDue: ({ invoice }) => usd(invoice.pastDueCents),
  balance: (bill, { maxAgeSeconds }, { sources }) => sources.balances.ofBill(bill, readMaxAge(maxAgeSeconds)),
  status: (bill) => statusOf(bill),
  payability: async (bill, _arguments, { sources }) => payabilityOf(await sources.balances.withLearnt(bill)),
  supersededBy: (bill, _arguments, { caller }) =>
    isSuperseded(bill) ? visible(caller, bill, newestOfType(bill)) : null,
  message: ({ invoice }, _arguments, { caller }) => (caller.role === 'GUEST' ? null : invoice.message),
  customFields: ({ invoice }, _arguments, { caller }) => (caller.role === 'GUEST' ? [] : invoice.customFields),
};

export const Payability: PayabilityResolvers = {
  payable: ({ reasons }) => reasons.length === 0,
  mostRecentInvoice: ({ mostRecent }, _arguments, { caller }) => visible(caller, mostRecent, balanceBill(mostRecent)),
};

export const PayabilityReason: PayabilityReasonResolvers = { cause: ({ cause }) => cause ?? null };

export const InvoiceConnection: InvoiceConnectionResolvers = {
  nodes: ({ edges }) => edges.map(({ node }) => node),
  pageInfo: pageInfoOf,
};

export const InvoiceEdge: InvoiceEdgeResolvers = { cursor: cursorOf };

/** Another bill of the same account, where the caller may see it. */
function visible(caller: Caller, { standing }: Bill, invoice: BilledInvoice): Bill | null {
  return maySeeInvoice(caller, { invoice, standing }) ? { invoice, standing } : null;
}

/** A type that the biller has since dropped from the settings keeps its number for a name. */
function typeOf<T extends { readonly id: number; readonly name: string }>(invoice: BilledInvoice, types: readonly T[]) {
  const { invoiceTypeId: id } = invoice;
  return types.find((type) => type.id === id) ?? { id, name: String(id), chargeCodes: [], descriptions: [] };
}
