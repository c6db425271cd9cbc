// The goals that the read side has, each with what was measured for it in this run.
import type { Overload } from './overload';
import { ratio, short, type Measured } from './report';
import type { Figures } from './turns';
import { BILLERS } from './world';

interface Goal {
  readonly id: string;
  readonly measure: string;
  readonly must: number;
  readonly goal: number;
  /** Whether more is better. */
  readonly wants: 'more' | 'less';
  readonly value: number;
}

/** The lines of the table; a cell that was not run leaves its goals out. */
export function goalLines(measured: readonly Measured[], overload: Overload | undefined): string[] {
  const goals = [...readGoals(measured), ...(overload === undefined ? [] : overloadGoals(overload))];
  return [
    '',
    '| # | measure | must | goal | measured | |',
    '| --- | --- | ---: | ---: | ---: | --- |',
    ...goals.filter(({ value }) => !Number.isNaN(value)).map(goalLine),
    ...(overload === undefined ? [] : ['', overloadLine(overload)]),
  ];
}

function goalLine({ id, measure, must, goal, wants, value }: Goal): string {
  const reaches = (limit: number): boolean => (wants === 'more' ? value >= limit : value <= limit);
  const sign = wants === 'more' ? '≥' : '≤';
  const verdict = reaches(goal) ? 'goal' : reaches(must) ? 'must' : 'MISSED';
  return `| ${id} | ${measure} | ${sign} ${must} | ${sign} ${goal} | ${short(value)} | ${verdict} |`;
}

function readGoals(measured: readonly Measured[]): Goal[] {
  const cell = (name: string): Measured | undefined => measured.find((one) => one.cell.name === name);
  const over = (name: string, peer: 'naive' | 'loader' | 'kept'): number => {
    const found = cell(name);
    return found === undefined ? Number.NaN : ratio(found, peer);
  };
  const above = (name: string): number => {
    const found = cell(name);
    return found === undefined ? Number.NaN : 1 / ratio(found, 'floorMemory');
  };
  const of = (name: string, read: (figures: Figures) => number, target = 'ours'): number => {
    const figures = cell(name)?.figures.get(target);
    return figures === undefined ? Number.NaN : read(figures);
  };
  const tail = (figures: Figures): number => figures.p99Ms;
  const middle = (figures: Figures): number => figures.p50Ms;
  const soap = (figures: Figures): number => figures.soapPerRequest;
  const { delayMs } = BILLERS.fresh;
  return [
    more('R1', 'dashboard cold, 50 callers: naive ÷ ours', 2.4, 3.2, over('dashboard cold 50', 'naive')),
    less('R3', 'dashboard cold: ours ÷ floor with records in memory', 4.5, 3.5, above('dashboard cold 50')),
    more('R4', 'csr cold, 50 callers: naive ÷ ours', 7, 9, over('csr cold 50', 'naive')),
    more('R4', 'csr cold, 200 callers: naive ÷ ours', 7, 9, over('csr cold 200', 'naive')),
    less('R5', 'csr cold: ours ÷ floor with records in memory', 2, 1.6, above('csr cold 50')),
    more('R6', 'csr as _entities, 50 callers: loader ÷ ours', 5, 6.5, over('entities cold 50', 'loader')),
    less('R7', 'hot, 200 callers, 20 customers: SOAP calls, dashboard', 0.6, 0.32, of('dashboard hot 200', soap)),
    less('R7', 'hot, 200 callers, 20 lists: SOAP calls, csr', 4, 2.1, of('csr hot 200', soap)),
    more(
      'R8',
      'hot, always fresh: loader with kept answers ÷ ours, dashboard',
      0.9,
      1.1,
      over('dashboard hot 200', 'kept'),
    ),
    more('R9', 'warm: Apollo with balances from Redis ÷ ours, dashboard', 1.2, 1.5, over('dashboard warm 50', 'kept')),
    more('R9', 'warm: Apollo with balances from Redis ÷ ours, csr', 2.5, 3.5, over('csr warm 50', 'kept')),
    less('S1', 'SOAP calls, cold, dashboard', 3, 3, of('dashboard cold 50', soap)),
    less('S1', 'SOAP calls, cold, csr', 30, 30, of('csr cold 50', soap)),
    less('L1', '1 caller: p50 over Daffron, ms, dashboard', 4, 3, of('dashboard cold 1', middle) - delayMs),
    less('L1', '1 caller: p50 over Daffron, ms, csr', 5, 4, of('csr cold 1', middle) - delayMs),
    less('L2', '50 callers, Daffron 40 ms: p50 ms, dashboard', 50, 46, of('dashboard 40 ms', middle)),
    less('L2', '50 callers, Daffron 40 ms: p99 ms, dashboard', 80, 62, of('dashboard 40 ms', tail)),
    more(
      'L3',
      'csr, 200 callers: p99 of naive ÷ ours',
      15,
      22,
      of('csr cold 200', tail, 'naive') / of('csr cold 200', tail),
    ),
    less(
      'M1',
      'peak memory, csr, 200 callers, MB',
      350,
      280,
      of('csr cold 200', (figures) => figures.peakMb),
    ),
    less(
      'M2',
      'most calls in flight; the setting is 64',
      64,
      64,
      of('csr cold 200', (figures) => figures.inFlightMax),
    ),
  ];
}

function more(id: string, measure: string, must: number, goal: number, value: number): Goal {
  return { id, measure, must, goal, value, wants: 'more' };
}

function less(id: string, measure: string, must: number, goal: number, value: number): Goal {
  return { id, measure, must, goal, value, wants: 'less' };
}

function overloadGoals({ saturated, overloaded, departedShare, inFlightMax }: Overload): Goal[] {
  return [
    more('L4', 'saturated: goodput ÷ limit', 0.9, 0.95, saturated),
    more('L5', '10 × the limit: goodput ÷ limit', 0.8, 0.9, overloaded),
    less('L5', 'calls begun for callers who had left', 0.05, 0.01, departedShare),
    less('M2', 'most calls in flight; the setting is 16', 16, 16, inFlightMax),
  ];
}

function overloadLine(overload: Overload): string {
  const { limit, offered, good, refused, left, wrong, wastedShare, saturatedP50Ms, overloadedP50Ms } = overload;
  return (
    `overload: limit ${short(limit)} a second; offered ${offered}, right ${good}, refused ${refused}, left ${left}, wrong ${wrong}; ` +
    `calls that no answer came of ${short(wastedShare * 100)} %; p50 saturated ${short(saturatedP50Ms)} ms, overloaded ${short(overloadedP50Ms)} ms`
  );
}
