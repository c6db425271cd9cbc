// The tables as TypeORM knows them; a test holds them to the migrations. Properties are named as their columns.
import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';

type Row = Record<string, unknown>;
type Column = EntitySchemaColumnOptions;

const uuid: Column = { type: 'uuid' };
const text: Column = { type: 'text' };
/** Compared in byte order, so that no locale of a server decides which bill is newest. */
const byteText: Column = { type: 'text', collation: 'C' };
const day: Column = { type: 'date' };
const instant: Column = { type: 'timestamptz' };
/** Read as text or bigint, never as a number. */
const bigint: Column = { type: 'bigint' };
const integer: Column = { type: 'integer' };
const flag: Column = { type: 'boolean' };
const json: Column = { type: 'jsonb' };

function orNull(column: Column): Column {
  return { ...column, nullable: true };
}

function key(name: string): Column {
  return { ...uuid, primary: true, primaryKeyConstraintName: name, generated: 'uuid' };
}

function numberKey(name: string): Column {
  return { ...bigint, primary: true, primaryKeyConstraintName: name, generated: 'increment' };
}

/** Which bill row a record's facts come from; only a row that is not older may replace them. */
const factColumns = {
  fact_invoice_date: day,
  fact_due_date: day,
  fact_file_id: bigint,
  fact_invoice_number: byteText,
};

const toAccount = (name: string) => ({
  name,
  target: 'accounts',
  columnNames: ['biller_id', 'account_number'],
  referencedColumnNames: ['biller_id', 'account_number'],
});

const toCustomer = (name: string) => ({
  name,
  target: 'customers',
  columnNames: ['biller_id', 'customer_number'],
  referencedColumnNames: ['biller_id', 'customer_number'],
});

const toFile = (name: string) => ({
  name,
  target: 'bif_files',
  columnNames: ['file_id'],
  referencedColumnNames: ['id'],
});

const bifFiles = new EntitySchema<Row>({
  name: 'bif_files',
  columns: {
    id: numberKey('bif_files_pkey'),
    biller_id: uuid,
    sha256: { type: 'character', length: 64 },
    name: text,
    ingested_at: instant,
    report: json,
  },
  uniques: [{ name: 'bif_files_content', columns: ['biller_id', 'sha256'] }],
});

const customers = new EntitySchema<Row>({
  name: 'customers',
  columns: {
    id: key('customers_pkey'),
    biller_id: uuid,
    customer_number: byteText,
    name: text,
    name2: orNull(text),
    address1: text,
    address2: orNull(text),
    city: text,
    state: text,
    zip: text,
    phone: orNull(text),
    email: orNull(text),
    email_cc: orNull(text),
    ...factColumns,
  },
  uniques: [{ name: 'customers_number', columns: ['biller_id', 'customer_number'] }],
});

const accounts = new EntitySchema<Row>({
  name: 'accounts',
  columns: {
    id: key('accounts_pkey'),
    biller_id: uuid,
    account_number: byteText,
    customer_number: byteText,
    main_account_number: orNull(byteText),
    service_address: orNull(text),
    registration_value: orNull(text),
    prepaid: flag,
    // Read by the version of before alone, as items_mapped is; the next one drops both.
    billed_at: instant,
    balance_generation: { ...bigint, default: 0 },
    blocked_tenders: { ...orNull(text), array: true },
    items_mapped: orNull(flag),
    item_types: { ...orNull(integer), array: true },
    refreshed_at: orNull(instant),
    ...factColumns,
  },
  uniques: [{ name: 'accounts_number', columns: ['biller_id', 'account_number'] }],
  checks: [{ name: 'accounts_not_own_main', expression: 'main_account_number <> account_number' }],
  foreignKeys: [toCustomer('accounts_customer')],
  indices: [
    { name: 'accounts_by_customer', columns: ['customer_number', 'biller_id'] },
    {
      name: 'accounts_by_main',
      columns: ['main_account_number', 'biller_id'],
      where: '(main_account_number IS NOT NULL)',
    },
  ],
});

const invoices = new EntitySchema<Row>({
  name: 'invoices',
  columns: {
    id: key('invoices_pkey'),
    biller_id: uuid,
    invoice_type_id: integer,
    invoice_number: byteText,
    account_number: byteText,
    customer_number: byteText,
    version: { ...integer, default: 1 },
    file_id: bigint,
    ingested_at: instant,
    row_hash: text,
    invoice_date: day,
    due_date: day,
    auto_pay_collection_date: orNull(day),
    expire_date: orNull(day),
    notify_dates: { ...day, array: true },
    service_period_start: orNull(day),
    service_period_end: orNull(day),
    balance_forward_cents: bigint,
    current_charges_cents: bigint,
    adjustment_cents: bigint,
    past_due_cents: bigint,
    total_cents: bigint,
    balance_due_cents: bigint,
    allow_partial_payments: orNull(flag),
    auto_pay: orNull(flag),
    paper_invoices: orNull(flag),
    bill_image_url: orNull(text),
    message: orNull(text),
    custom_fields: json,
  },
  uniques: [{ name: 'invoices_number', columns: ['biller_id', 'invoice_type_id', 'invoice_number'] }],
  checks: [
    { name: 'invoices_version', expression: 'version >= 1' },
    {
      name: 'invoices_total',
      expression: 'total_cents = balance_forward_cents + current_charges_cents + adjustment_cents',
    },
    { name: 'invoices_past_due', expression: 'past_due_cents >= 0' },
    {
      name: 'invoices_dates',
      expression: 'due_date >= invoice_date AND expire_date >= due_date AND auto_pay_collection_date >= invoice_date',
    },
  ],
  foreignKeys: [toAccount('invoices_account'), toCustomer('invoices_customer'), toFile('invoices_file')],
  // TypeORM knows no direction of an index's columns, so it may look at the name of this one and no further.
  indices: [
    {
      name: 'invoices_newest_first',
      columns: ['biller_id', 'account_number', 'invoice_date', 'due_date', 'file_id', 'invoice_number'],
      synchronize: false,
    },
  ],
});

const heldBills = new EntitySchema<Row>({
  name: 'held_bills',
  columns: {
    id: key('held_bills_pkey'),
    biller_id: uuid,
    invoice_type_id: integer,
    invoice_number: byteText,
    account_number: byteText,
    customer_number: byteText,
    file_id: bigint,
    held_at: instant,
    row_hash: text,
    bill: json,
    resolved_at: orNull(instant),
  },
  foreignKeys: [toAccount('held_bills_account'), toFile('held_bills_file')],
  indices: [
    {
      name: 'held_bills_open',
      columns: ['biller_id', 'invoice_type_id', 'invoice_number'],
      unique: true,
      where: '(resolved_at IS NULL)',
    },
    { name: 'held_bills_by_account', columns: ['biller_id', 'account_number'], where: '(resolved_at IS NULL)' },
  ],
});

const coOwners = new EntitySchema<Row>({
  name: 'co_owners',
  columns: {
    id: key('co_owners_pkey'),
    biller_id: uuid,
    customer_number: byteText,
    user_name: orNull(text),
    name: text,
    ...factColumns,
  },
  uniques: [{ name: 'co_owners_number', columns: ['biller_id', 'customer_number'] }],
});

const accountLinks = new EntitySchema<Row>({
  name: 'account_links',
  columns: {
    id: numberKey('account_links_pkey'),
    biller_id: uuid,
    account_number: byteText,
    relation: text,
    customer_number: byteText,
    user_name: orNull(byteText),
    position: orNull({ type: 'smallint' }),
    since: instant,
    ended_at: orNull(instant),
  },
  uniques: [
    {
      name: 'account_links_place',
      columns: ['biller_id', 'account_number', 'position'],
      deferrable: 'INITIALLY DEFERRED',
    },
  ],
  checks: [
    {
      name: 'account_links_position',
      expression: `CASE WHEN ended_at IS NOT NULL THEN position IS NULL
           WHEN relation = 'OWNER' THEN position IS NOT DISTINCT FROM 0
           ELSE position IS NOT NULL AND position BETWEEN 1 AND 15 END`,
    },
    { name: 'account_links_relation', expression: "relation IN ('OWNER', 'CO_OWNER')" },
  ],
  foreignKeys: [toAccount('account_links_account')],
  indices: [
    { name: 'account_links_by_user', columns: ['biller_id', 'user_name', 'account_number'] },
    {
      name: 'account_links_by_person',
      columns: ['biller_id', 'customer_number'],
      where: '(ended_at IS NULL)',
    },
  ],
});

export const ENTITIES = [bifFiles, customers, accounts, invoices, heldBills, coOwners, accountLinks];
