// The staging table of an import: rows go there through COPY, as fast as Postgres takes them and no faster.
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom, type CopyStreamQuery } from 'pg-copy-streams';
import type { BillRow } from '../../domain/bills/bill';
import { foldUserName } from '../../domain/coOwner';
import { asAway, BackEndAway } from '../postgres/backEndAway';

/** What a file says of people at all: where it has no such column, the links of its accounts stay as they are. */
export interface SaidOfPeople {
  readonly logins: boolean;
  readonly coOwners: boolean;
}

type Value = string | number | bigint | boolean | null;

/** Columns of the staging table: type in Postgres, and the value of a row. A new one goes to the end (see stagedLine). */
const STAGED: readonly (readonly [name: string, type: string, value: (row: BillRow) => Value])[] = [
  ['invoice_type_id', 'integer NOT NULL', (row) => row.invoiceTypeId],
  ['invoice_number', 'text COLLATE "C" NOT NULL', (row) => row.invoiceNumber],
  ['account_number', 'text COLLATE "C" NOT NULL', (row) => row.accountNumber],
  ['customer_number', 'text COLLATE "C" NOT NULL', (row) => row.customerNumber],
  ['main_account_number', 'text COLLATE "C"', (row) => row.mainAccountNumber],
  ['name', 'text NOT NULL', (row) => row.name],
  ['name2', 'text', (row) => row.name2],
  ['address1', 'text NOT NULL', (row) => row.address1],
  ['address2', 'text', (row) => row.address2],
  ['city', 'text NOT NULL', (row) => row.city],
  ['state', 'text NOT NULL', (row) => row.state],
  ['zip', 'text NOT NULL', (row) => row.zip],
  ['service_address', 'text', (row) => row.serviceAddress],
  ['phone', 'text', (row) => row.phone],
  ['email', 'text', (row) => row.email],
  ['email_cc', 'text', (row) => row.emailCc],
  ['login_name', 'text', (row) => row.loginName],
  ['co_owners', 'jsonb', (row) => coOwnersJson(row)],
  ['registration_value', 'text', (row) => row.registrationValue],
  ['invoice_date', 'date NOT NULL', (row) => row.invoiceDate],
  ['due_date', 'date NOT NULL', (row) => row.dueDate],
  ['auto_pay_collection_date', 'date', (row) => row.autoPayCollectionDate],
  ['expire_date', 'date', (row) => row.expireDate],
  ['notify_dates', 'date[] NOT NULL', (row) => `{${row.notifyDates.join(',')}}`],
  ['service_period_start', 'date', (row) => row.servicePeriodStart],
  ['service_period_end', 'date', (row) => row.servicePeriodEnd],
  ['balance_forward_cents', 'bigint NOT NULL', (row) => row.balanceForwardCents],
  ['current_charges_cents', 'bigint NOT NULL', (row) => row.currentChargesCents],
  ['adjustment_cents', 'bigint NOT NULL', (row) => row.adjustmentCents],
  ['past_due_cents', 'bigint NOT NULL', (row) => row.pastDueCents],
  ['total_cents', 'bigint NOT NULL', (row) => row.totalCents],
  ['balance_due_cents', 'bigint NOT NULL', (row) => row.balanceDueCents],
  ['allow_partial_payments', 'boolean', (row) => row.allowPartialPayments],
  ['auto_pay', 'boolean', (row) => row.autoPay],
  ['paper_invoices', 'boolean', (row) => row.paperInvoices],
  ['prepaid', 'boolean NOT NULL', (row) => row.prepaid],
  ['bill_image_url', 'text', (row) => row.billImageUrl],
  ['message', 'text', (row) => row.message],
  [
    'custom_fields',
    'jsonb NOT NULL',
    (row) => (row.customFields.length === 0 ? '[]' : JSON.stringify(row.customFields)),
  ],
];

/** The table lives as long as the transaction; a connection that dies leaves nothing. */
export const CREATE_STAGING = `CREATE TEMPORARY TABLE bif_rows (
  row_number integer NOT NULL, row_hash text NOT NULL, login_fold text, ${STAGED.map(([name, type]) => `${name} ${type}`).join(', ')}
) ON COMMIT DROP`;

const COPY_STAGING = `COPY bif_rows (row_number, row_hash, login_fold, ${STAGED.map(([name]) => name).join(', ')}) FROM STDIN`;

/** Rows are handed to the connection in pieces of about this many UTF-16 units: few calls, and nothing in memory. */
const PIECE_UNITS = 65_536;

const MUST_BE_ESCAPED = /[\\\n\r\t]/;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Rows on their way into the staging table; a row waits where Postgres is slower than the file. */
export class RowStage {
  readonly #copy: CopyStreamQuery;
  /** Kept so that a failure which comes between two writes is met at the next one and never goes unheard. */
  readonly #outcome: Promise<unknown>;
  #failure: { readonly cause: unknown } | undefined;
  #piece = '';

  constructor(
    client: ClientBase,
    private readonly said: SaidOfPeople,
  ) {
    this.#copy = client.query(copyFrom(COPY_STAGING));
    this.#outcome = finished(this.#copy).catch((error: unknown) => {
      this.#failure = { cause: error };
    });
  }

  /** Adds a row; the caller awaits `flush` between batches. */
  add(rowNumber: number, row: BillRow): void {
    this.#piece += stagedLine(rowNumber, row, this.said);
  }

  /** Sends what was added once there is enough of it, and waits until there is room for more. */
  async flush(): Promise<void> {
    if (this.#piece.length < PIECE_UNITS) return;
    await this.#send();
  }

  async close(): Promise<void> {
    await this.#send();
    this.#copy.end();
    await this.#outcome;
    this.#throwFailure();
  }

  /** Ends the COPY without its rows, so that the connection can roll back; a failure is told by whoever caused it. */
  async abort(): Promise<void> {
    this.#copy.destroy();
    await this.#outcome;
  }

  async #send(): Promise<void> {
    this.#throwFailure();
    if (this.#piece === '') return;
    const piece = Buffer.from(this.#piece);
    this.#piece = '';
    if (!this.#copy.write(piece)) await Promise.race([once(this.#copy, 'drain').catch(() => undefined), this.#outcome]);
    this.#throwFailure();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw asCopyFailure(this.#failure.cause);
  }
}

/** Node's word for a stream whose connection went away under it. */
const CUT_OFF = 'ERR_STREAM_PREMATURE_CLOSE';

/** Postgres may quote a row in its error, so the message of ours says nothing of it; the cause is for the debugger. */
function asCopyFailure(cause: unknown): Error {
  const away = asAway(cause);
  if (away instanceof BackEndAway) return away;
  const isCutOff = typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === CUT_OFF;
  return isCutOff ? new BackEndAway('POSTGRES', 'CONNECTION', cause) : new Error('COPY of bill rows failed', { cause });
}

/**
 * One line of COPY's text format. The hash is of the row's values in the order of STAGED and without the absent ones at
 * the end: so it survives another order of a file's columns, another way to write a date, and columns that later versions
 * put at the end of STAGED.
 */
export function stagedLine(rowNumber: number, row: BillRow, said: SaidOfPeople): string {
  let values = '';
  let absent = '';
  for (const [, , valueOf] of STAGED) {
    const value = valueOf(row);
    if (value === null) {
      absent += '\t\\N';
      continue;
    }
    const text = typeof value === 'string' && MUST_BE_ESCAPED.test(value) ? escape(value) : String(value);
    values += `${absent}\t${text}`;
    absent = '';
  }
  const meaning = `${said.logins ? 'logins' : ''}\t${said.coOwners ? 'coOwners' : ''}${values}`;
  const fold = row.loginName === null ? '\\N' : escape(foldUserName(row.loginName));
  return `${rowNumber}\t${hash('sha256', meaning, 'base64')}\t${fold}${values}${absent}\n`;
}

function escape(text: string): string {
  return text.replace(/[\\\n\r\t]/g, (character) => ESCAPES[character] ?? character);
}

function coOwnersJson({ coOwners }: BillRow): string | null {
  if (coOwners.length === 0) return null;
  return JSON.stringify(
    coOwners.map((person) => ({
      ...person,
      userFold: person.userName === null ? null : foldUserName(person.userName),
    })),
  );
}
