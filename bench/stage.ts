// The stage of a bench run: a real Postgres and a real Redis as the tests find them, the fake Daffron, the product in
// production mode with its bills imported through its own door, and the files that the peers need.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { Client } from 'pg';
import { request } from 'undici';
import { findFreePort } from '../src/embedded/freePort';
import { openEmbeddedPostgres, removeEmbeddedPostgres } from '../src/embedded/postgres';
import { startRedis } from '../test/setup/redisServer';
import { createTestDatabase } from '../test/setup/servers';
import { startProduct, startTarget, type Target } from './process';
import { writeSettings, type Claims } from './settings';
import type { LineCounts } from './targets/fakeDaffron';
import type { Ids } from './workloads';
import {
  ACCOUNTS,
  accountNumber,
  ACCOUNTS_PER_CUSTOMER,
  accountsOf,
  billFile,
  BILLERS,
  CUSTOMERS,
  DASHBOARD_CUSTOMERS,
  userName,
  type BillerName,
} from './world';

export interface Stage {
  readonly product: Target;
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly folder: string;
  readonly today: Date;
  idsOf(biller: BillerName): Ids;
  idsFileOf(biller: BillerName): string;
  customerToken(biller: BillerName, customer: number): string;
  staffToken(biller: BillerName): string;
  daffronUrl(biller: BillerName): string;
  /** The counts of a biller's line since they were last taken. */
  takeCounts(biller: BillerName, log?: boolean): Promise<LineCounts>;
  close(): Promise<void>;
}

export interface StageOptions {
  readonly profileFolder?: string | undefined;
  readonly say: (line: string) => void;
}

export async function openStage({ profileFolder, say }: StageOptions): Promise<Stage> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    closers.push(() => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
    say('starting Postgres, Redis and the fake Daffron');
    const databaseUrl = await openBenchDatabase(folder, closers);
    const redisUrl = await openBenchRedis(closers);
    const daffron = await startTarget('daffron', 'fakeDaffron.ts', []);
    closers.push(() => daffron.stop());
    const { settings, sign } = await writeSettings(folder, daffron.url);
    const port = await findFreePort();
    const env = {
      ...settings,
      METRICS_PORT: String(await findFreePort()),
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
    };
    say('starting the product');
    const product = await startProduct({ env, logFile: join(folder, 'product.log'), port, profileFolder });
    closers.push(() => product.stop());
    const today = new Date();
    const ids = new Map<BillerName, Ids>();
    const customers = new Map<string, string>();
    const staff = new Map<string, string>();
    for (const name of Object.keys(BILLERS) as BillerName[]) {
      const service = await sign({ sub: 'bench', biller: BILLERS[name].id, role: 'SERVICE' });
      await importBills(product.url, service, name, today, say);
      const found = await readIds(databaseUrl, BILLERS[name].id);
      ids.set(name, found);
      const texts = { accounts: [...found.accounts], invoices: [...found.invoices], today: today.toISOString() };
      writeFileSync(join(folder, `ids-${name}.json`), JSON.stringify(texts));
      staff.set(name, await sign({ sub: 'staff', biller: BILLERS[name].id, role: 'CSR', username: 'staff' }));
      for (let which = 0; which < customersAt(name); which += 1) {
        customers.set(`${name} ${which}`, await sign(claimsOf(name, which)));
      }
    }
    return {
      product,
      databaseUrl,
      redisUrl,
      folder,
      today,
      idsOf: (biller) => known(ids, biller),
      idsFileOf: (biller) => join(folder, `ids-${biller}.json`),
      customerToken: (biller, customer) => known(customers, `${biller} ${customer}`),
      staffToken: (biller) => known(staff, biller),
      daffronUrl: (biller) => `${daffron.url}/delay/${BILLERS[biller].delayMs}/${biller}`,
      takeCounts: async (biller, log = false) => {
        const path = `${daffron.url}/counts?line=${biller}&log=${log ? 1 : 0}`;
        return (await (await request(path)).body.json()) as LineCounts;
      },
      close,
    };
  } catch (error) {
    say(tailOf(folder));
    await close();
    throw error;
  }
}

function known<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Value {
  const value = map.get(key);
  if (value === undefined) throw new Error(`the stage knows no ${String(key)}`);
  return value;
}

/** The server of DATABASE_URL with a database of our own in it, else an embedded one; with its settings as they are. */
export async function openBenchDatabase(folder: string, closers: (() => Promise<unknown>)[]): Promise<string> {
  const given = process.env['DATABASE_URL'];
  if (given === undefined || given === '') {
    const options = { dataDir: join(folder, 'postgres'), projectRoot: resolve(__dirname, '..'), log: () => undefined };
    const postgres = await openEmbeddedPostgres(options);
    // Its files need not stand in our folder, and would stay behind.
    closers.push(() => removeEmbeddedPostgres(options));
    closers.push(() => postgres.stop());
    process.env['TEST_DATABASE_URL'] = postgres.url;
  } else process.env['TEST_DATABASE_URL'] = given;
  const database = await createTestDatabase();
  closers.push(() => database.drop());
  return database.url;
}

async function openBenchRedis(closers: (() => Promise<unknown>)[]): Promise<string> {
  const given = process.env['REDIS_URL'];
  if (given !== undefined && given !== '') return given;
  const redis = await startRedis();
  closers.push(() => redis.stop());
  return redis.url;
}

function claimsOf(biller: BillerName, customer: number): Claims {
  const accounts = accountsOf(customer).map(accountNumber);
  const user = userName(customer);
  return { sub: user, biller: BILLERS[biller].id, role: 'OWNER', username: user, accounts };
}

/** Who is asked for on a line's dashboards; an overload asks for so many that no two callers share one. */
function customersAt(biller: BillerName): number {
  return biller === 'narrow' ? CUSTOMERS : DASHBOARD_CUSTOMERS;
}

/** One of the lines serves dashboards alone, and needs their customers only. */
function accountsAt(biller: BillerName): number {
  return biller === 'wide' ? DASHBOARD_CUSTOMERS * ACCOUNTS_PER_CUSTOMER : ACCOUNTS;
}

async function importBills(
  url: string,
  token: string,
  name: BillerName,
  today: Date,
  say: (line: string) => void,
): Promise<void> {
  const begun = performance.now();
  const { statusCode, body } = await request(`${url}/bif`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'text/plain', accept: 'application/json' },
    body: Readable.from(billFile(BILLERS[name].id, accountsAt(name), today)),
  });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`the bills of ${name} were refused: ${statusCode} ${text.slice(0, 500)}`);
  say(`imported the bills of ${name} in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}

async function readIds(databaseUrl: string, billerId: string): Promise<Ids> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const of = async (column: string, table: string, kind: string): Promise<Map<string, string>> => {
      const text = `SELECT ${column} AS name, id FROM ${table} WHERE biller_id = $1`;
      const { rows } = await client.query<{ name: string; id: string }>(text, [billerId]);
      return new Map(
        rows.map(({ name, id }) => [
          name,
          `${kind}_${Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')}`,
        ]),
      );
    };
    return {
      accounts: await of('account_number', 'accounts', 'acc'),
      invoices: await of('invoice_number', 'invoices', 'inv'),
    };
  } finally {
    await client.end();
  }
}

/** The last lines of the product's log, for the report of a failure. */
export function tailOf(folder: string): string {
  return readFileSync(join(folder, 'product.log'), 'utf8').slice(-2000);
}
