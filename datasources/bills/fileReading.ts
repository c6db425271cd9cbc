// One bill file while it is read: its layout, its counts, what is to be told of its rows, and at last its report.
import { createHash, type Hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { ClientBase } from 'pg';
import { billRowReader } from '../../domain/bills/bill';
import { readHeader, type BillLayout } from '../../domain/bills/billColumns';
import { billProblem, billWarning, type BillProblem, type BillWarning } from '../../domain/bills/billProblem';
import type { Biller } from '../../domain/biller';
import { parseCents } from '../../domain/money';
import type { Applied, Verdict } from './applyBif';
import { BifRefusal } from './bifRefusal';
import {
  CappedList,
  mergeByRow,
  NO_ROWS,
  REPORT_LIST_MAX,
  type BifReport,
  type BifWarning,
  type RejectedBifRow,
} from './bifReport';
import { blocksOf, readBif, type BifLimits, type BifRecord } from './readBif';
import { RowStage, type SaidOfPeople } from './stageRows';

export interface BifProgress {
  /** Storing follows reading and tells nothing of its own progress. */
  readonly phase: 'reading' | 'storing';
  readonly rowsRead: number;
  readonly bytesRead: number;
}

export type OnProgress = (progress: BifProgress) => void;

const TRAILER_COUNT = /^\d{1,9}$/;

export interface BegunReading {
  /** Reads the whole stream into the staging table. */
  stage(client: ClientBase, onProgress: OnProgress): Promise<void>;
}

async function* startingWith<T>(first: IteratorResult<T>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

export class FileReading {
  said: SaidOfPeople = { logins: false, coOwners: false };
  sha256 = '';
  rowsRead = 0;
  #layout: BillLayout | undefined;

  #bytesRead = 0;
  #rejectedRows = 0;
  #sumCents = 0n;
  #hasUnreadableTotal = false;
  readonly #rejected = new CappedList<RejectedBifRow>();
  readonly #warnings = new CappedList<BifWarning>();

  constructor(
    readonly biller: Biller,
    readonly name: string,
    readonly dryRun: boolean,
    private readonly seconds: () => number,
  ) {}

  /** Reads the first block of the stream; the rest is read by `stage` of what this gives. */
  async begin(stream: Readable, limits: BifLimits): Promise<BegunReading> {
    const hash = createHash('sha256');
    const batches = readBif(this.#hashed(blocksOf(stream, limits.silenceMs), hash), limits);
    const first = await batches.next();
    return {
      stage: async (client, onProgress) => {
        await this.#stage(client, startingWith(first, batches), onProgress);
        this.sha256 = hash.digest('hex');
        onProgress({ phase: 'storing', rowsRead: this.rowsRead, bytesRead: this.#bytesRead });
      },
    };
  }

  async #stage(
    client: ClientBase,
    batches: AsyncIterable<readonly BifRecord[]>,
    onProgress: OnProgress,
  ): Promise<void> {
    let take: ((record: BifRecord) => void) | undefined;
    let stage: RowStage | undefined;
    try {
      for await (const records of batches) {
        for (const record of records) {
          if (take !== undefined) take(record);
          else {
            const layout = this.#readHeader(record);
            stage = new RowStage(client, this.said);
            take = this.#rowTaker(layout, stage);
          }
        }
        await stage?.flush();
        onProgress({ phase: 'reading', rowsRead: this.rowsRead, bytesRead: this.#bytesRead });
      }
      await stage?.close();
    } catch (error) {
      await stage?.abort();
      throw error;
    }
  }

  async *#hashed(blocks: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
    for await (const block of blocks) {
      hash.update(block);
      this.#bytesRead += block.length;
      yield block;
    }
  }

  #readHeader(record: BifRecord): BillLayout {
    const names = 'fields' in record ? record.fields : [];
    const header = readHeader(names, this.biller);
    if ('problem' in header) throw new BifRefusal(header.problem.code, header.problem.columns);
    const { layout } = header;
    this.#layout = layout;
    const fields = new Set(layout.columns.map(({ field }) => field));
    this.said = { logins: fields.has('loginName'), coOwners: fields.has('coOwners') };
    for (const column of layout.unknown) this.#warn(record.line, billWarning('UNKNOWN_COLUMN', column));
    return layout;
  }

  #rowTaker(layout: BillLayout, stage: RowStage): (record: BifRecord) => void {
    const readRow = billRowReader(layout, this.biller);
    return (record) => {
      if ('trailer' in record) {
        this.#checkTrailer(record.line, record.trailer);
        return;
      }
      this.rowsRead += 1;
      const result =
        'broken' in record
          ? { problems: [billProblem(record.broken, null)], totalCents: null }
          : readRow(record.fields);
      if ('problems' in result) {
        this.#reject(record.line, result.problems, result.totalCents);
        return;
      }
      this.#sumCents += result.row.totalCents;
      for (const warning of result.warnings) this.#warn(record.line, warning);
      stage.add(record.line, result.row);
    };
  }

  #reject(row: number, problems: readonly BillProblem[], totalCents: bigint | null): void {
    this.#rejectedRows += 1;
    if (totalCents === null) this.#hasUnreadableTotal = true;
    else this.#sumCents += totalCents;
    for (const problem of problems) this.#rejected.add({ row, ...problem });
  }

  #warn(row: number, warning: BillWarning): void {
    this.#warnings.add({ row, ...warning });
  }

  /** The trailer counts all rows of the file, rejected ones too: it tells that none was lost on the way here. */
  #checkTrailer(line: number, [, count = '', sum = '', ...others]: readonly string[]): void {
    const sumCents = parseCents(sum);
    if (!TRAILER_COUNT.test(count) || sumCents === undefined || others.length > 0) {
      throw new BifRefusal('TRAILER_MALFORMED');
    }
    if (Number(count) !== this.rowsRead) throw new BifRefusal('TRAILER_COUNT_WRONG');
    if (this.#hasUnreadableTotal) this.#warn(line, billWarning('TRAILER_SUM_NOT_CHECKED', null));
    else if (sumCents !== this.#sumCents) throw new BifRefusal('TRAILER_SUM_WRONG');
  }

  report(applied: Applied): BifReport {
    const number = this.#layout?.label('invoiceNumber') ?? null;
    const count = (...verdicts: Verdict[]): number =>
      verdicts.reduce((sum, verdict) => sum + (applied.counts.get(verdict) ?? 0), 0);
    const rejectedLater = applied.rejected.map(({ row, code }) => ({ row, ...billProblem(code, number) }));
    const copies = applied.duplicateRows.map((row) => ({ row, ...billWarning('DUPLICATE_ROW_IDENTICAL', null) }));
    const later = count('DUPLICATE_ROW_DIFFERENT', 'NUMBER_OF_ANOTHER_ACCOUNT');
    const duplicates = count('DUPLICATE_IDENTICAL');
    const held = count('HELD');
    return {
      ...this.#frame(),
      refused: null,
      counts: {
        read: this.rowsRead,
        new: count('NEW'),
        replaced: count('REPLACED'),
        unchanged: count('UNCHANGED'),
        held,
        rejected: this.#rejectedRows + later,
        duplicates,
      },
      rejectedRows: mergeByRow(this.#rejected.entries, rejectedLater),
      heldRows: applied.held,
      warnings: mergeByRow(this.#warnings.entries, copies),
      truncated:
        this.#rejected.isCut ||
        this.#warnings.isCut ||
        this.#rejected.entries.length + later > REPORT_LIST_MAX ||
        this.#warnings.entries.length + duplicates > REPORT_LIST_MAX ||
        held > REPORT_LIST_MAX,
    };
  }

  refuse(refusal: BifRefusal): BifReport {
    const refused = { code: refusal.code, reason: refusal.message };
    const counts = { ...NO_ROWS, read: this.rowsRead };
    return { ...this.#frame(), refused, counts, rejectedRows: [], heldRows: [], warnings: [], truncated: false };
  }

  #frame() {
    const seconds = this.seconds();
    return {
      file: this.name,
      billerId: this.biller.id,
      dryRun: this.dryRun,
      alreadyIngested: false,
      fileSha256: this.sha256 === '' ? null : this.sha256,
      seconds,
      rowsPerSecond: seconds > 0 ? Math.round(this.rowsRead / seconds) : 0,
    };
  }
}
