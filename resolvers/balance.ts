// Balances: cents become money.
import { usd } from '../domain/money';
import type { BalanceResolvers, LastPaymentResolvers, MoneyResolvers } from './generated';

export const Balance: BalanceResolvers = {
  total: ({ totalCents }) => usd(totalCents),
  current: ({ currentCents }) => usd(currentCents),
  pastDue: ({ pastDueCents }) => usd(pastDueCents),
};

export const LastPayment: LastPaymentResolvers = { amount: ({ cents }) => usd(cents) };

/** The Decimal scalar writes the cents as text. */
export const Money: MoneyResolvers = { amount: ({ cents }) => cents };
