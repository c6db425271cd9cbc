// Why a bill file is refused whole: every code with the words a person reads.

const REASONS = {
  FILE_EMPTY: 'the file has no header line',
  FILE_TOO_LARGE: 'the file is larger than is allowed',
  TOO_MANY_ROWS: 'the file has more rows than are allowed',
  TOO_MANY_COLUMNS: 'the header has more columns than are allowed',
  NOT_UTF8: 'the file is not UTF-8',
  HEADER_UNREADABLE: 'the header line is too long, or a quote in it is not closed',
  LINE_ENDS_NOT_SUPPORTED: 'lines must end in LF or CR LF; a CR alone is no line end',
  COLUMN_REPEATED: 'the header names a column twice',
  REQUIRED_COLUMN_MISSING: 'the header lacks a required column',
  SENDER_SILENT: 'the sender fell silent before the end of the file',
  SENDER_TOO_SLOW: 'the sender sent less than 16 kB a second',
  TRAILER_MALFORMED: 'the trailer is not #TRAILER|<row count>|<sum of TotalAmountDue>',
  TRAILER_NOT_LAST: 'something stands behind the trailer',
  TRAILER_COUNT_WRONG: 'the trailer tells another count of rows than the file has',
  TRAILER_SUM_WRONG: 'the trailer tells another sum of totals than the rows have',
} as const;

export type BifRefusalCode = keyof typeof REASONS;

export const BIF_REFUSAL_CODES: readonly string[] = Object.keys(REASONS);

/** Thrown while a file is read; nothing of the file is kept. */
export class BifRefusal extends Error {
  readonly code: BifRefusalCode;

  /** `columns` are names of ours or of the biller's settings; a name that only the file knows is never repeated. */
  constructor(code: BifRefusalCode, columns: readonly string[] = []) {
    super(columns.length === 0 ? REASONS[code] : `${REASONS[code]}: ${columns.join(', ')}`);
    this.name = 'BifRefusal';
    this.code = code;
  }
}
