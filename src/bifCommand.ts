// `npm run bif`: imports a bill file, checks it without a trace, or makes a sample one; with progress, report and exit code.
import { createReadStream, existsSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { renderReport, type BifReport } from '../datasources/bills/bifReport';
import { peekBiller, type BillFileDoor } from '../datasources/bills/ingestBif';
import type { OnProgress } from '../datasources/bills/fileReading';
import type { Biller } from '../domain/biller';
import type { Output } from './progress';
import { showProgress } from './progress';

/** What a supervisor or a script can act on. */
export const EXIT = { done: 0, someRejected: 1, refused: 2, wrongUse: 3 } as const;

const USAGE = `usage:
  npm run bif -- import FILE [--biller GUID] [--json]   imports a bill file
  npm run bif -- check FILE [--biller GUID] [--json]    says what an import would do, and leaves nothing
  npm run bif -- sample --rows N --out FILE             makes a bill file of any size
exit codes: 0 all rows taken, 1 some rows rejected, 2 file refused, 3 wrong use or settings`;

export interface BifDoor {
  readonly door: BillFileDoor;
  readonly billers: readonly Biller[];
  close(): Promise<void>;
}

export interface BifParts {
  openDoor(): Promise<BifDoor>;
  /** Runs the simulator's writer of sample files; its exit code. */
  writeSample(args: readonly string[]): Promise<number>;
  readonly out: Output;
  /** Progress goes here, so that a report as JSON stays alone on the other one. */
  readonly err: Output;
  readonly now: () => Date;
  /** Milliseconds of a clock that never goes back. */
  readonly elapsedMs: () => number;
}

/** Runs one command; the exit code. Throws where settings or back ends are not there. */
export async function runBif(argv: readonly string[], parts: BifParts): Promise<number> {
  const [verb, ...rest] = argv;
  if (verb === 'sample') return await parts.writeSample(rest);
  if (verb !== 'import' && verb !== 'check') return usage(parts);
  const { values, positionals } = readArguments(rest);
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) return usage(parts);
  if (!existsSync(file)) {
    parts.err.write(`${file} is not there\n`);
    return EXIT.wrongUse;
  }
  const opened = await parts.openDoor();
  try {
    const biller = await findBiller(file, values.biller, opened.billers);
    if (biller === undefined) {
      parts.err.write(`no biller of the settings is named by ${values.biller ?? 'the first rows of the file'}\n`);
      return EXIT.wrongUse;
    }
    const report = await take(verb === 'check', file, biller, opened.door, parts);
    parts.out.write(`${values.json ? JSON.stringify(report) : renderReport(report)}\n`);
    return exitCodeOf(report);
  } finally {
    await opened.close();
  }
}

function readArguments(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { biller: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
}

async function findBiller(
  file: string,
  id: string | undefined,
  billers: readonly Biller[],
): Promise<Biller | undefined> {
  if (id !== undefined) return billers.find((biller) => biller.id === id.toLowerCase());
  const stream = createReadStream(file);
  try {
    return await peekBiller(stream, billers);
  } finally {
    stream.destroy();
  }
}

async function take(
  dryRun: boolean,
  file: string,
  biller: Biller,
  door: BillFileDoor,
  parts: BifParts,
): Promise<BifReport> {
  const progress = showProgress(parts.err, parts.elapsedMs);
  const stream = createReadStream(file);
  const name = basename(file);
  try {
    const tell: OnProgress = ({ phase, rowsRead }) => {
      progress.step(`${name}: ${rowsRead} rows read${phase === 'storing' ? ', storing them' : ''}`);
    };
    const report = dryRun
      ? await door.check(biller, name, stream, parts.now, tell)
      : await door.ingest(biller, name, stream, parts.now, tell);
    progress.done(`${name}: ${report.counts.read} rows read`);
    return report;
  } finally {
    stream.destroy();
  }
}

function exitCodeOf(report: BifReport): number {
  if (report.refused !== null) return EXIT.refused;
  return report.counts.rejected > 0 ? EXIT.someRejected : EXIT.done;
}

function usage(parts: BifParts): number {
  parts.err.write(`${USAGE}\n`);
  return EXIT.wrongUse;
}
