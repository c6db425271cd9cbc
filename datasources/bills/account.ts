// Accounts for one caller: by key, by number, and in pages. A foreign account looks like none (AUT-01, AUT-03).
import DataLoader from 'dataloader';
import { isAccountNumber, type Account } from '../../domain/account';
import { isStaff, maySeeAccount, type Caller } from '../../domain/caller';
import { groupBy } from '../../domain/groups';
import { pageOf, type Page, type PageRequest } from '../../domain/page';
import type { TenderKind } from '../../domain/tender';
import type { Database } from '../postgres/database';

export interface AccountReader {
  byKey(key: string): Promise<Account | undefined>;
  byNumber(accountNumber: string): Promise<Account | undefined>;
  /** The accounts that the caller's relations name; none for staff. */
  own(): Promise<readonly Account[]>;
  ownPage(request: PageRequest): Promise<Page<Account>>;
  pageOfCustomer(customerNumber: string, request: PageRequest): Promise<Page<Account>>;
  pageOfSubAccounts(mainAccountNumber: string, request: PageRequest): Promise<Page<Account>>;
  pageOfCoOwner(customerNumber: string, request: PageRequest): Promise<Page<Account>>;
}

interface AccountRow {
  id: string;
  account_number: string;
  customer_number: string;
  main_account_number: string | null;
  service_address: string | null;
  prepaid: boolean;
  under_review: boolean;
  balance_generation: bigint;
  blocked_tenders: TenderKind[] | null;
  item_types: number[] | null;
}

interface PageRow extends AccountRow {
  parent: string;
}

const COLUMNS = `a.id, a.account_number, a.customer_number, a.main_account_number, a.service_address, a.prepaid,
  a.balance_generation, a.blocked_tenders, a.item_types,
  EXISTS (SELECT 1 FROM held_bills h WHERE h.biller_id = a.biller_id AND h.account_number = a.account_number
          AND h.resolved_at IS NULL) AS under_review`;

/** What an account belongs to when a page of accounts is asked for; each is the condition that joins it to `p.parent`. */
const PARENTS = {
  customer: (a: string) => `${a}.customer_number = p.parent`,
  mainAccount: (a: string) => `${a}.main_account_number = p.parent`,
  coOwner: (
    a: string,
  ) => `EXISTS (SELECT 1 FROM account_links l WHERE l.biller_id = ${a}.biller_id AND l.account_number = ${a}.account_number
            AND l.relation = 'CO_OWNER' AND l.customer_number = p.parent AND l.ended_at IS NULL)`,
} as const;

type Parent = keyof typeof PARENTS;

/** Whether an account is in the list of its parent, as far as the caller may see the list. */
const isListed = (parent: Parent, a: string): string =>
  `${a}.biller_id = $1 AND ${PARENTS[parent](a)} AND ($3::text[] IS NULL OR ${a}.account_number = ANY ($3::text[]))`;

/** One statement for the pages of many parents; a cursor that the caller's list has not gives an empty page (AUT-01). */
const pageSql = (parent: Parent): string => `
  SELECT p.parent, page.* FROM unnest($2::text[]) AS p (parent) CROSS JOIN LATERAL (
    SELECT ${COLUMNS} FROM accounts a
    WHERE ${isListed(parent, 'a')}
      AND ($4::uuid IS NULL OR a.account_number >
        (SELECT c.account_number FROM accounts c WHERE c.id = $4::uuid AND ${isListed(parent, 'c')}))
    ORDER BY a.account_number LIMIT $5
  ) page`;

interface PageAsk {
  readonly parent: Parent;
  readonly of: string;
  readonly request: PageRequest;
}

export function openAccounts(database: Database, caller: Caller): AccountReader {
  const visible = isStaff(caller) ? null : [...caller.relations.keys()];
  const byKey = new DataLoader<string, Account | undefined>(async (keys) => {
    const rows = await database.read<AccountRow>(
      'accounts_by_key',
      `SELECT ${COLUMNS} FROM accounts a WHERE a.biller_id = $1 AND a.id = ANY ($2::uuid[])`,
      [caller.billerId, keys],
    );
    const found = new Map(seen(rows).map((account) => [account.key, account]));
    return keys.map((key) => found.get(key));
  });
  const byNumber = new DataLoader<string, Account | undefined>(async (numbers) => {
    const asked = numbers.filter((number) => isAccountNumber(number) && maySeeAccount(caller, number));
    if (asked.length === 0) return numbers.map(() => undefined);
    const rows = await database.read<AccountRow>(
      'accounts_by_number',
      `SELECT ${COLUMNS} FROM accounts a WHERE a.biller_id = $1 AND a.account_number = ANY ($2::text[])`,
      [caller.billerId, asked],
    );
    const found = new Map(seen(rows).map((account) => [account.accountNumber, account]));
    return numbers.map((number) => found.get(number));
  });
  const pages = new DataLoader<PageAsk, Page<Account>, string>(async (asks) => await loadPages(asks), {
    cacheKeyFn: (ask) => `${batchOf(ask)}|${ask.of}`,
  });

  function seen(rows: readonly AccountRow[]): Account[] {
    return rows
      .map((row) => readAccount(caller.billerId, row))
      .filter((account) => maySeeAccount(caller, account.accountNumber));
  }

  async function loadPages(asks: readonly PageAsk[]): Promise<Page<Account>[]> {
    const found = new Map<string, Account[]>();
    for (const batch of groupBy(asks, batchOf).values()) {
      const [first] = batch;
      if (first === undefined || visible?.length === 0) continue;
      const rows = await database.read<PageRow>(`account_pages_${first.parent}`, pageSql(first.parent), [
        caller.billerId,
        batch.map((ask) => ask.of),
        visible,
        first.request.after,
        first.request.first + 1,
      ]);
      for (const row of rows) {
        const key = `${batchOf(first)}|${row.parent}`;
        const list = found.get(key) ?? [];
        list.push(readAccount(caller.billerId, row));
        found.set(key, list);
      }
    }
    return asks.map((ask) => pageOf(found.get(`${batchOf(ask)}|${ask.of}`) ?? [], ({ key }) => key, ask.request));
  }

  async function own(): Promise<readonly Account[]> {
    const accounts = await Promise.all([...caller.relations.keys()].sort().map((number) => byNumber.load(number)));
    return accounts.filter((account) => account !== undefined);
  }

  return {
    byKey: (key) => byKey.load(key),
    byNumber: (number) => byNumber.load(number),
    own,
    ownPage: async (request) => {
      const accounts = await own();
      const from = request.after === null ? 0 : accounts.findIndex(({ key }) => key === request.after) + 1;
      const isUnknownCursor = request.after !== null && from === 0;
      return pageOf(isUnknownCursor ? [] : accounts.slice(from), ({ key }) => key, request);
    },
    pageOfCustomer: (of, request) => pages.load({ parent: 'customer', of, request }),
    pageOfSubAccounts: (of, request) => pages.load({ parent: 'mainAccount', of, request }),
    pageOfCoOwner: (of, request) => pages.load({ parent: 'coOwner', of, request }),
  };
}

function batchOf({ parent, request }: PageAsk): string {
  return `${parent}|${request.first}|${request.after ?? ''}`;
}

function readAccount(billerId: string, row: AccountRow): Account {
  return {
    key: row.id,
    billerId,
    accountNumber: row.account_number,
    customerNumber: row.customer_number,
    mainAccountNumber: row.main_account_number,
    serviceAddress: row.service_address,
    prepaid: row.prepaid,
    underReview: row.under_review,
    generation: row.balance_generation,
    blockedTenders: row.blocked_tenders,
    itemTypes: row.item_types,
  };
}
