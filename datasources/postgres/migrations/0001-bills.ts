// The tables of the read side: what bill files brought, and what Daffron said of tenders and of who is linked to what.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Bills1000000000001 implements MigrationInterface {
  name = 'Bills1000000000001';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const statement of UP) await queryRunner.query(statement);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of [
      'account_links',
      'co_owners',
      'held_bills',
      'invoices',
      'accounts',
      'customers',
      'bif_files',
    ]) {
      await queryRunner.query(`DROP TABLE ${table}`);
    }
  }
}

// Texts that are compared in byte order carry COLLATE "C", so that no locale of a server can change which bill is newest.
// The four fact_ columns say which bill row a record's facts come from; only a row that is not older may replace them.
const UP = [
  `CREATE TABLE bif_files (
    id bigint GENERATED ALWAYS AS IDENTITY,
    biller_id uuid NOT NULL,
    sha256 character(64) NOT NULL,
    name text NOT NULL,
    ingested_at timestamptz NOT NULL,
    report jsonb NOT NULL,
    CONSTRAINT bif_files_pkey PRIMARY KEY (id),
    CONSTRAINT bif_files_content UNIQUE (biller_id, sha256)
  )`,
  `CREATE TABLE customers (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    biller_id uuid NOT NULL,
    customer_number text COLLATE "C" NOT NULL,
    name text NOT NULL,
    name2 text,
    address1 text NOT NULL,
    address2 text,
    city text NOT NULL,
    state text NOT NULL,
    zip text NOT NULL,
    phone text,
    email text,
    email_cc text,
    fact_invoice_date date NOT NULL,
    fact_due_date date NOT NULL,
    fact_file_id bigint NOT NULL,
    fact_invoice_number text COLLATE "C" NOT NULL,
    CONSTRAINT customers_pkey PRIMARY KEY (id),
    CONSTRAINT customers_number UNIQUE (biller_id, customer_number)
  )`,
  `CREATE TABLE accounts (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    biller_id uuid NOT NULL,
    account_number text COLLATE "C" NOT NULL,
    customer_number text COLLATE "C" NOT NULL,
    main_account_number text COLLATE "C",
    service_address text,
    registration_value text,
    prepaid boolean NOT NULL,
    billed_at timestamptz NOT NULL,
    balance_generation bigint NOT NULL DEFAULT 0,
    blocked_tenders text[],
    items_mapped boolean,
    refreshed_at timestamptz,
    fact_invoice_date date NOT NULL,
    fact_due_date date NOT NULL,
    fact_file_id bigint NOT NULL,
    fact_invoice_number text COLLATE "C" NOT NULL,
    CONSTRAINT accounts_pkey PRIMARY KEY (id),
    CONSTRAINT accounts_number UNIQUE (biller_id, account_number),
    CONSTRAINT accounts_not_own_main CHECK (main_account_number <> account_number),
    CONSTRAINT accounts_customer FOREIGN KEY (biller_id, customer_number) REFERENCES customers (biller_id, customer_number)
  )`,
  // The biller stands last: Postgres checks the foreign keys below row by row, and while its statistics say that a table
  // is nearly empty it would as soon take an index that begins with the biller, and read all his accounts for each row.
  `CREATE INDEX accounts_by_customer ON accounts (customer_number, biller_id)`,
  `CREATE INDEX accounts_by_main ON accounts (main_account_number, biller_id) WHERE main_account_number IS NOT NULL`,
  `CREATE TABLE invoices (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    biller_id uuid NOT NULL,
    invoice_type_id integer NOT NULL,
    invoice_number text COLLATE "C" NOT NULL,
    account_number text COLLATE "C" NOT NULL,
    customer_number text COLLATE "C" NOT NULL,
    version integer NOT NULL DEFAULT 1,
    file_id bigint NOT NULL,
    ingested_at timestamptz NOT NULL,
    row_hash text NOT NULL,
    invoice_date date NOT NULL,
    due_date date NOT NULL,
    auto_pay_collection_date date,
    expire_date date,
    notify_dates date[] NOT NULL,
    service_period_start date,
    service_period_end date,
    balance_forward_cents bigint NOT NULL,
    current_charges_cents bigint NOT NULL,
    adjustment_cents bigint NOT NULL,
    past_due_cents bigint NOT NULL,
    total_cents bigint NOT NULL,
    balance_due_cents bigint NOT NULL,
    allow_partial_payments boolean,
    auto_pay boolean,
    paper_invoices boolean,
    bill_image_url text,
    message text,
    custom_fields jsonb NOT NULL,
    CONSTRAINT invoices_pkey PRIMARY KEY (id),
    CONSTRAINT invoices_number UNIQUE (biller_id, invoice_type_id, invoice_number),
    CONSTRAINT invoices_version CHECK (version >= 1),
    CONSTRAINT invoices_total CHECK (total_cents = balance_forward_cents + current_charges_cents + adjustment_cents),
    CONSTRAINT invoices_past_due CHECK (past_due_cents >= 0),
    CONSTRAINT invoices_dates CHECK (due_date >= invoice_date AND expire_date >= due_date AND auto_pay_collection_date >= invoice_date),
    CONSTRAINT invoices_account FOREIGN KEY (biller_id, account_number) REFERENCES accounts (biller_id, account_number),
    CONSTRAINT invoices_customer FOREIGN KEY (biller_id, customer_number) REFERENCES customers (biller_id, customer_number),
    CONSTRAINT invoices_file FOREIGN KEY (file_id) REFERENCES bif_files (id)
  )`,
  `CREATE INDEX invoices_newest_first ON invoices
    (biller_id, account_number, invoice_date DESC, due_date DESC, file_id DESC, invoice_number DESC)`,
  `CREATE TABLE held_bills (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    biller_id uuid NOT NULL,
    invoice_type_id integer NOT NULL,
    invoice_number text COLLATE "C" NOT NULL,
    account_number text COLLATE "C" NOT NULL,
    customer_number text COLLATE "C" NOT NULL,
    file_id bigint NOT NULL,
    held_at timestamptz NOT NULL,
    row_hash text NOT NULL,
    bill jsonb NOT NULL,
    resolved_at timestamptz,
    CONSTRAINT held_bills_pkey PRIMARY KEY (id),
    CONSTRAINT held_bills_account FOREIGN KEY (biller_id, account_number) REFERENCES accounts (biller_id, account_number),
    CONSTRAINT held_bills_file FOREIGN KEY (file_id) REFERENCES bif_files (id)
  )`,
  `CREATE UNIQUE INDEX held_bills_open ON held_bills (biller_id, invoice_type_id, invoice_number) WHERE resolved_at IS NULL`,
  `CREATE INDEX held_bills_by_account ON held_bills (biller_id, account_number) WHERE resolved_at IS NULL`,
  `CREATE TABLE co_owners (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    biller_id uuid NOT NULL,
    customer_number text COLLATE "C" NOT NULL,
    user_name text,
    name text NOT NULL,
    fact_invoice_date date NOT NULL,
    fact_due_date date NOT NULL,
    fact_file_id bigint NOT NULL,
    fact_invoice_number text COLLATE "C" NOT NULL,
    CONSTRAINT co_owners_pkey PRIMARY KEY (id),
    CONSTRAINT co_owners_number UNIQUE (biller_id, customer_number)
  )`,
  // An open link holds a position: 0 for the owner, 1 to 15 for co-owners, so that a sixteenth has no place to stand
  // (COO-03). The constraint is deferred, since a new file may reorder people; an ended link gives its place back.
  `CREATE TABLE account_links (
    id bigint GENERATED ALWAYS AS IDENTITY,
    biller_id uuid NOT NULL,
    account_number text COLLATE "C" NOT NULL,
    relation text NOT NULL,
    customer_number text COLLATE "C" NOT NULL,
    user_name text COLLATE "C",
    position smallint,
    since timestamptz NOT NULL,
    ended_at timestamptz,
    CONSTRAINT account_links_pkey PRIMARY KEY (id),
    CONSTRAINT account_links_position CHECK (
      CASE WHEN ended_at IS NOT NULL THEN position IS NULL
           WHEN relation = 'OWNER' THEN position IS NOT DISTINCT FROM 0
           ELSE position IS NOT NULL AND position BETWEEN 1 AND 15 END),
    CONSTRAINT account_links_relation CHECK (relation IN ('OWNER', 'CO_OWNER')),
    CONSTRAINT account_links_place UNIQUE (biller_id, account_number, position) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT account_links_account FOREIGN KEY (biller_id, account_number) REFERENCES accounts (biller_id, account_number)
  )`,
  `CREATE INDEX account_links_by_user ON account_links (biller_id, user_name, account_number)`,
  `CREATE INDEX account_links_by_person ON account_links (biller_id, customer_number) WHERE ended_at IS NULL`,
];
