// One turn of one target in one cell: counts, processor time, waits and memory, and whether every answer was right.
import { askedMax, whichAsked, type Cell, type TargetName } from './cells';
import { closedLoop, median, type Ask } from './driver';
import { cpuSeconds, peakMemoryMb, resetPeakMemory, startTarget, type Target } from './process';
import type { Stage } from './stage';
import { bodyOf, expectedText, type Workload } from './workloads';
import { BILLERS, type BillerName } from './world';

export interface Figures {
  readonly requests: number;
  readonly wrong: number;
  readonly refused: number;
  readonly soapPerRequest: number;
  readonly cpuPer1000: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly peakMb: number;
  readonly inFlightMax: number;
  readonly sample: string | undefined;
}

/** What is kept after an answer was sent belongs to the request that it came from. */
const SETTLING_MS = 200;

/** Few enough that nobody's time runs out. */
const FILLING_CALLERS = 8;

export class Turns {
  readonly #targets = new Map<string, Target>();
  readonly #asks = new Map<string, Ask>();
  readonly #filled = new Set<string>();

  constructor(private readonly stage: Stage) {}

  /** Warms up for `warmSeconds`, then measures; a request that was begun is always waited for. */
  async take(cell: Cell, name: TargetName, seconds: number, warmSeconds: number): Promise<Figures> {
    const target = await this.#targetOf(name, cell.biller);
    const next = (caller: number, turn: number): Ask =>
      this.ask(cell.workload, cell.biller, whichAsked(cell, caller, turn));
    await this.#askAll(cell, target);
    await closedLoop(target.url, cell.callers, warmSeconds, next);
    await settle();
    await this.stage.takeCounts(cell.biller);
    resetPeakMemory(target.pid);
    const cpuBefore = cpuSeconds(target.pid);
    const result = await closedLoop(target.url, cell.callers, seconds, next);
    await settle();
    const cpu = cpuSeconds(target.pid) - cpuBefore;
    const counts = await this.stage.takeCounts(cell.biller);
    return {
      ...result,
      soapPerRequest: counts.calls / result.requests,
      cpuPer1000: (cpu / result.requests) * 1000,
      peakMb: peakMemoryMb(target.pid),
      inFlightMax: counts.inFlightMax,
    };
  }

  /** An ask, made once: with a token of its caller, and the answers that are right. */
  ask(workload: Workload, biller: BillerName, which: number): Ask {
    const key = `${workload} ${biller} ${which}`;
    const known = this.#asks.get(key);
    if (known !== undefined) return known;
    const { stage } = this;
    const ids = stage.idsOf(biller);
    // A peer that keeps balances may serve them where the product must ask; the product itself is held to its counts.
    const sources = ['RTDR', 'CACHE'] as const;
    const ask = {
      token: workload === 'dashboard' ? stage.customerToken(biller, which) : stage.staffToken(biller),
      body: bodyOf(workload, which, ids),
      expected: sources.map((source) => expectedText(workload, which, ids, stage.today, source)),
    };
    this.#asks.set(key, ask);
    return ask;
  }

  /** Where kept answers are the point, each target has been asked for everything once before it is measured. */
  async #askAll({ name, biller, workload }: Cell, target: Target): Promise<void> {
    const key = `${name} ${target.name}`;
    if (BILLERS[biller].override || this.#filled.has(key)) return;
    this.#filled.add(key);
    let which = 0;
    const next = (): Ask => this.ask(workload, biller, which++ % askedMax(workload));
    while (which < askedMax(workload)) await closedLoop(target.url, FILLING_CALLERS, 0, next);
  }

  async #targetOf(name: TargetName, biller: BillerName): Promise<Target> {
    if (name === 'ours') return this.stage.product;
    const key = `${name} ${biller}`;
    const running = this.#targets.get(key);
    if (running !== undefined) return running;
    const target = await this.#start(name, biller);
    this.#targets.set(key, target);
    return target;
  }

  #start(name: Exclude<TargetName, 'ours'>, biller: BillerName): Promise<Target> {
    const { stage } = this;
    const common = ['--daffron', stage.daffronUrl(biller), '--ids', stage.idsFileOf(biller)];
    const floor = [...common, '--biller', BILLERS[biller].id, '--connections', String(BILLERS[biller].maxConcurrent)];
    const kinds: Record<typeof name, readonly [file: string, args: readonly string[]]> = {
      floor: ['floor.ts', [...floor, '--database', stage.databaseUrl]],
      floorMemory: ['floor.ts', floor],
      naive: ['naive.ts', common],
      loader: ['naive.ts', [...common, '--loader', 'yes']],
      kept: ['naive.ts', [...common, '--loader', 'yes', '--redis', stage.redisUrl]],
    };
    return startTarget(name, ...kinds[name]);
  }

  /** Ends the peers; the product belongs to the stage. */
  async close(): Promise<void> {
    await Promise.all([...this.#targets.values()].map((target) => target.stop()));
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
}

/** The middle of several turns, figure by figure; wrong answers are added up and peaks are the highest. */
export function middleOf(turns: readonly Figures[]): Figures {
  const of = (read: (figures: Figures) => number): number => median(turns.map(read));
  return {
    requests: turns.reduce((sum, turn) => sum + turn.requests, 0),
    wrong: turns.reduce((sum, turn) => sum + turn.wrong, 0),
    refused: turns.reduce((sum, turn) => sum + turn.refused, 0),
    soapPerRequest: of((turn) => turn.soapPerRequest),
    cpuPer1000: of((turn) => turn.cpuPer1000),
    p50Ms: of((turn) => turn.p50Ms),
    p99Ms: of((turn) => turn.p99Ms),
    peakMb: Math.max(...turns.map((turn) => turn.peakMb)),
    inFlightMax: Math.max(...turns.map((turn) => turn.inFlightMax)),
    sample: turns.find((turn) => turn.sample !== undefined)?.sample,
  };
}
