// `npm run bench`: measures the product beside a floor and the peers that most would write, and prints ratios first.
import { parseArgs } from 'node:util';
import { CELLS, askedMax, type Cell } from './cells';
import { measureBif, measureMillion } from './bif';
import { closedLoop } from './driver';
import { goalLines } from './goals';
import { measureOverload } from './overload';
import { loadAverage, machine } from './process';
import { cellLines, progressLine, type Measured } from './report';
import { openStage, tailOf, type Stage } from './stage';
import { middleOf, Turns, type Figures } from './turns';
import { BILLERS, type BillerName } from './world';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** As a shell counts the end by an interrupt. */
const EXIT_INTERRUPTED = 130;

interface Plan {
  readonly turns: number;
  readonly seconds: number;
  readonly warmSeconds: number;
  readonly overloadSeconds: number;
  readonly longTurns: boolean;
  /** Cells whose name holds this. */
  readonly only: string | undefined;
  /** Those of the cells' targets that are wanted. */
  readonly targets: readonly string[] | undefined;
}

const FULL = { turns: 5, seconds: 4, warmSeconds: 1.5, overloadSeconds: 15, longTurns: true };
/** Enough to see that all of it runs and where the product stands, in about two minutes. */
const QUICK = { turns: 1, seconds: 1.2, warmSeconds: 0.7, overloadSeconds: 4, longTurns: false };

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      turns: { type: 'string' },
      seconds: { type: 'string' },
      profile: { type: 'string' },
      targets: { type: 'string' },
      rows: { type: 'string' },
    },
  });
  const [command = 'reads'] = positionals;
  say(`machine: ${machine()}; load before: ${loadAverage()}`);
  if (command === 'bif') return await measureBif(Number(values.rows ?? (values.quick ? 20_000 : 100_000)), say);
  if (command === 'million') return await measureMillion(Number(values.rows ?? 1_000_000), say);
  if (command !== 'reads') throw new Error(`there is no bench called ${command}: reads, bif or million`);
  const chosen = values.quick ? QUICK : FULL;
  const plan = {
    ...chosen,
    only: values.only,
    targets: values.targets?.split(','),
    turns: Number(values.turns ?? chosen.turns),
    seconds: Number(values.seconds ?? chosen.seconds),
  };
  const stage = await openStage({ profileFolder: values.profile, say });
  // Whoever interrupts a run leaves no server behind.
  const end = (): void => void stage.close().finally(() => process.exit(EXIT_INTERRUPTED));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  try {
    return await measureReads(stage, plan);
  } catch (error) {
    say(tailOf(stage.folder));
    throw error;
  } finally {
    await stage.close();
  }
}

async function measureReads(stage: Stage, plan: Plan): Promise<number> {
  const turns = new Turns(stage);
  try {
    await touchAll(stage, turns);
    const cells = CELLS.filter(({ name }) => plan.only === undefined || name.includes(plan.only));
    const measured: Measured[] = [];
    for (const cell of cells) measured.push(await measureCell(turns, cell, plan));
    const overload =
      plan.only === undefined || 'overload'.includes(plan.only)
        ? await measureOverload(stage, turns, plan.overloadSeconds)
        : undefined;
    for (const line of goalLines(measured, overload)) say(line);
    for (const line of measured.flatMap(cellLines)) say(line);
    say(`load after: ${loadAverage()}`);
    const wrong = measured.flatMap(({ figures }) => [...figures.values()]).filter((figures) => figures.wrong > 0);
    for (const { wrong: count, sample } of wrong) say(`WRONG: ${count} answers, such as ${sample}`);
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await turns.close();
  }
}

/** Asks for everything once, so that what a first refresh writes down is written, and code is compiled. */
async function touchAll(stage: Stage, turns: Turns): Promise<void> {
  const touch = async (biller: BillerName, workload: 'dashboard' | 'csr'): Promise<void> => {
    const callers = 10;
    let which = 0;
    const next = () => turns.ask(workload, biller, which++ % askedMax(workload));
    while (which < askedMax(workload)) await closedLoop(stage.product.url, callers, 0, next);
  };
  for (const biller of Object.keys(BILLERS) as BillerName[]) {
    await touch(biller, 'dashboard');
    if (biller === 'fresh' || biller === 'kept') await touch(biller, 'csr');
  }
}

/** Turns go round: each target once, then each again, so that a busy moment of the machine falls on all alike. */
async function measureCell(turns: Turns, cell: Cell, plan: Plan): Promise<Measured> {
  const taken = new Map<string, Figures[]>();
  const count = Math.min(plan.turns, cell.turnsMax ?? plan.turns);
  const seconds = plan.longTurns ? (cell.seconds ?? plan.seconds) : plan.seconds;
  for (let turn = 0; turn < count; turn += 1) {
    for (const name of cell.targets.filter((one) => plan.targets?.includes(one) ?? true)) {
      const figures = await turns.take(cell, name, seconds, plan.warmSeconds);
      taken.set(name, [...(taken.get(name) ?? []), figures]);
    }
  }
  const figures = new Map([...taken].map(([name, all]) => [name, middleOf(all)]));
  say(progressLine({ cell, figures }));
  return { cell, figures };
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
