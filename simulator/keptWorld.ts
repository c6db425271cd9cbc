// The sample world on disk: made at the first start, found again at every later one.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { rowOf, writeBif, type BifRow } from './bif';
import { loadBooks, openBooks, type Books } from './books';
import { CASE_ACCOUNTS, OWNER_LOGIN, STAFF_LOGIN } from './cases';
import type { ServedBiller } from './daffron';
import { makeWorld, SAMPLE_SEED, type BillerWorld } from './world';
import { CEDAR_RIDGE, SAMPLE_BILLERS } from './world/billers';
import { MONTHS } from './world/bills';
import { addMonths, type Day } from './world/calendar';
import { openingBooks } from './world/openingBooks';

/** Who may be shown the sample world, and what he may see there. */
export interface People {
  readonly owner: { readonly billerId: string; readonly userName: string; readonly accountNumbers: readonly string[] };
  readonly staff: { readonly billerId: string; readonly userName: string };
  readonly guest: { readonly billerId: string; readonly accountNumber: string };
}

/** A world that is served: the sample one from its folder, or one made by hand. */
export interface KeptWorld {
  readonly books: Books;
  readonly billers: readonly ServedBiller[];
  /** Absolute paths, oldest first. */
  readonly bifFiles: readonly string[];
  readonly people?: People;
  /** Whether it was made just now. */
  readonly fresh: boolean;
  /** Writes the books to where they are kept. */
  readonly keepBooks: () => Promise<void>;
}

const SAMPLE_PEOPLE: People = {
  owner: {
    billerId: CEDAR_RIDGE.id,
    userName: OWNER_LOGIN,
    accountNumbers: [CASE_ACCOUNTS.farm, CASE_ACCOUNTS.house, CASE_ACCOUNTS.pump],
  },
  staff: { billerId: CEDAR_RIDGE.id, userName: STAFF_LOGIN },
  guest: { billerId: CEDAR_RIDGE.id, accountNumber: CASE_ACCOUNTS.guest },
};

/** What a later start needs besides the books; written last, so that a world cut short is made anew. */
const indexShape = z.strictObject({
  today: z.string(),
  seed: z.number(),
  bifFiles: z.array(z.string()),
  passwords: z.record(z.string(), z.string()),
});
type WorldIndex = z.infer<typeof indexShape>;

async function readIndex(path: string): Promise<WorldIndex | undefined> {
  return existsSync(path) ? indexShape.parse(JSON.parse(await readFile(path, 'utf8'))) : undefined;
}

/** The sample billers with their passwords; user and company are plain, since they guard nothing by themselves. */
function servedBillers(passwords: WorldIndex['passwords']): readonly ServedBiller[] {
  return SAMPLE_BILLERS.map(({ id, name, timeZone, multiSpeak, invoiceTypes }) => {
    const company = name.split(' ').slice(0, 2).join('').toUpperCase();
    const password = passwords[id];
    if (password === undefined) throw new Error(`the kept world has no password for biller ${id}`);
    const credentials = { userId: 'ebpp', password, company, appName: 'EBPP' };
    return { id, name, timeZone, multiSpeak, invoiceTypes, credentials };
  });
}

/** The bills of all accounts and types of the biller `back` months ago. */
function* rowsOf({ biller, accounts }: BillerWorld, back: number, today: Day): Generator<BifRow> {
  for (const account of accounts) {
    for (const service of account.services) yield rowOf(biller.id, account, service, back, today);
  }
}

/** One file for each month and biller; the oldest month comes first, and its name says when it would have been sent. */
async function writeBifFiles(dataDir: string, world: readonly BillerWorld[], today: Day): Promise<string[]> {
  const folder = join(dataDir, 'bif');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const names: string[] = [];
  for (let back = MONTHS - 1; back >= 0; back -= 1) {
    for (const billerWorld of world) {
      const sent = addMonths(today, -back).replaceAll('-', '');
      const name = `${billerWorld.biller.id}_${sent}_${String(MONTHS - back).padStart(3, '0')}.bif`;
      await writeBif(join(folder, name), rowsOf(billerWorld, back, today));
      names.push(name);
    }
  }
  return names;
}

async function makeKeptWorld(dataDir: string, today: Day, seed: number): Promise<WorldIndex> {
  await mkdir(dataDir, { recursive: true });
  const world = makeWorld(seed);
  const bifFiles = await writeBifFiles(dataDir, world, today);
  const entries = world.flatMap(({ biller, accounts }) => openingBooks(biller, accounts, today));
  await openBooks(entries).save(join(dataDir, 'books.json'));
  const passwords = SAMPLE_BILLERS.map(({ id }) => [id, randomBytes(12).toString('base64url')] as const);
  const index = { today, seed, bifFiles, passwords: Object.fromEntries(passwords) };
  const part = join(dataDir, 'world.json.part');
  // The file holds passwords, if only of a sample: nobody else on the machine needs to read it.
  await writeFile(part, JSON.stringify(index, undefined, 2), { mode: 0o600 });
  await rename(part, join(dataDir, 'world.json'));
  return index;
}

/**
 * Opens the world kept in the folder, or makes one there as of `today`. Rejects with the error of the file system, or
 * when the folder holds something else under these names.
 */
export async function openKeptWorld(options: { dataDir: string; today: Day; seed?: number }): Promise<KeptWorld> {
  const dataDir = resolve(options.dataDir);
  const found = await readIndex(join(dataDir, 'world.json'));
  const index = found ?? (await makeKeptWorld(dataDir, options.today, options.seed ?? SAMPLE_SEED));
  const booksPath = join(dataDir, 'books.json');
  const books = await loadBooks(booksPath);
  return {
    books,
    billers: servedBillers(index.passwords),
    bifFiles: index.bifFiles.map((name) => join(dataDir, 'bif', name)),
    people: SAMPLE_PEOPLE,
    fresh: found === undefined,
    keepBooks: () => books.save(booksPath),
  };
}
