// Callers: a closed loop of so many who each ask again when they have their answer, and an open loop of arrivals at a set
// rate who leave when they have waited too long. Every answer is compared with the one that is right.
import { Pool } from 'undici';
import { withoutInstants } from './workloads';

export interface Ask {
  readonly token: string;
  readonly body: string;
  readonly expected: readonly string[];
}

export interface LoopResult {
  readonly requests: number;
  /** Those that were answered within the time; the others were begun in it. */
  readonly inTime: number;
  readonly wrong: number;
  /** Told at once that the service has too much to do; they count neither as requests nor as wrong. */
  readonly refused: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The first wrong answer, cut. */
  readonly sample: string | undefined;
}

export interface OpenLoopResult {
  readonly offered: number;
  readonly good: number;
  readonly refused: number;
  readonly left: number;
  readonly wrong: number;
  readonly seconds: number;
  /** When each ask was made and when its caller was gone, answered or not; milliseconds since 1970. */
  readonly visits: readonly {
    readonly ask: Ask;
    readonly fromMs: number;
    readonly toMs: number;
    readonly good: boolean;
  }[];
  readonly p50Ms: number;
}

/** A naive peer with 200 callers may need this long for one answer. */
const ANSWER_DEADLINE_MS = 60_000;

const SHOWN = 300;

/** Service Unavailable: the answer of a load shedder. Who hears it comes again, a little later. */
const SHED = 503;
const REFUSED_PAUSE_MS = 100;

async function post(pool: Pool, ask: Ask, signal?: AbortSignal): Promise<{ status: number; text: string }> {
  const { statusCode, body } = await pool.request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ask.token}` },
    body: ask.body,
    ...(signal !== undefined && { signal }),
  });
  return { status: statusCode, text: await body.text() };
}

function openPool(url: string, connections: number): Pool {
  return new Pool(url, {
    connections,
    pipelining: 1,
    headersTimeout: ANSWER_DEADLINE_MS,
    bodyTimeout: ANSWER_DEADLINE_MS,
  });
}

/** Whether the answer is the right one, instants aside. */
function isRight(text: string, ask: Ask): boolean {
  const plain = withoutInstants(text);
  return ask.expected.includes(plain.endsWith('\n') ? plain : `${plain}\n`);
}

/** `next` gives each caller his next ask. Ends when every ask that was begun within the time has its answer. */
export async function closedLoop(
  url: string,
  callers: number,
  seconds: number,
  next: (caller: number, turn: number) => Ask,
): Promise<LoopResult> {
  const pool = openPool(url, callers);
  const times: number[] = [];
  let inTime = 0;
  let wrong = 0;
  let refused = 0;
  let sample: string | undefined;
  const until = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: callers }, async (_none, caller) => {
      for (let turn = 0; performance.now() < until || turn === 0; turn += 1) {
        const ask = next(caller, turn);
        const begun = performance.now();
        const { status, text } = await post(pool, ask).catch((error: unknown) => ({ status: 0, text: String(error) }));
        if (status === SHED) {
          refused += 1;
          await new Promise((resolve) => setTimeout(resolve, REFUSED_PAUSE_MS));
          continue;
        }
        times.push(performance.now() - begun);
        if (performance.now() < until) inTime += 1;
        if (status === 200 && isRight(text, ask)) continue;
        wrong += 1;
        sample ??= `${status} ${text.slice(0, SHOWN)}`;
      }
    }),
  );
  await pool.close();
  return {
    requests: times.length,
    inTime,
    wrong,
    refused,
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    sample,
  };
}

/** Arrivals in even steps at `rate` a second, whether or not anybody was answered; each leaves after `patienceMs`. */
export async function openLoop(
  url: string,
  rate: number,
  seconds: number,
  patienceMs: number,
  next: (arrival: number) => Ask,
): Promise<OpenLoopResult> {
  const pool = openPool(url, Math.ceil((rate * patienceMs) / 1000) + 100);
  const counts = { good: 0, refused: 0, left: 0, wrong: 0 };
  const visits: OpenLoopResult['visits'][number][] = [];
  const times: number[] = [];
  const visit = async (ask: Ask): Promise<void> => {
    const fromMs = Date.now();
    const outcome = await post(pool, ask, AbortSignal.timeout(patienceMs)).then(
      ({ status, text }) => (status === SHED || status === 429 ? 'refused' : judge(status, text, ask)),
      () => 'left' as const,
    );
    counts[outcome] += 1;
    const toMs = Date.now();
    if (outcome === 'good') times.push(toMs - fromMs);
    visits.push({ ask, fromMs, toMs, good: outcome === 'good' });
  };
  const begun = performance.now();
  const all: Promise<void>[] = [];
  const total = Math.round(rate * seconds);
  while (all.length < total) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * rate));
    while (all.length < due) all.push(visit(next(all.length)));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const lasted = (performance.now() - begun) / 1000;
  await Promise.all(all);
  await pool.destroy();
  return { ...counts, offered: total, seconds: lasted, visits, p50Ms: quantile(times, 0.5) };
}

/** An answer without figures, or with stale ones, is a refusal to the one who waits for the true balance. */
function judge(status: number, text: string, ask: Ask): 'good' | 'refused' | 'wrong' {
  if (status === 200 && isRight(text, ask)) return 'good';
  return status === 200 && /"stale":true|BALANCE_UNAVAILABLE/.test(text) ? 'refused' : 'wrong';
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
