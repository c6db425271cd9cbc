// What an import tells about itself: the object is the JSON form, and renderReport makes the text form of it.
import type { BillProblemCode, BillWarningCode } from '../../domain/bills/billProblem';
import type { BifRefusalCode } from './bifRefusal';

/** Row numbers are lines of the file, counted from 1: the first line of the row, blank lines and the header included. */
export interface RejectedBifRow {
  readonly row: number;
  /** The column's name in this biller's files; null where the row as a whole is meant. */
  readonly column: string | null;
  readonly code: BillProblemCode;
  readonly reason: string;
}

export interface BifWarning {
  readonly row: number;
  readonly column: string | null;
  readonly code: BillWarningCode;
  readonly reason: string;
  readonly limit?: number;
  readonly current?: number;
}

/** A bill that would change the owner of its account and waits for staff (CNV-02). */
export interface HeldBifRow {
  readonly row: number;
  readonly accountNumber: string;
  readonly invoiceTypeId: number;
  readonly invoiceNumber: string;
}

/** Every row that was read is counted once: read = new + replaced + unchanged + held + rejected + duplicates. */
export interface BifCounts {
  readonly read: number;
  readonly new: number;
  readonly replaced: number;
  /** Known already with the same content; nothing was touched. */
  readonly unchanged: number;
  readonly held: number;
  readonly rejected: number;
  /** Further copies of a row of the same file. */
  readonly duplicates: number;
}

export interface BifReport {
  readonly file: string;
  readonly billerId: string;
  /** True where nothing was to stay: the report says what an import would have done. */
  readonly dryRun: boolean;
  /** The biller sent this content before; the report is the one of then (INV-03). */
  readonly alreadyIngested: boolean;
  /** Why the file as a whole was not taken; then nothing of it was stored. */
  readonly refused: { readonly code: BifRefusalCode; readonly reason: string } | null;
  /** Of the content; null where the file was not read to its end. */
  readonly fileSha256: string | null;
  readonly counts: BifCounts;
  /** Each problem of each rejected row, in the order of the file; see `truncated`. */
  readonly rejectedRows: readonly RejectedBifRow[];
  readonly heldRows: readonly HeldBifRow[];
  readonly warnings: readonly BifWarning[];
  /** True where a list was cut at its maximum; the counts are complete all the same. */
  readonly truncated: boolean;
  readonly seconds: number;
  readonly rowsPerSecond: number;
}

/** So many entries are kept of each list, whatever a file brings; it bounds memory and the size of the kept report. */
export const REPORT_LIST_MAX = 10_000;

export const NO_ROWS: BifCounts = { read: 0, new: 0, replaced: 0, unchanged: 0, held: 0, rejected: 0, duplicates: 0 };

/** A list that stops growing at its maximum and remembers that it did. */
export class CappedList<Entry> {
  readonly entries: Entry[] = [];
  isCut = false;

  add(entry: Entry): void {
    if (this.entries.length < REPORT_LIST_MAX) this.entries.push(entry);
    else this.isCut = true;
  }
}

/** The entries of both lists in the order of the file, cut at the maximum. */
export function mergeByRow<Entry extends { readonly row: number }>(
  one: readonly Entry[],
  other: readonly Entry[],
): readonly Entry[] {
  return [...one, ...other].sort((a, b) => a.row - b.row).slice(0, REPORT_LIST_MAX);
}

/** The report as lines for people, without a line end behind the last one. */
export function renderReport(report: BifReport): string {
  const { counts, refused } = report;
  const title = `${report.dryRun ? 'Check' : 'Import'} of ${report.file} for biller ${report.billerId}`;
  if (refused !== null) return `${title}\nREFUSED ${refused.code}: ${refused.reason}. Nothing was stored.`;
  const lines = [
    report.alreadyIngested ? `${title}\nThis file was imported before; no row was changed. The report of then:` : title,
    `rows read    ${counts.read} in ${report.seconds.toFixed(2)} s (${report.rowsPerSecond} a second)`,
    `new          ${counts.new}`,
    `replaced     ${counts.replaced}`,
    `unchanged    ${counts.unchanged}`,
    `held         ${counts.held}`,
    `rejected     ${counts.rejected}`,
    `duplicates   ${counts.duplicates}`,
    ...report.rejectedRows.map((row) => `row ${row.row} rejected: ${describe(row)}`),
    ...report.heldRows.map(
      (row) => `row ${row.row} held: invoice ${row.invoiceNumber} changes the owner of account ${row.accountNumber}`,
    ),
    ...report.warnings.map((row) => `row ${row.row} warning: ${describe(row)}`),
  ];
  if (report.truncated) lines.push(`Lists are cut at ${REPORT_LIST_MAX} entries; the counts are complete.`);
  return lines.join('\n');
}

function describe({ column, code, reason }: RejectedBifRow | BifWarning): string {
  return column === null ? `${code}: ${reason}` : `${column}: ${code}: ${reason}`;
}
