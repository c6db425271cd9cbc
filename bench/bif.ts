// Bill files: rows a second through the product's own command, against the database's own bulk load of the same rows into
// the same tables; and the memory that a file of a million rows takes.
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { cpuSeconds, peakMemoryMb } from './process';
import { short } from './report';
import { openBenchDatabase } from './stage';
import { writeSettings } from './settings';
import {
  ACCOUNTS_PER_CUSTOMER,
  accountNumber,
  BILLERS,
  billFile,
  billsOf,
  customerName,
  customerNumber,
  serviceAddress,
  userName,
} from './world';

type Say = (line: string) => void;

const ROOT = join(__dirname, '..');
const BILLER = BILLERS.fresh.id;
const TURNS = 3;
const SAMPLE_MS = 100;

interface Import {
  readonly seconds: number;
  readonly cpu: number;
  readonly peakMb: number;
}

/** Rows a second, medians of several turns; each turn has a database of its own. */
export async function measureBif(rows: number, say: Say): Promise<number> {
  const today = new Date();
  const ours: number[] = [];
  const bulk: number[] = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    await inFolder(async (folder, databaseUrl) => {
      const accounts = accountsFor(rows, today);
      const file = await writeFile(folder, accounts, today);
      const imported = await importFile(folder, databaseUrl, file.path);
      ours.push(file.rows / imported.seconds);
      say(
        `ours: ${file.rows} rows in ${short(imported.seconds)} s, ${short(imported.cpu)} s of CPU, peak ${short(imported.peakMb)} MB`,
      );
      bulk.push(file.rows / (await bulkLoad(databaseUrl, accounts, today)));
    });
  }
  const [own = 0, floor = 0] = [ours, bulk].map(
    (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0,
  );
  say(
    `| F1 | bill rows a second, ours (must 10 000, goal 25 000) | ${own.toFixed(0)} | ${own >= 25_000 ? 'goal' : own >= 10_000 ? 'must' : 'MISSED'} |`,
  );
  say(
    `| F1 | the database's own bulk load of the same rows | ${floor.toFixed(0)} | bulk ÷ ours ${short(floor / own)} |`,
  );
  return own >= 10_000 ? 0 : 1;
}

/** Memory through the whole of a long file: its peak, and its middle in each tenth of the time. */
export async function measureMillion(rows: number, say: Say): Promise<number> {
  const today = new Date();
  await inFolder(async (folder, databaseUrl) => {
    const file = await writeFile(folder, accountsFor(rows, today), today);
    say(`a file of ${file.rows} rows was written`);
    const samples: number[] = [];
    const imported = await importFile(folder, databaseUrl, file.path, (mb) => samples.push(mb));
    const tenths = Array.from(
      { length: 10 },
      (_none, at) => samples[Math.floor(((at + 0.5) * samples.length) / 10)] ?? 0,
    );
    say(
      `${file.rows} rows in ${short(imported.seconds)} s: ${(file.rows / imported.seconds).toFixed(0)} rows a second, ${short(imported.cpu)} s of CPU`,
    );
    say(
      `peak memory so far, MB, at each tenth of the time: ${tenths.map((mb) => mb.toFixed(0)).join(' ')}; at the end ${imported.peakMb.toFixed(0)}`,
    );
  });
  return 0;
}

async function inFolder(work: (folder: string, databaseUrl: string) => Promise<void>): Promise<void> {
  const closers: (() => Promise<unknown>)[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'bench-bif-'));
  try {
    await work(folder, await openBenchDatabase(folder, closers));
  } finally {
    for (const closer of closers.reverse()) await closer();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each account of the first customers has a year of bills, and each other one a bill: so many accounts make the rows. */
function accountsFor(rows: number, today: Date): number {
  let accounts = 0;
  for (let count = 0; count < rows; accounts += 1) count += billsOf(accounts, today).length;
  return accounts;
}

async function writeFile(folder: string, accounts: number, today: Date): Promise<{ path: string; rows: number }> {
  const path = join(folder, 'bench.bif');
  let lines = 0;
  const counted = function* (): Generator<string> {
    for (const piece of billFile(BILLER, accounts, today)) {
      for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', at + 1)) lines += 1;
      yield piece;
    }
  };
  await pipeline(Readable.from(counted()), createWriteStream(path));
  return { path, rows: lines - 1 };
}

/** `npm run bif -- import` as an operator runs it; the time is the one that the report tells: from the first byte to the commit. */
async function importFile(
  folder: string,
  databaseUrl: string,
  path: string,
  onSample: (mb: number) => void = () => undefined,
): Promise<Import> {
  const child = spawn(process.execPath, [join(ROOT, 'tools/run.mjs'), 'src/bif', 'import', path, '--json'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(await settingsFor(folder, databaseUrl)) },
  });
  let report = '';
  let said = '';
  child.stdout.on('data', (chunk) => (report += String(chunk)));
  child.stderr.on('data', (chunk) => (said = (said + String(chunk)).slice(-2000)));
  let last = { cpu: 0, peakMb: 0 };
  const timer = setInterval(() => {
    try {
      last = { cpu: cpuSeconds(child.pid ?? 0), peakMb: peakMemoryMb(child.pid ?? 0) };
      onSample(last.peakMb);
    } catch {
      // It ended between two looks.
    }
  }, SAMPLE_MS);
  const [code] = (await once(child, 'close')) as [number];
  clearInterval(timer);
  if (code !== 0) throw new Error(`the import failed: ${report.slice(0, 2000)} ${said}`);
  return { seconds: (JSON.parse(report) as { seconds: number }).seconds, ...last };
}

/** Production settings for the command, which opens neither Redis nor a door but wants them named. */
async function settingsFor(folder: string, databaseUrl: string): Promise<Record<string, string>> {
  const { settings } = await writeSettings(folder, 'http://127.0.0.1:9');
  return { ...settings, NODE_ENV: 'production', DATABASE_URL: databaseUrl, REDIS_URL: 'redis://127.0.0.1:9' };
}

/** Column by column what the tables take; one line of COPY for each row. */
const STAGED =
  'account_number text, customer_number text, name text, service_address text, user_name text, invoice_number text, invoice_date date, due_date date, cents bigint';

function copyLines(accounts: number, today: Date): { readonly pieces: readonly Buffer[]; readonly rows: number } {
  const pieces: Buffer[] = [];
  let text = '';
  let rows = 0;
  for (let account = 0; account < accounts; account += 1) {
    const customer = Math.floor(account / ACCOUNTS_PER_CUSTOMER);
    for (const bill of billsOf(account, today)) {
      rows += 1;
      text += `${[accountNumber(account), customerNumber(customer), customerName(customer), serviceAddress(account), userName(customer), bill.invoiceNumber, bill.invoiceDate, bill.dueDate, bill.cents].join('\t')}\n`;
    }
    if (text.length < 65_536) continue;
    pieces.push(Buffer.from(text));
    text = '';
  }
  return { pieces: [...pieces, Buffer.from(text)], rows };
}

const FACTS = 'invoice_date, due_date, $2::bigint, invoice_number';
const FACT_COLUMNS = 'fact_invoice_date, fact_due_date, fact_file_id, fact_invoice_number';

/** What the rows become, in as few statements as there are tables, without any question asked of them. */
const LOADS = [
  `INSERT INTO customers (biller_id, customer_number, name, address1, city, state, zip, ${FACT_COLUMNS})
   SELECT DISTINCT ON (customer_number) $1::uuid, customer_number, name, service_address, 'SPRINGFIELD', 'MO', '65801', ${FACTS}
   FROM bulk ORDER BY customer_number, invoice_date DESC`,
  `INSERT INTO accounts (biller_id, account_number, customer_number, service_address, prepaid, billed_at, ${FACT_COLUMNS})
   SELECT DISTINCT ON (account_number) $1::uuid, account_number, customer_number, service_address, false, now(), ${FACTS}
   FROM bulk ORDER BY account_number, invoice_date DESC`,
  `INSERT INTO invoices (biller_id, invoice_type_id, invoice_number, account_number, customer_number, file_id, ingested_at, row_hash,
     invoice_date, due_date, notify_dates, balance_forward_cents, current_charges_cents, adjustment_cents, past_due_cents,
     total_cents, balance_due_cents, message, custom_fields)
   SELECT $1::uuid, 42, invoice_number, account_number, customer_number, $2::bigint, now(), 'none', invoice_date, due_date, '{}', 0, cents, 0,
     0, cents, cents, 'THANK YOU', '[{"name":"Custom1","value":"METER 55102"}]' FROM bulk`,
  `INSERT INTO account_links (biller_id, account_number, relation, customer_number, user_name, position, since)
   SELECT DISTINCT ON (account_number) $1::uuid, account_number, 'OWNER', customer_number, user_name, 0, now() FROM bulk
   WHERE $2::bigint > 0 ORDER BY account_number, invoice_date DESC`,
];

/** Seconds that the database itself needs for the rows, in one transaction into empty tables. */
async function bulkLoad(databaseUrl: string, accounts: number, today: Date): Promise<number> {
  const { pieces } = copyLines(accounts, today);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('TRUNCATE account_links, co_owners, held_bills, invoices, accounts, customers, bif_files');
    const begun = performance.now();
    await client.query('BEGIN');
    await client.query("SET LOCAL work_mem = '64MB'");
    await client.query(`CREATE TEMPORARY TABLE bulk (${STAGED}) ON COMMIT DROP`);
    await pipeline(Readable.from(pieces), client.query(copyFrom('COPY bulk FROM STDIN')));
    const filed = await client.query<{ id: string }>(
      `INSERT INTO bif_files (biller_id, sha256, name, ingested_at, report) VALUES ($1, repeat('0', 64), 'bulk', now(), '{}') RETURNING id`,
      [BILLER],
    );
    for (const statement of LOADS) await client.query(statement, [BILLER, filed.rows[0]?.id]);
    await client.query('COMMIT');
    return (performance.now() - begun) / 1000;
  } finally {
    await client.end();
  }
}
