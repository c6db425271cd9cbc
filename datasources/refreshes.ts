// One refresh of one account, shared by all who want it now: within the process, between processes, and kept for later
// (RTD-03, CIS-05).
import type { Account } from '../domain/account';
import { isAtRisk, typesOf, type Refreshed } from '../domain/balance';
import { invoiceTypeOf, type Biller } from '../domain/biller';
import { readTenderFlags } from '../domain/tender';
import type { BalanceFacts } from './bills/balanceFacts';
import { joinCalls } from './cache/joinedCalls';
import type { BalanceStore, KeptBalance } from './cache/keptBalance';
import type { CallAnswer, HeardAnswer, OwnTurn, TurnOptions } from './cache/turn';
import type { Daffron, PayableItemsReply } from './daffron/daffron';
import type { AnySignal, LightSignal } from './departures';

export interface RefreshParts {
  readonly store: BalanceStore;
  readonly facts: BalanceFacts;
  /** The line to Daffron that goes with these settings of a biller. */
  daffronOf(biller: Biller): Daffron;
  /** Hears of names of tenders that the biller's settings do not know (BLK-03). */
  onUnknownTender?(billerId: string, names: readonly string[]): void;
  /** Hears of each question that joined one in flight, of this process or of another one. */
  onJoined?(): void;
  /** Hears of amounts that came as floats and are too great for every cent to have come with them (MON-05). */
  onPrecisionAtRisk?(billerId: string): void;
}

export type Refresh = Omit<HeardAnswer, 'kind'>;

/** A turn's options under the signal of whoever asks. */
export type AskOptions = TurnOptions & { readonly signal: AbortSignal };

export interface Refreshes {
  /**
   * What Daffron says now; undefined where the signal fires first. With `acceptsEarlier` one that has just come may do as
   * well, so that many who meet an expired answer cause one call (L4).
   */
  ask(biller: Biller, account: Account, options: AskOptions): Promise<Refresh | undefined>;
  /** What is kept of each account, in their order; whether it is still to be believed is the reader's to judge. */
  kept(accounts: readonly Account[]): Promise<readonly (KeptBalance | undefined)[]>;
  /** Ends when nothing is being kept any more. */
  settled(): Promise<void>;
}

export function openRefreshes(parts: RefreshParts): Refreshes {
  const flights = joinCalls<Refresh>(() => parts.onJoined?.());
  /** Refreshes whose keeping is under way: they are already kept as far as this process is concerned. */
  const settling = new Map<string, KeptBalance>();
  /** What goes on behind the answers' backs. */
  const unfinished = new Set<Promise<void>>();

  function finish(work: Promise<void>): void {
    unfinished.add(work);
    void work.finally(() => unfinished.delete(work));
  }

  /** Asks Daffron, or hears what another process was told that asked at the same time. */
  async function refresh(biller: Biller, account: Account, options: TurnOptions): Promise<Refresh> {
    const turn = await parts.store.takeTurn(account, options);
    if (turn.kind === 'heard') {
      if (!turn.isEarlier && !options.signal.aborted) parts.onJoined?.();
      return turn;
    }
    let told: CallAnswer | undefined;
    try {
      const asked = await call(biller, account, options.signal);
      if (asked.isForAll) told = asked.answer;
      if (asked.answer.ok) keep(account, asked.answer.refreshed, turn);
      return { answer: asked.answer, isEarlier: false };
    } finally {
      // On its way before the answer is: whoever asks after that must not hear of this call again (RTD-04).
      await turn.end(told);
    }
  }

  /** `isForAll` where the answer says something to every process: what failed only here, another one may ask. */
  async function call(
    biller: Biller,
    account: Account,
    signal: AnySignal,
  ): Promise<{ readonly answer: CallAnswer; readonly isForAll: boolean }> {
    const reply = await parts.daffronOf(biller).fetchPayableItems(account.accountNumber, { signal });
    if (!reply.ok) {
      const { kind, code } = reply.failure;
      const problem = kind === 'unreadable' ? 'BALANCE_UNPARSEABLE' : 'BALANCE_UNAVAILABLE';
      return { answer: { ok: false, problem }, isForAll: !OWN_TROUBLES.includes(code) && !signal.aborted };
    }
    const refreshed = readReply(biller, reply.value, reply.sentAt);
    if (refreshed.tenders.unknownNames.length > 0) parts.onUnknownTender?.(biller.id, refreshed.tenders.unknownNames);
    if (isAtRisk(refreshed.amountsAreFloats, refreshed.items)) parts.onPrecisionAtRisk?.(biller.id);
    return { answer: { ok: true, refreshed }, isForAll: true };
  }

  /** Kept behind the answer's back; readers of this process see it at once. */
  function keep(account: Account, refreshed: Refreshed, turn: OwnTurn): void {
    const kept = { refreshed, generation: account.generation };
    const key = generationKey(account);
    settling.set(key, kept);
    finish(
      store(account, refreshed, turn).finally(() => {
        if (settling.get(key) === kept) settling.delete(key);
      }),
    );
  }

  async function store(account: Account, refreshed: Refreshed, turn: OwnTurn): Promise<void> {
    const isCurrent = await parts.facts.record(account, {
      generation: account.generation,
      blockedTenders: refreshed.tenders.blocked,
      itemTypes: toldTypes(refreshed),
      observedAt: refreshed.observedAt,
    });
    // A payment since the question was sent makes the answer worthless to everybody who asks later.
    if (isCurrent) await turn.keep(refreshed);
  }

  return {
    ask: (biller, account, options) => {
      const start = (signal: LightSignal): Promise<Refresh> => refresh(biller, account, { ...options, signal });
      return flights.join(generationKey(account), options.signal, start);
    },
    kept: async (accounts) => {
      const stored = await parts.store.getMany(accounts);
      return accounts.map((account, at) => settling.get(generationKey(account)) ?? stored[at]);
    },
    settled: async () => {
      await Promise.all(unfinished);
    },
  };
}

/** Failures of this process's own making: a full queue, an open breaker, a stop, a caller who left. */
const OWN_TROUBLES: readonly string[] = ['QUEUE_FULL', 'BREAKER_OPEN', 'CLOSED', 'CALLER_GONE'];

/** How the items are typed; undefined where nothing is owed, which says nothing of it. */
export function toldTypes({ items }: Refreshed): readonly number[] | null | undefined {
  return items.length === 0 ? undefined : typesOf(items);
}

/** A value of another generation is another value, in flight as well as kept. */
export function generationKey({ billerId, accountNumber, generation }: Account): string {
  return `${billerId}:${accountNumber}:${generation}`;
}

function readReply(biller: Biller, reply: PayableItemsReply, sentAt: Date): Refreshed {
  return {
    observedAt: sentAt,
    amountsAreFloats: reply.amountsAreFloats,
    tenders: readTenderFlags(reply.transactionTypes, biller.tenderNames),
    items: reply.items.map(({ chargeCode, description, ...item }) => ({
      ...item,
      invoiceTypeId: invoiceTypeOf(biller, chargeCode, description),
    })),
  };
}
