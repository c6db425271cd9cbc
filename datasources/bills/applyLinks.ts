// Who is linked to an account after a bill file: its owner's login and its co-owners, as the row says from which the
// account's facts now come (REG-02, COO-03, COO-04).
import type { ClientBase } from 'pg';
import type { BifFile } from './applyBif';
import type { SaidOfPeople } from './stageRows';

/** The rows whose facts were taken for their accounts, one for each. $1 biller, $2 file id. */
const WINNERS = `CREATE TEMPORARY TABLE bif_winners ON COMMIT DROP AS
  SELECT DISTINCT ON (s.account_number) s.account_number, s.customer_number, s.login_fold, s.co_owners,
    s.invoice_date, s.due_date, s.invoice_number, s.invoice_type_id
  FROM bif_plan p JOIN bif_rows s USING (row_number)
  JOIN accounts a ON a.biller_id = $1 AND a.account_number = s.account_number AND a.fact_file_id = $2
    AND a.fact_invoice_number = s.invoice_number AND a.customer_number = s.customer_number
  WHERE p.verdict IN ('NEW', 'REPLACED')
  ORDER BY s.account_number, s.invoice_date DESC, s.due_date DESC, s.invoice_type_id DESC`;

/** Ends the owner's link where another login, or none, is named now. $1 biller, $2 now. */
const END_OWNER_LINKS = `UPDATE account_links l SET ended_at = $2, position = NULL
  FROM bif_winners w
  WHERE l.biller_id = $1 AND l.account_number = w.account_number AND l.relation = 'OWNER' AND l.ended_at IS NULL
    AND (l.user_name, l.customer_number) IS DISTINCT FROM (w.login_fold, w.customer_number)`;

const ADD_OWNER_LINKS = `INSERT INTO account_links
    (biller_id, account_number, relation, customer_number, user_name, position, since)
  SELECT $1::uuid, w.account_number, 'OWNER', w.customer_number, w.login_fold, 0, $2::timestamptz
  FROM bif_winners w
  WHERE w.login_fold IS NOT NULL AND NOT EXISTS (
    SELECT FROM account_links l WHERE l.biller_id = $1 AND l.account_number = w.account_number
      AND l.relation = 'OWNER' AND l.ended_at IS NULL)`;

/**
 * The co-owners that each account shall have: those of the list, at most 15. Whoever is there already stands before
 * whoever is new, so that a sixteenth cannot push out one of the fifteen. $1 biller, $2 the most there may be.
 */
const WANTED = `CREATE TEMPORARY TABLE bif_co_owners ON COMMIT DROP AS
  SELECT * FROM (
    SELECT w.account_number, c.value ->> 'customerNumber' COLLATE "C" AS customer_number,
      c.value ->> 'userName' AS user_name, c.value ->> 'userFold' COLLATE "C" AS user_fold, c.value ->> 'name' AS name,
      w.invoice_date, w.due_date, w.invoice_number, w.invoice_type_id,
      row_number() OVER (PARTITION BY w.account_number ORDER BY l.position NULLS LAST, c.ordinality)::smallint AS position
    FROM bif_winners w
    CROSS JOIN LATERAL jsonb_array_elements(w.co_owners) WITH ORDINALITY c
    LEFT JOIN account_links l ON l.biller_id = $1 AND l.account_number = w.account_number
      AND l.relation = 'CO_OWNER' AND l.ended_at IS NULL AND l.customer_number = c.value ->> 'customerNumber'
  ) ranked WHERE position <= $2`;

/** $1 biller, $2 file id. */
const STORE_CO_OWNERS = `INSERT INTO co_owners
    (biller_id, customer_number, user_name, name, fact_invoice_date, fact_due_date, fact_file_id, fact_invoice_number)
  SELECT DISTINCT ON (customer_number)
    $1::uuid, customer_number, user_name, name, invoice_date, due_date, $2::bigint, invoice_number
  FROM bif_co_owners
  ORDER BY customer_number, invoice_date DESC, due_date DESC, invoice_number DESC, invoice_type_id DESC
  ON CONFLICT (biller_id, customer_number) DO UPDATE SET user_name = excluded.user_name, name = excluded.name,
    fact_invoice_date = excluded.fact_invoice_date, fact_due_date = excluded.fact_due_date,
    fact_file_id = excluded.fact_file_id, fact_invoice_number = excluded.fact_invoice_number
  WHERE (co_owners.fact_invoice_date, co_owners.fact_due_date, co_owners.fact_file_id, co_owners.fact_invoice_number)
    <= (excluded.fact_invoice_date, excluded.fact_due_date, excluded.fact_file_id, excluded.fact_invoice_number)`;

/** Ends the links of people who are not in the list any more, or are there with another login. $1 biller, $2 now. */
const END_CO_OWNER_LINKS = `UPDATE account_links l SET ended_at = $2, position = NULL
  FROM bif_winners w
  WHERE l.biller_id = $1 AND l.account_number = w.account_number AND l.relation = 'CO_OWNER' AND l.ended_at IS NULL
    AND NOT EXISTS (SELECT FROM bif_co_owners c WHERE c.account_number = l.account_number
      AND c.customer_number = l.customer_number AND c.user_fold IS NOT DISTINCT FROM l.user_name)`;

const MOVE_CO_OWNER_LINKS = `UPDATE account_links l SET position = c.position
  FROM bif_co_owners c
  WHERE l.biller_id = $1 AND l.account_number = c.account_number AND l.relation = 'CO_OWNER' AND l.ended_at IS NULL
    AND l.customer_number = c.customer_number AND l.position <> c.position`;

const ADD_CO_OWNER_LINKS = `INSERT INTO account_links
    (biller_id, account_number, relation, customer_number, user_name, position, since)
  SELECT $1::uuid, c.account_number, 'CO_OWNER', c.customer_number, c.user_fold, c.position, $2::timestamptz
  FROM bif_co_owners c
  WHERE NOT EXISTS (SELECT FROM account_links l WHERE l.biller_id = $1 AND l.account_number = c.account_number
    AND l.relation = 'CO_OWNER' AND l.ended_at IS NULL AND l.customer_number = c.customer_number)`;

/** Brings the links of all accounts whose facts this file gave to what it says; `limit` is the most co-owners of one. */
export async function storeLinks(db: ClientBase, file: BifFile, said: SaidOfPeople, limit: number): Promise<void> {
  if (!said.logins && !said.coOwners) return;
  await db.query(WINNERS, [file.billerId, file.id]);
  await db.query('ANALYZE bif_winners');
  if (said.logins) {
    await db.query(END_OWNER_LINKS, [file.billerId, file.now]);
    await db.query(ADD_OWNER_LINKS, [file.billerId, file.now]);
  }
  if (said.coOwners) {
    await db.query(WANTED, [file.billerId, limit]);
    await db.query('ANALYZE bif_co_owners');
    await db.query(STORE_CO_OWNERS, [file.billerId, file.id]);
    await db.query(END_CO_OWNER_LINKS, [file.billerId, file.now]);
    await db.query(MOVE_CO_OWNER_LINKS, [file.billerId]);
    await db.query(ADD_CO_OWNER_LINKS, [file.billerId, file.now]);
  }
}
