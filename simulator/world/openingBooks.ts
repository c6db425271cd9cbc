// The books at the moment the world begins: the newest bills less what was paid since.
import type { AccountBook, BookEntry, PayableItem } from '../books';
import { billedDaysAgo, type Account, type Service } from './accounts';
import type { Biller } from './billers';
import { datesOf, paidOn, pastDueOf } from './bills';
import { addDays, type Day } from './calendar';
import { largerOf } from './money';

/** What one service still owes; a payment takes away past due money first. */
function itemOf(account: Account, service: Service, today: Day): PayableItem | undefined {
  const newest = service.months[0];
  if (newest === undefined) return undefined;
  const leftCents = newest.totalCents - newest.paidCents;
  // A settled service shows no item, unless another one stands beside it and the two must be told apart.
  if (leftCents === 0n && account.services.length === 1) return undefined;
  const pastDueCents = largerOf(pastDueOf(newest) - newest.paidCents, 0n);
  return {
    pastDueCents,
    currentCents: leftCents - pastDueCents,
    description: service.description,
    ...(service.chargeCode !== undefined && { chargeCode: service.chargeCode }),
    dueDate: datesOf(today, billedDaysAgo(account, service), 0, account.expireAfterDays).dueDate,
    ...(account.disconnectInDays !== undefined &&
      pastDueCents > 0n && { disconnectDate: addDays(today, account.disconnectInDays) }),
  };
}

/** The latest payment of the account over all its services; `undefined` when none was ever made. */
function lastPaymentOf(account: Account, today: Day): AccountBook['lastPayment'] {
  let last: AccountBook['lastPayment'];
  for (const service of account.services) {
    const back = service.months.findIndex((month) => month.paidCents > 0n);
    const paid = service.months[back];
    if (paid === undefined) continue;
    const date = paidOn(today, billedDaysAgo(account, service), back);
    if (last === undefined || date > last.date) last = { amountCents: paid.paidCents, date };
  }
  return last;
}

/** The books of all accounts of the biller as of `today`. */
export function openingBooks(biller: Biller, accounts: readonly Account[], today: Day): readonly BookEntry[] {
  return accounts.map((account) => {
    const items = account.services.map((service) => itemOf(account, service, today));
    const lastPayment = lastPaymentOf(account, today);
    return {
      billerId: biller.id,
      accountNumber: account.accountNumber,
      items: items.filter((item) => item !== undefined),
      ...(account.transactionTypes !== undefined && { transactionTypes: account.transactionTypes }),
      ...(lastPayment !== undefined && { lastPayment }),
    };
  });
}
