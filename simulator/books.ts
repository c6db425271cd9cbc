// The books: for each biller and account what is payable now, what the utility takes for it, and the last payment.
// They are Daffron's own truth, apart from the bill files, and live on in a file of their own.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { centsOf, formatCents } from './world/money';

/** One row of what an account owes. Dates are calendar days of the biller. */
export interface PayableItem {
  readonly pastDueCents?: bigint;
  readonly currentCents?: bigint;
  readonly description?: string;
  readonly chargeCode?: string;
  readonly dueDate?: string;
  readonly disconnectDate?: string;
}

export interface AccountBook {
  readonly items: readonly PayableItem[];
  /** What the utility takes; absent: it says nothing of it, and empty: it takes nothing. */
  readonly transactionTypes?: readonly string[];
  readonly lastPayment?: { readonly amountCents: bigint; readonly date: string };
}

/** Books of one account, with whose they are. */
export interface BookEntry extends AccountBook {
  readonly billerId: string;
  readonly accountNumber: string;
}

/** JSON knows no bigint, so that amounts stand in the file and at the control door as decimal text. */
const amount = z.string().transform((text, context) => {
  try {
    return centsOf(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'not an amount of money' });
    return z.NEVER;
  }
});
const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);

const itemShape = z.strictObject({
  pastDue: amount.exactOptional(),
  current: amount.exactOptional(),
  description: z.string().exactOptional(),
  chargeCode: z.string().exactOptional(),
  dueDate: day.exactOptional(),
  disconnectDate: day.exactOptional(),
});

const entryShape = z.strictObject({
  biller: z.string(),
  account: z.string(),
  items: z.array(itemShape),
  transactionTypes: z.array(z.string()).exactOptional(),
  lastPayment: z.strictObject({ amount, date: day }).exactOptional(),
});

/**
 * Reads one account's books from JSON: `{biller, account, items: [{pastDue, current, description, chargeCode, dueDate,
 * disconnectDate}], transactionTypes, lastPayment: {amount, date}}`. Throws a ZodError that names what is wrong.
 */
export function readBookEntry(json: unknown): BookEntry {
  const { biller, account, items, transactionTypes, lastPayment } = entryShape.parse(json);
  return {
    billerId: biller,
    accountNumber: account,
    items: items.map(({ pastDue, current, ...rest }) => ({
      ...(pastDue !== undefined && { pastDueCents: pastDue }),
      ...(current !== undefined && { currentCents: current }),
      ...rest,
    })),
    ...(transactionTypes !== undefined && { transactionTypes }),
    ...(lastPayment !== undefined && { lastPayment: { amountCents: lastPayment.amount, date: lastPayment.date } }),
  };
}

function toJson({ billerId, accountNumber, items, lastPayment, transactionTypes }: BookEntry): unknown {
  return {
    biller: billerId,
    account: accountNumber,
    items: items.map(({ pastDueCents, currentCents, ...rest }) => ({
      pastDue: pastDueCents === undefined ? undefined : formatCents(pastDueCents),
      current: currentCents === undefined ? undefined : formatCents(currentCents),
      ...rest,
    })),
    transactionTypes,
    lastPayment: lastPayment && { amount: formatCents(lastPayment.amountCents), date: lastPayment.date },
  };
}

export interface Books {
  /** The account's books; `undefined` when the biller has no such account. */
  find(billerId: string, accountNumber: string): AccountBook | undefined;
  /** Another account of the biller than this one, for answers that mix accounts up; `undefined` when there is none. */
  findOther(billerId: string, accountNumber: string): string | undefined;
  /** Opens or replaces an account's books. */
  set(entry: BookEntry): void;
  /** Forgets an account: the biller then answers that he does not know it. */
  remove(billerId: string, accountNumber: string): void;
  /** Every account of every biller. */
  list(): readonly BookEntry[];
  /** Makes the books again what they were when they were opened. */
  restore(): void;
  /** Writes the books to the file; it is replaced in one step, so that a cut leaves the old one. */
  save(path: string): Promise<void>;
}

/** The key of an account among all billers; a biller id holds no space. */
function keyOf(billerId: string, accountNumber: string): string {
  return `${billerId} ${accountNumber}`;
}

/** Opens books with these entries. */
export function openBooks(entries: readonly BookEntry[]): Books {
  const load = (): Map<string, BookEntry> =>
    new Map(entries.map((entry) => [keyOf(entry.billerId, entry.accountNumber), entry]));
  let books = load();
  return {
    find: (billerId, accountNumber) => books.get(keyOf(billerId, accountNumber)),
    findOther: (billerId, accountNumber) => {
      for (const entry of books.values()) {
        if (entry.billerId === billerId && entry.accountNumber !== accountNumber) return entry.accountNumber;
      }
      return undefined;
    },
    set: (entry) => void books.set(keyOf(entry.billerId, entry.accountNumber), entry),
    remove: (billerId, accountNumber) => void books.delete(keyOf(billerId, accountNumber)),
    list: () => [...books.values()],
    restore: () => {
      books = load();
    },
    save: async (path) => {
      const lines = [...books.values()].map((entry) => JSON.stringify(toJson(entry)));
      await writeFile(`${path}.part`, `[\n${lines.join(',\n')}\n]\n`);
      await rename(`${path}.part`, path);
    },
  };
}

/** Opens the books kept in the file. Rejects when the file is missing or not what `save` writes. */
export async function loadBooks(path: string): Promise<Books> {
  const entries: unknown = JSON.parse(await readFile(path, 'utf8'));
  return openBooks(z.array(z.unknown()).parse(entries).map(readBookEntry));
}
