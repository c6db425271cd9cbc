// Everything outside that a request may need, bound to its caller; nothing else reaches a back end (style: loaders).
import type { Biller } from '../domain/biller';
import { identify, isPayer, type Caller, type Claims } from '../domain/caller';
import { dayIn, type Day } from '../domain/day';
import { openBalances, type BalanceParts, type BalanceReader, type Balances } from './balances';
import { openAccounts, type AccountReader } from './bills/account';
import { openBalanceFacts } from './bills/balanceFacts';
import { findLinks, openCoOwners, type CoOwnerReader } from './bills/coOwner';
import { openCustomers, type CustomerReader } from './bills/customer';
import { openInvoices, type InvoiceReader } from './bills/invoice';
import type { BalanceStore } from './cache/keptBalance';
import type { Daffron } from './daffron/daffron';
import type { Database } from './postgres/database';
import { readsOfRequest } from './postgres/readsOfRequest';

/** The billers as they are set now: they may be replaced while requests are in flight. */
export interface CurrentBillers {
  get(id: string): Biller | undefined;
}

export interface SourceParts {
  readonly billers: CurrentBillers;
  readonly database: Database;
  readonly store: BalanceStore;
  /** The line to Daffron that goes with these settings of a biller. */
  lineOf(biller: Biller): Daffron;
  readonly now: () => Date;
  /** Hears of trouble that no caller sees, as a code with an error, or with ids and counts. */
  onTrouble(code: string, detail: unknown): void;
  /** Counts answers and joined calls, where somebody wants to know. */
  readonly onBalance?: Pick<BalanceParts, 'onAnswer' | 'onJoined'>;
}

export interface Sources {
  /** The caller that a token's claims and Daffron's links make; undefined where the biller is none of ours. */
  identify(claims: Claims): Promise<Caller | undefined>;
  /** Sources of one request; `signal` is aborted when its caller leaves. */
  forRequest(caller: Caller, signal: AbortSignal): RequestSources;
  readonly balances: Balances;
}

/** What resolvers may use: each reader answers for the caller of this request only. */
export interface RequestSources {
  readonly biller: Biller;
  readonly accounts: AccountReader;
  readonly customers: CustomerReader;
  readonly coOwners: CoOwnerReader;
  readonly invoices: InvoiceReader;
  readonly balances: BalanceReader;
  readonly today: Day;
}

export function openSources(parts: SourceParts): Sources {
  const { billers, database } = parts;
  const balances = openBalances({
    ...parts.onBalance,
    store: parts.store,
    facts: openBalanceFacts(database, (error) => parts.onTrouble('BALANCE_FACTS', error)),
    daffronOf: (biller) => parts.lineOf(biller),
    onUnknownTender: (billerId, names) => parts.onTrouble('UNKNOWN_TENDER', { billerId, count: names.length }),
    onPrecisionAtRisk: (billerId) => parts.onTrouble('PRECISION_AT_RISK', { billerId }),
  });

  /** A request ends with the settings that it began with, even where the biller is gone by now. */
  const begunWith = new WeakMap<Caller, Biller>();

  return {
    balances,
    identify: async (claims) => {
      const biller = billers.get(claims.billerId);
      if (biller === undefined) return undefined;
      const asksForLinks = isPayer(claims) && claims.userName !== null && claims.accountNumbers.length > 0;
      // Looked up for each request and kept no longer, so that a link that Daffron ended opens nothing (A10).
      const links = asksForLinks
        ? await findLinks(database, claims.billerId, claims.userName, claims.accountNumbers)
        : [];
      const caller = identify(claims, links, biller.linksFromAssertion);
      begunWith.set(caller, biller);
      return caller;
    },
    forRequest: (caller, signal) => {
      const biller = required(begunWith.get(caller) ?? billers.get(caller.billerId), caller.billerId);
      const today = dayIn(biller.timeZone, parts.now());
      const reads = readsOfRequest(database, signal);
      const accounts = openAccounts(reads, caller);
      const invoices = openInvoices(reads, caller, accounts, today);
      // When the time is over a balance falls back on the bills, and those may still have to be read.
      const lateInvoices = (): InvoiceReader => openInvoices(database, caller, accounts, today);
      return {
        biller,
        today,
        accounts,
        invoices,
        customers: openCustomers(reads, caller, biller, () => accounts.own()),
        coOwners: openCoOwners(reads, caller, biller),
        balances: balances.forOperation({
          caller,
          biller,
          today,
          signal,
          now: parts.now,
          newest: (number) => (signal.aborted ? lateInvoices() : invoices).newest(number),
        }),
      };
    },
  };
}

function required<T>(value: T | undefined, billerId: string): T {
  if (value === undefined) throw new Error(`no biller ${billerId} in the settings`);
  return value;
}
