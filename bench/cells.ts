// The cells of the bench: which workload, how many callers, which biller's line, and who is measured beside whom.
import type { Workload } from './workloads';
import { ACCOUNTS, CUSTOMERS, DASHBOARD_CUSTOMERS, DISTINCT_ACCOUNTS, type BillerName } from './world';

/** Who answers: the product, the floor with and without a database, and the peers that most would write. */
export type TargetName = 'ours' | 'floor' | 'floorMemory' | 'naive' | 'loader' | 'kept';

export interface Cell {
  readonly name: string;
  readonly workload: Workload;
  readonly biller: BillerName;
  readonly callers: number;
  readonly targets: readonly TargetName[];
  /** Callers share so few customers or lists; absent: each has his own, and no two ask for the same account. */
  readonly hot?: number;
  /** A longer turn than the others', in seconds, where a slow peer needs it to show its tail. */
  readonly seconds?: number;
  /** At most so many turns, where each is long. */
  readonly turnsMax?: number;
}

export const CELLS: readonly Cell[] = [
  {
    name: 'dashboard cold 50',
    workload: 'dashboard',
    biller: 'fresh',
    callers: 50,
    targets: ['ours', 'floor', 'floorMemory', 'naive', 'loader'],
  },
  {
    name: 'dashboard cold 200',
    workload: 'dashboard',
    biller: 'fresh',
    callers: 200,
    targets: ['ours', 'floorMemory', 'naive'],
  },
  {
    name: 'csr cold 50',
    workload: 'csr',
    biller: 'fresh',
    callers: 50,
    targets: ['ours', 'floor', 'floorMemory', 'naive', 'loader'],
  },
  {
    name: 'csr cold 200',
    workload: 'csr',
    biller: 'fresh',
    callers: 200,
    targets: ['ours', 'floorMemory', 'naive'],
    seconds: 20,
    turnsMax: 1,
  },
  {
    name: 'entities cold 50',
    workload: 'entities',
    biller: 'fresh',
    callers: 50,
    targets: ['ours', 'floorMemory', 'loader'],
  },
  { name: 'dashboard cold 1', workload: 'dashboard', biller: 'fresh', callers: 1, targets: ['ours', 'floor', 'naive'] },
  { name: 'csr cold 1', workload: 'csr', biller: 'fresh', callers: 1, targets: ['ours', 'floor', 'naive'] },
  { name: 'dashboard warm 50', workload: 'dashboard', biller: 'kept', callers: 50, targets: ['ours', 'kept'] },
  { name: 'csr warm 50', workload: 'csr', biller: 'kept', callers: 50, targets: ['ours', 'kept'] },
  {
    name: 'dashboard hot 200',
    workload: 'dashboard',
    biller: 'fresh',
    callers: 200,
    hot: 20,
    targets: ['ours', 'kept'],
  },
  { name: 'csr hot 200', workload: 'csr', biller: 'fresh', callers: 200, hot: 20, targets: ['ours'] },
  { name: 'dashboard 40 ms', workload: 'dashboard', biller: 'wide', callers: 50, targets: ['ours', 'floorMemory'] },
];

/** Which customer or list a caller asks for next; no two callers who are in a request at once share one, but in hot cells. */
export function whichAsked(cell: Cell, caller: number, turn: number): number {
  const all = cell.workload === 'dashboard' ? DASHBOARD_CUSTOMERS : ACCOUNTS / DISTINCT_ACCOUNTS;
  if (cell.hot !== undefined) return (caller + turn) % cell.hot;
  const own = Math.floor(all / cell.callers);
  return caller * own + (turn % own);
}

/** How many customers or lists a biller's line can be asked for. */
export function askedMax(workload: Workload): number {
  return workload === 'dashboard' ? Math.min(CUSTOMERS, DASHBOARD_CUSTOMERS) : ACCOUNTS / DISTINCT_ACCOUNTS;
}
