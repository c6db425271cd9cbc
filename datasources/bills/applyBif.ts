// Applies the staged rows of a bill file to the tables, in whole sets: what a row does depends on the other rows of the
// file and on what is stored, and never on the order of rows (INV-07).
import type { ClientBase } from 'pg';
import type { BillProblemCode } from '../../domain/bills/billProblem';
import { REPORT_LIST_MAX, type HeldBifRow } from './bifReport';

export interface BifFile {
  readonly id: string;
  readonly billerId: string;
  readonly now: Date;
}

/** What becomes of a staged row. */
export type Verdict =
  | 'NEW'
  | 'REPLACED'
  | 'UNCHANGED'
  | 'HELD'
  | 'DUPLICATE_IDENTICAL'
  | Extract<BillProblemCode, 'DUPLICATE_ROW_DIFFERENT' | 'NUMBER_OF_ANOTHER_ACCOUNT'>;

export interface Applied {
  readonly counts: ReadonlyMap<Verdict, number>;
  readonly rejected: readonly { readonly row: number; readonly code: BillProblemCode }[];
  readonly duplicateRows: readonly number[];
  readonly held: readonly HeldBifRow[];
}

/** The order in which one bill is newer than another (BAL-04); the type is last, and decides nothing but a tie of texts. */
function rank(alias: string, direction: 'ASC' | 'DESC'): string {
  const columns = ['invoice_date', 'due_date', 'invoice_number', 'invoice_type_id'];
  return columns.map((column) => `${alias}.${column} ${direction}`).join(', ');
}

/**
 * One verdict for each staged row. First the file against itself (the same number twice), then against what is stored,
 * and at last whose bill it is: a row for another customer than the account's owner changes the owner where it is newer
 * than what the account's facts come from, and tells of the past where it is not.
 * The owner of a new account is the customer of its oldest row. $1 biller, $2 file id.
 */
const PLAN = `CREATE TEMPORARY TABLE bif_plan ON COMMIT DROP AS
  WITH numbered AS (
    SELECT s.row_number, s.row_hash, s.invoice_type_id, s.invoice_number, s.account_number, s.customer_number,
      s.invoice_date, s.due_date,
      row_number() OVER same AS copy, min(s.row_hash) OVER every <> max(s.row_hash) OVER every AS differs
    FROM bif_rows s
    WINDOW every AS (PARTITION BY s.invoice_type_id, s.invoice_number), same AS (every ORDER BY s.row_number)
  ), known AS (
    SELECT n.*, i.row_hash AS stored_hash, h.row_hash AS held_hash,
      i.account_number <> n.account_number OR h.account_number <> n.account_number AS is_elsewhere
    FROM numbered n
    LEFT JOIN invoices i ON i.biller_id = $1
      AND i.invoice_type_id = n.invoice_type_id AND i.invoice_number = n.invoice_number
    LEFT JOIN held_bills h ON h.biller_id = $1 AND h.resolved_at IS NULL
      AND h.invoice_type_id = n.invoice_type_id AND h.invoice_number = n.invoice_number
  ), judged AS (
    SELECT k.*, CASE
      WHEN k.differs THEN 'DUPLICATE_ROW_DIFFERENT'
      WHEN k.copy > 1 THEN 'DUPLICATE_IDENTICAL'
      WHEN k.is_elsewhere THEN 'NUMBER_OF_ANOTHER_ACCOUNT'
      WHEN k.row_hash = k.stored_hash OR k.row_hash = k.held_hash THEN 'UNCHANGED' END AS verdict
    FROM known k
  ), owned AS (
    SELECT j.*, a.account_number IS NULL AS is_new_account,
      coalesce(a.customer_number, first_value(j.customer_number) OVER (
        PARTITION BY j.account_number, j.verdict IS NULL ORDER BY ${rank('j', 'ASC')})) AS owner,
      (j.invoice_date, j.due_date, $2::bigint, j.invoice_number)
        > (a.fact_invoice_date, a.fact_due_date, a.fact_file_id, a.fact_invoice_number) AS is_newer
    FROM judged j
    LEFT JOIN accounts a ON a.biller_id = $1 AND a.account_number = j.account_number
  )
  SELECT row_number, invoice_type_id, invoice_number, account_number, customer_number, owner, CASE
    WHEN verdict IS NOT NULL THEN verdict
    WHEN customer_number <> owner AND (held_hash IS NOT NULL OR is_new_account OR is_newer) THEN 'HELD'
    WHEN stored_hash IS NOT NULL THEN 'REPLACED'
    ELSE 'NEW' END AS verdict
  FROM owned`;

/** Rows that become invoices; everything that is applied of a file comes from them. */
const STORED_ROWS = `bif_plan p JOIN bif_rows s USING (row_number) WHERE p.verdict IN ('NEW', 'REPLACED')`;

/** What says that stored facts are not newer than those of the row that is put in their place. */
function mayReplace(table: string): string {
  const facts = ['fact_invoice_date', 'fact_due_date', 'fact_file_id', 'fact_invoice_number'];
  const of = (source: string): string => `(${facts.map((fact) => `${source}.${fact}`).join(', ')})`;
  return `${of(table)} <= ${of('excluded')}`;
}

function replace(columns: readonly string[]): string {
  return columns.map((column) => `${column} = excluded.${column}`).join(', ');
}

const FACTS = ['fact_invoice_date', 'fact_due_date', 'fact_file_id', 'fact_invoice_number'];
const CUSTOMER = ['name', 'name2', 'address1', 'address2', 'city', 'state', 'zip', 'phone', 'email', 'email_cc'];
const ACCOUNT = ['main_account_number', 'service_address', 'registration_value', 'prepaid'];
const INVOICE = [
  'account_number customer_number row_hash invoice_date due_date auto_pay_collection_date expire_date notify_dates',
  'service_period_start service_period_end balance_forward_cents current_charges_cents adjustment_cents past_due_cents',
  'total_cents balance_due_cents allow_partial_payments auto_pay paper_invoices bill_image_url message custom_fields',
].flatMap((names) => names.split(' '));

function from(alias: string, columns: readonly string[]): string {
  return columns.map((column) => `${alias}.${column}`).join(', ');
}

const FACTS_OF_ROW = 's.invoice_date, s.due_date, $2::bigint, s.invoice_number';

/** $1 biller, $2 file id. */
const STORE_CUSTOMERS = `INSERT INTO customers (biller_id, customer_number, ${CUSTOMER.join(', ')}, ${FACTS.join(', ')})
  SELECT DISTINCT ON (s.customer_number) $1::uuid, s.customer_number, ${from('s', CUSTOMER)}, ${FACTS_OF_ROW}
  FROM ${STORED_ROWS}
  ORDER BY s.customer_number, ${rank('s', 'DESC')}
  ON CONFLICT (biller_id, customer_number) DO UPDATE SET ${replace([...CUSTOMER, ...FACTS])}
  WHERE ${mayReplace('customers')}`;

/**
 * Only the owner's rows tell of an account. A process of the version before still asks when it was billed (O23).
 * $1 biller, $2 file id, $3 now.
 */
const STORE_ACCOUNTS = `INSERT INTO accounts
    (biller_id, account_number, customer_number, billed_at, ${ACCOUNT.join(', ')}, ${FACTS.join(', ')})
  SELECT DISTINCT ON (s.account_number)
    $1::uuid, s.account_number, s.customer_number, $3::timestamptz, ${from('s', ACCOUNT)}, ${FACTS_OF_ROW}
  FROM ${STORED_ROWS} AND p.customer_number = p.owner
  ORDER BY s.account_number, ${rank('s', 'DESC')}
  ON CONFLICT (biller_id, account_number) DO UPDATE SET ${replace(['billed_at', ...ACCOUNT, ...FACTS])}
  WHERE ${mayReplace('accounts')}`;

/** In the order of the unique index, which saves a quarter of the time. $1 biller, $2 file id, $3 now. */
const STORE_INVOICES = `INSERT INTO invoices
    (biller_id, invoice_type_id, invoice_number, file_id, ingested_at, ${INVOICE.join(', ')})
  SELECT $1::uuid, s.invoice_type_id, s.invoice_number, $2::bigint, $3::timestamptz, ${from('s', INVOICE)}
  FROM ${STORED_ROWS}
  ORDER BY s.invoice_type_id, s.invoice_number
  ON CONFLICT (biller_id, invoice_type_id, invoice_number) DO UPDATE
    SET version = invoices.version + 1, file_id = excluded.file_id, ingested_at = excluded.ingested_at, ${replace(INVOICE)}`;

/**
 * A held bill keeps its whole row, the customer's and account's facts included, so that it can be applied when staff have
 * decided. Cents stand in it as text, as everywhere outside of Postgres' own integers. $1 biller, $2 file id, $3 now,
 * $4 and $5: whether the file says anything of logins and of co-owners.
 */
const HOLD_BILLS = `INSERT INTO held_bills
    (biller_id, invoice_type_id, invoice_number, account_number, customer_number, file_id, held_at, row_hash, bill)
  SELECT $1::uuid, s.invoice_type_id, s.invoice_number, s.account_number, s.customer_number, $2::bigint, $3::timestamptz,
    s.row_hash, to_jsonb(s) - 'row_number' - 'row_hash' || jsonb_build_object(
      'says_logins', $4::boolean, 'says_co_owners', $5::boolean,
      'balance_forward_cents', s.balance_forward_cents::text, 'current_charges_cents', s.current_charges_cents::text,
      'adjustment_cents', s.adjustment_cents::text, 'past_due_cents', s.past_due_cents::text,
      'total_cents', s.total_cents::text, 'balance_due_cents', s.balance_due_cents::text)
  FROM bif_plan p JOIN bif_rows s USING (row_number) WHERE p.verdict = 'HELD'
  ON CONFLICT (biller_id, invoice_type_id, invoice_number) WHERE resolved_at IS NULL DO UPDATE
    SET ${replace(['account_number', 'customer_number', 'file_id', 'held_at', 'row_hash', 'bill'])}`;

/**
 * Postgres checks foreign keys by plans that a connection keeps. One that was made while a table had a page reads the
 * whole table, and would do so for each row of a large file; a new plan knows how large the table has become.
 */
const FORGET_PLANS = 'DISCARD PLANS';

/**
 * From so many rows on, sets are joined by hashing or merging only. What this transaction has stored is in no
 * statistics, and another process may count the tables meanwhile and find them empty; a join by loops, planned on that,
 * takes minutes. Small files keep their loops: they touch a few rows of large tables by index.
 */
const LARGE_FILE_ROWS = 10_000;

const COUNT = 'SELECT verdict, count(*)::integer AS count FROM bif_plan GROUP BY verdict';
const LIST = `SELECT row_number AS "row", verdict, invoice_type_id, invoice_number, account_number FROM bif_plan
  WHERE verdict = ANY ($1) ORDER BY row_number LIMIT ${REPORT_LIST_MAX}`;

interface ListedRow {
  readonly row: number;
  readonly verdict: Verdict;
  readonly invoice_type_id: number;
  readonly invoice_number: string;
  readonly account_number: string;
}

/** Says what becomes of each staged row, and counts. Nothing is stored yet. */
export async function planBif(db: ClientBase, file: BifFile, stagedRows: number): Promise<Applied> {
  if (stagedRows >= LARGE_FILE_ROWS) await db.query('SET LOCAL enable_nestloop = off');
  // Fresh tables have no statistics, and the planner would think them small.
  await db.query('ANALYZE bif_rows (row_number, invoice_type_id, invoice_number, account_number, customer_number)');
  await db.query(PLAN, [file.billerId, file.id]);
  await db.query('ANALYZE bif_plan');
  const counts = await db.query<{ verdict: Verdict; count: number }>(COUNT);
  const list = async (...verdicts: Verdict[]): Promise<ListedRow[]> =>
    (await db.query<ListedRow>(LIST, [verdicts])).rows;
  const rejected = await list('DUPLICATE_ROW_DIFFERENT', 'NUMBER_OF_ANOTHER_ACCOUNT');
  const duplicates = await list('DUPLICATE_IDENTICAL');
  const held = await list('HELD');
  return {
    counts: new Map(counts.rows.map(({ verdict, count }) => [verdict, count])),
    rejected: rejected.flatMap(({ row, verdict }) =>
      verdict === 'DUPLICATE_ROW_DIFFERENT' || verdict === 'NUMBER_OF_ANOTHER_ACCOUNT' ? [{ row, code: verdict }] : [],
    ),
    duplicateRows: duplicates.map(({ row }) => row),
    held: held.map(({ row, invoice_type_id, invoice_number, account_number }) => ({
      row,
      accountNumber: account_number,
      invoiceTypeId: invoice_type_id,
      invoiceNumber: invoice_number,
    })),
  };
}

/** Stores customers, accounts, bills and held bills of a planned file; the row of the file itself must be there. */
export async function storeBills(
  db: ClientBase,
  file: BifFile,
  said: { readonly logins: boolean; readonly coOwners: boolean },
): Promise<void> {
  await db.query(STORE_CUSTOMERS, [file.billerId, file.id]);
  await db.query(FORGET_PLANS);
  await db.query(STORE_ACCOUNTS, [file.billerId, file.id, file.now]);
  await db.query(FORGET_PLANS);
  await db.query(STORE_INVOICES, [file.billerId, file.id, file.now]);
  await db.query(HOLD_BILLS, [file.billerId, file.id, file.now, said.logins, said.coOwners]);
}
