// The true balance: asked of Daffron as the rules demand, joined, kept and dropped with care (RTD, ADJ, BLK, PST, CIS-05).
import DataLoader from 'dataloader';
import type { Account } from '../domain/account';
import {
  addBalances,
  billedBalance,
  isOutdated,
  mayServeKept,
  REFRESHES_PER_OPERATION_MAX,
  shareOf,
  sumItems,
  type Balance,
  type Refreshed,
  type RefreshProblem,
} from '../domain/balance';
import type { Biller } from '../domain/biller';
import { countsForAccount, maySeeRefreshed, type Caller } from '../domain/caller';
import type { Day } from '../domain/day';
import { isSuperseded, type Bill, type Invoice, type Standing } from '../domain/invoice';
import { TENDER_KINDS } from '../domain/tender';
import type { KeptBalance } from './cache/keptBalance';
import { generationKey, openRefreshes, toldTypes, type RefreshParts } from './refreshes';

export interface BalanceParts extends RefreshParts {
  /** Hears what each question for a balance was answered with. */
  onAnswer?(source: 'RTDR' | 'CACHE' | 'BIF', stale: boolean): void;
}

export interface Balances {
  /** The balances that one operation of one caller may see. */
  forOperation(operation: Operation): BalanceReader;
  /** Ends when nothing is being kept any more. */
  settled(): Promise<void>;
}

export interface Operation {
  readonly caller: Caller;
  readonly biller: Biller;
  readonly today: Day;
  readonly now: () => Date;
  /** Aborted when the caller has left, or his time is over: he then gets what can be told without waiting for Daffron. */
  readonly signal: AbortSignal;
  /** The newest bill of each type of an account. */
  newest(accountNumber: string): Promise<readonly Invoice[]>;
}

export interface BalanceReader {
  /**
   * Undefined where Daffron said nothing and no bill is there; a plain value where this operation has been told it already.
   * `maxAgeSeconds` as the contract has it.
   */
  ofAccount(account: Account, maxAgeSeconds?: number): Promise<Balance | undefined> | Balance | undefined;
  /** An older bill keeps its billed figures and causes no call (CIS-06, RTD-08). */
  ofBill(bill: Bill, maxAgeSeconds?: number): Promise<Balance> | Balance;
  /** The bill, its account bearing what a refresh of this very operation said, so that one answer does not contradict itself. */
  withLearnt(bill: Bill): Promise<Bill>;
}

/** What one operation learnt of an account: a refresh, fresh or kept, or only that the bills must do. */
type Learnt =
  | {
      readonly kind: 'refreshed';
      readonly refreshed: Refreshed;
      readonly source: 'RTDR' | 'CACHE';
      readonly stale: boolean;
      readonly problem: RefreshProblem | null;
    }
  | { readonly kind: 'billed'; readonly stale: boolean; readonly problem: RefreshProblem | null };

type LearntRefresh = Extract<Learnt, { kind: 'refreshed' }>;

const BILLED: Learnt = { kind: 'billed', stale: false, problem: null };

export function openBalances(parts: BalanceParts): Balances {
  const shared = openRefreshes(parts);
  return {
    forOperation: (operation) => {
      const { biller, caller, signal } = operation;
      const refreshes = new Map<string, Promise<Learnt>>();
      /** What was last asked of each account, by a refresh or not. */
      const asked = new Map<string, Promise<Learnt>>();
      /** What each question for an account's balance was answered with; one operation has one answer. */
      const answers = new Map<string, Promise<Balance | undefined> | { readonly balance: Balance | undefined }>();
      const kept = new DataLoader<Account, KeptBalance | undefined, string>(
        async (accounts) => {
          const values = await shared.kept(accounts);
          return accounts.map((account, at) => {
            const value = values[at];
            return value !== undefined && isBelievable(value, account) ? value : undefined;
          });
        },
        { cacheKeyFn: generationKey },
      );

      /** A refresh of another generation is no longer true, and one from the future never was. */
      function isBelievable({ generation, refreshed }: KeptBalance, account: Account): boolean {
        return generation === account.generation && refreshed.observedAt.getTime() <= operation.now().getTime();
      }

      /** A kept refresh, else the bills. */
      async function fallBack(account: Account, problem: RefreshProblem | null): Promise<Learnt> {
        const value = await kept.load(account);
        if (value === undefined) return { kind: 'billed', stale: true, problem };
        return { kind: 'refreshed', refreshed: value.refreshed, source: 'CACHE', stale: true, problem };
      }

      /** `acceptsEarlier` where a kept answer would have done: one that has just come does as well (L4). */
      async function ask(account: Account, acceptsEarlier?: (refreshed: Refreshed) => boolean): Promise<Learnt> {
        const refresh = await shared.ask(biller, account, { signal, acceptsEarlier });
        if (refresh === undefined) return fallBack(account, 'BALANCE_UNAVAILABLE');
        const { answer, isEarlier } = refresh;
        if (!answer.ok) return fallBack(account, answer.problem);
        // Somebody else, who was content with less, may have accepted it in this caller's place (RTD-04).
        if (isEarlier && acceptsEarlier?.(answer.refreshed) !== true) return ask(account);
        const source = isEarlier ? 'CACHE' : 'RTDR';
        return { kind: 'refreshed', refreshed: answer.refreshed, source, stale: false, problem: null };
      }

      function learn(account: Account, maxAgeSeconds: number | undefined): Promise<Learnt> {
        const learning = keptOrFresh(account, maxAgeSeconds).then((learnt) => {
          parts.onAnswer?.(learnt.kind === 'billed' ? 'BIF' : learnt.source, learnt.stale);
          return learnt;
        });
        asked.set(account.accountNumber, learning);
        return learning;
      }

      async function keptOrFresh(account: Account, maxAgeSeconds: number | undefined): Promise<Learnt> {
        const { overrideRefreshCheck } = biller.options;
        const begun = refreshes.get(account.accountNumber);
        if (begun !== undefined) return begun;
        const mayKeep = (maxAgeSeconds ?? (overrideRefreshCheck ? 0 : 1)) > 0;
        const mayServe = ({ observedAt }: Refreshed): boolean =>
          mayServeKept(observedAt, operation.now(), overrideRefreshCheck, maxAgeSeconds);
        const value = mayKeep ? await kept.load(account) : undefined;
        // Another field of the operation may have begun the refresh while the kept value was looked up; one operation has one answer.
        const since = refreshes.get(account.accountNumber);
        if (since !== undefined) return since;
        if (value !== undefined && mayServe(value.refreshed)) {
          return { kind: 'refreshed', refreshed: value.refreshed, source: 'CACHE', stale: false, problem: null };
        }
        const capped = refreshes.size >= REFRESHES_PER_OPERATION_MAX;
        if (capped) return fallBack(account, null);
        const refreshing = ask(account, mayKeep ? mayServe : undefined);
        refreshes.set(account.accountNumber, refreshing);
        return refreshing;
      }

      async function accountBalance(account: Account, learnt: Learnt): Promise<Balance | undefined> {
        // A fresh refresh is the newest word there is, and the bills need not be read.
        if (learnt.kind === 'refreshed' && learnt.source === 'RTDR') return summed(learnt, learnt.refreshed.items);
        const standing = { account, newest: await operation.newest(account.accountNumber), today: operation.today };
        const newest = standing.newest.filter((invoice) => countsForAccount(caller, { invoice, standing }));
        if (learnt.kind === 'refreshed' && !isOvertaken(learnt, newest)) return summed(learnt, learnt.refreshed.items);
        const [first, ...rest] = newest;
        if (first === undefined) return undefined;
        if (learnt.kind === 'billed') return billed([first, ...rest], account, learnt);
        return partlyBilled([first, ...rest], { ...standing, newest }, learnt);
      }

      /** A bill came after the kept refresh: where each bill has a share of it, only that bill's is put aside (PST-01). */
      function partlyBilled(
        [first, ...rest]: readonly [Invoice, ...Invoice[]],
        standing: Standing,
        learnt: LearntRefresh,
      ): Balance {
        const ofBill = (invoice: Invoice): Balance | undefined => {
          const share = shareOf({ invoice, standing }, learnt.refreshed.items);
          if (share === undefined || share.bills.length > 1) return undefined;
          return isOvertaken(learnt, share.bills)
            ? billed([invoice], standing.account, learnt)
            : summed(learnt, share.items);
        };
        const [part, ...others] = [ofBill(first), ...rest.map(ofBill)];
        const isWhole = part !== undefined && others.every((other) => other !== undefined);
        // Which items the new bill has taken in nobody can say: a refresh is wanted, and not to be had by the biller's word.
        if (!isWhole) return billed([first, ...rest], standing.account, { ...learnt, stale: true });
        return addBalances([part, ...others]);
      }

      async function billBalance(bill: Bill, maxAgeSeconds: number | undefined): Promise<Balance> {
        const { invoice, standing } = bill;
        const learnt = await learn(standing.account, maxAgeSeconds);
        if (learnt.kind === 'billed') return billed([invoice], standing.account, learnt);
        const share = shareOf(bill, learnt.refreshed.items);
        // Another bill carries the balance; this one's own figures are all there is to say, and no newer ones are wanted.
        if (share === undefined) return billed([invoice], standing.account, BILLED);
        if (isOvertaken(learnt, share.bills)) return billed([invoice], standing.account, learnt);
        return summed(learnt, share.items);
      }

      async function withLearnt(bill: Bill): Promise<Bill> {
        // Fields beside this one may still be about to ask; they all have begun when this goes on.
        await Promise.resolve();
        const { account } = bill.standing;
        const learnt = await asked.get(account.accountNumber);
        if (learnt?.kind !== 'refreshed' || learnt.source !== 'RTDR') return bill;
        const types = toldTypes(learnt.refreshed);
        const told = {
          blockedTenders: learnt.refreshed.tenders.blocked,
          itemTypes: types === undefined ? account.itemTypes : types,
        };
        return { ...bill, standing: { ...bill.standing, account: { ...account, ...told } } };
      }

      const withheld: Learnt = { kind: 'billed', stale: true, problem: null };

      async function answerTo(account: Account, maxAgeSeconds: number | undefined): Promise<Balance | undefined> {
        return accountBalance(
          account,
          maySeeRefreshed(caller, account) ? await learn(account, maxAgeSeconds) : withheld,
        );
      }

      return {
        ofAccount: (account, maxAgeSeconds) => {
          const question = `${generationKey(account)}:${maxAgeSeconds ?? ''}`;
          const known = answers.get(question);
          if (known !== undefined && 'balance' in known) {
            if (known.balance !== undefined) parts.onAnswer?.(known.balance.source, known.balance.stale);
            return known.balance;
          }
          if (known !== undefined) return known;
          const answering = answerTo(account, maxAgeSeconds).then((balance) => {
            answers.set(question, { balance });
            return balance;
          });
          answers.set(question, answering);
          return answering;
        },
        ofBill: (bill, maxAgeSeconds) => {
          const { account } = bill.standing;
          if (isSuperseded(bill)) return billed([bill.invoice], account, BILLED);
          if (!maySeeRefreshed(caller, account)) return billed([bill.invoice], account, withheld);
          return billBalance(bill, maxAgeSeconds);
        },
        withLearnt,
      };
    },
    settled: () => shared.settled(),
  };
}

function billed(
  bills: readonly [Invoice, ...Invoice[]],
  account: Account,
  learnt: { stale: boolean; problem: RefreshProblem | null },
): Balance {
  return billedBalance(bills, TENDER_KINDS, {
    stale: learnt.stale,
    refreshProblem: learnt.problem,
    blockedTenders: account.blockedTenders,
  });
}

function summed({ refreshed, source, problem, stale }: LearntRefresh, items: Refreshed['items']): Balance {
  return sumItems(refreshed, items, source, problem, stale);
}

/** Whether a bill came after a kept refresh; a fresh one is the newest word (PST-01). */
function isOvertaken({ source, refreshed }: LearntRefresh, bills: readonly Invoice[]): boolean {
  return source === 'CACHE' && isOutdated(refreshed.observedAt, bills);
}
