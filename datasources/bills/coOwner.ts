// Co-owners for one caller, and the links between user names and accounts that Daffron sent (COO-02, REG-02).
import DataLoader from 'dataloader';
import type { Biller } from '../../domain/biller';
import { coOwnerAsSeen, isStaff, maySeePersons, type Caller, type Link } from '../../domain/caller';
import type { CoOwner } from '../../domain/coOwner';
import { groupBy } from '../../domain/groups';
import type { Database } from '../postgres/database';

export interface CoOwnerReader {
  byKey(key: string): Promise<CoOwner | undefined>;
  /** In the order in which Daffron sent them, at most 15. */
  ofAccount(accountNumber: string): Promise<readonly CoOwner[]>;
  /** Of all the customer's accounts that the caller may see, each person once. */
  ofCustomer(customerNumber: string): Promise<readonly CoOwner[]>;
}

interface CoOwnerRow {
  id: string;
  customer_number: string;
  user_name: string | null;
  name: string;
}

const COLUMNS = 'c.id, c.customer_number, c.user_name, c.name';

const LINKED = `FROM account_links l JOIN co_owners c ON c.biller_id = l.biller_id AND c.customer_number = l.customer_number
  WHERE l.biller_id = $1 AND l.relation = 'CO_OWNER' AND l.ended_at IS NULL`;

export function openCoOwners(database: Database, caller: Caller, biller: Biller): CoOwnerReader {
  const visible = isStaff(caller)
    ? null
    : [...caller.relations.keys()].filter((number) => maySeePersons(caller, number));
  const read = (row: CoOwnerRow): CoOwner =>
    coOwnerAsSeen(
      caller,
      {
        key: row.id,
        billerId: caller.billerId,
        customerNumber: row.customer_number,
        userName: row.user_name,
        name: row.name,
      },
      biller.coOwnerNamesVisible,
    );

  const byKey = new DataLoader<string, CoOwner | undefined>(async (keys) => {
    const rows = await database.read<CoOwnerRow>(
      'co_owners_by_key',
      `SELECT ${COLUMNS} FROM co_owners c WHERE c.biller_id = $1 AND c.id = ANY ($2::uuid[])
         AND ($3::text[] IS NULL OR EXISTS (SELECT 1 FROM account_links l WHERE l.biller_id = c.biller_id
           AND l.customer_number = c.customer_number AND l.relation = 'CO_OWNER' AND l.ended_at IS NULL
           AND l.account_number = ANY ($3::text[])))`,
      [caller.billerId, keys, visible],
    );
    const found = new Map(rows.map((row) => [row.id, read(row)]));
    return keys.map((key) => found.get(key));
  });

  const ofAccount = new DataLoader<string, readonly CoOwner[]>(async (numbers) => {
    const asked = numbers.filter((number) => maySeePersons(caller, number));
    if (asked.length === 0) return numbers.map(() => []);
    const rows = await database.read<CoOwnerRow & { account_number: string }>(
      'co_owners_of_accounts',
      `SELECT ${COLUMNS}, l.account_number ${LINKED} AND l.account_number = ANY ($2::text[]) ORDER BY l.position`,
      [caller.billerId, asked],
    );
    const byAccount = groupBy(rows, (row) => row.account_number);
    return numbers.map((number) => (byAccount.get(number) ?? []).map(read));
  });

  const ofCustomer = new DataLoader<string, readonly CoOwner[]>(async (numbers) => {
    const rows = await database.read<CoOwnerRow & { owner: string }>(
      'co_owners_of_customers',
      `SELECT DISTINCT a.customer_number AS owner, ${COLUMNS} ${LINKED.replace(
        'WHERE',
        'JOIN accounts a ON a.biller_id = l.biller_id AND a.account_number = l.account_number WHERE',
      )} AND a.customer_number = ANY ($2::text[]) AND ($3::text[] IS NULL OR a.account_number = ANY ($3::text[]))
       ORDER BY c.customer_number`,
      [caller.billerId, numbers, visible],
    );
    const byOwner = groupBy(rows, (row) => row.owner);
    return numbers.map((number) => (byOwner.get(number) ?? []).map(read));
  });

  return {
    byKey: (key) => byKey.load(key),
    ofAccount: (number) => ofAccount.load(number),
    ofCustomer: (number) => ofCustomer.load(number),
  };
}

/** The links of a user name to the accounts that his token claims, ended ones too; `userName` is folded (LOG-02). */
export async function findLinks(
  database: Database,
  billerId: string,
  userName: string,
  accountNumbers: readonly string[],
): Promise<Link[]> {
  const rows = await database.read<{ account_number: string; relation: 'OWNER' | 'CO_OWNER'; ended_at: Date | null }>(
    'links_of_user',
    `SELECT account_number, relation, ended_at FROM account_links
     WHERE biller_id = $1 AND user_name = $2 AND account_number = ANY ($3::text[])`,
    [billerId, userName, accountNumbers],
  );
  return rows.map((row) => ({ accountNumber: row.account_number, relation: row.relation, endedAt: row.ended_at }));
}
