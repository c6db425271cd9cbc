// What is left when more is asked than Daffron can answer: with K calls allowed and an answer after T, no service can answer
// more than K ÷ T ÷ calls requests a second. L4 asks how near that the product comes; L5 offers ten times as much, by
// callers who leave after two seconds.
import { closedLoop, openLoop, type Ask } from './driver';
import type { Stage } from './stage';
import type { Turns } from './turns';
import { ACCOUNTS_PER_CUSTOMER, accountOf, BILLERS, CUSTOMERS } from './world';
import { DISTINCT } from './workloads';

export interface Overload {
  readonly limit: number;
  /** Right answers a second ÷ the limit, by callers enough to keep every place filled. */
  readonly saturated: number;
  readonly saturatedP50Ms: number;
  /** The same at ten times the limit. */
  readonly overloaded: number;
  readonly overloadedP50Ms: number;
  /** Share of calls that reached Daffron after their caller had left. */
  readonly departedShare: number;
  /** Share of calls that no right answer came of. */
  readonly wastedShare: number;
  readonly inFlightMax: number;
  readonly offered: number;
  readonly good: number;
  readonly refused: number;
  readonly left: number;
  readonly wrong: number;
}

const BILLER = 'narrow';
const OVERLOAD = 10;
const PATIENCE_MS = 2000;
/** Six requests wait for each that is being answered. */
const SATURATING_CALLERS = 40;
/** A caller's leaving takes this long to be known on the other side of two sockets of a busy machine. */
const NEWS_MS = 50;

export async function measureOverload(stage: Stage, turns: Turns, seconds: number): Promise<Overload> {
  const { maxConcurrent, delayMs } = BILLERS[BILLER];
  const limit = (maxConcurrent / delayMs) * (1000 / DISTINCT.dashboard);
  const ask = (which: number): Ask => turns.ask('dashboard', BILLER, which % CUSTOMERS);
  const { url } = stage.product;
  await closedLoop(url, SATURATING_CALLERS, 1, (caller, turn) => ask(caller + SATURATING_CALLERS * turn));
  const saturated = await closedLoop(url, SATURATING_CALLERS, seconds, (caller, turn) =>
    ask(caller + SATURATING_CALLERS * turn),
  );
  await stage.takeCounts(BILLER, true);
  const open = await openLoop(url, limit * OVERLOAD, seconds, PATIENCE_MS, ask);
  const counts = await stage.takeCounts(BILLER);
  const endMs = Math.min(...open.visits.map(({ fromMs }) => fromMs)) + open.seconds * 1000;
  const inTime = open.visits.filter(({ good, toMs }) => good && toMs <= endMs).length;
  const lastOf = new Map<number, { fromMs: number; toMs: number }[]>();
  for (const { ask: made, fromMs, toMs } of open.visits) {
    const customer = customerOf(made);
    lastOf.set(customer, [...(lastOf.get(customer) ?? []), { fromMs, toMs }]);
  }
  const departed = counts.arrivals.filter(([account, atMs]) => {
    const visits = lastOf.get(Math.floor(account / ACCOUNTS_PER_CUSTOMER)) ?? [];
    return !visits.some(({ fromMs, toMs }) => fromMs <= atMs && atMs <= toMs + NEWS_MS);
  }).length;
  return {
    limit,
    saturated: saturated.inTime / seconds / limit,
    saturatedP50Ms: saturated.p50Ms,
    overloaded: inTime / open.seconds / limit,
    overloadedP50Ms: open.p50Ms,
    departedShare: departed / Math.max(1, counts.calls),
    wastedShare: 1 - (open.good * DISTINCT.dashboard) / Math.max(1, counts.calls),
    inFlightMax: counts.inFlightMax,
    offered: open.offered,
    good: open.good,
    refused: open.refused,
    left: open.left,
    wrong: open.wrong + saturated.wrong,
  };
}

/** A dashboard's customer, by the first account that its token claims. */
function customerOf({ token }: Ask): number {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
  const { accounts } = JSON.parse(payload) as { accounts: string[] };
  return Math.floor(accountOf(accounts[0] ?? '') / ACCOUNTS_PER_CUSTOMER);
}
