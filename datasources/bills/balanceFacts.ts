// What a refresh leaves in Postgres: the last known tender flags, and whether its items named their types (BLK-05).
import DataLoader from 'dataloader';
import type { Account } from '../../domain/account';
import type { TenderKind } from '../../domain/tender';
import type { Database } from '../postgres/database';

export interface RefreshFacts {
  /** The account's generation when the question was sent. */
  readonly generation: bigint;
  readonly blockedTenders: readonly TenderKind[];
  readonly itemsMapped: boolean;
  readonly observedAt: Date;
}

export interface BalanceFacts {
  /** Records what a refresh said; false where the account's generation has moved on and the refresh must not be kept. */
  record(account: Account, facts: RefreshFacts): Promise<boolean>;
}

interface KnownRow {
  id: string;
  balance_generation: bigint;
  blocked_tenders: TenderKind[] | null;
  items_mapped: boolean | null;
}

/** `onTrouble` hears when Postgres could not be asked; the refresh is then not kept, which costs a later call. */
export function openBalanceFacts(database: Database, onTrouble: (error: unknown) => void): BalanceFacts {
  const known = new DataLoader<string, KnownRow | undefined>(
    async (keys) => {
      const rows = await database.read<KnownRow>(
        'balance_facts',
        'SELECT id, balance_generation, blocked_tenders, items_mapped FROM accounts WHERE id = ANY ($1::uuid[])',
        [keys],
      );
      const found = new Map(rows.map((row) => [row.id, row]));
      return keys.map((key) => found.get(key));
    },
    { cache: false },
  );

  return {
    record: async (account, facts) => {
      try {
        // The row and not the caller's copy of it: another refresh may have changed the flags since that was read.
        const row = await known.load(account.key);
        if (row === undefined) return false;
        if (differs(row, facts)) await write(database, account, facts);
        return row.balance_generation === facts.generation;
      } catch (error) {
        onTrouble(error);
        return false;
      }
    },
  };
}

/** Flags change rarely, so that a refresh seldom writes. */
function differs(row: KnownRow, facts: RefreshFacts): boolean {
  return (
    row.items_mapped !== facts.itemsMapped ||
    row.blocked_tenders?.length !== facts.blockedTenders.length ||
    !facts.blockedTenders.every((kind) => row.blocked_tenders?.includes(kind) === true)
  );
}

/** A refresh that was sent earlier never overwrites what a later one said. */
async function write(database: Database, account: Account, facts: RefreshFacts): Promise<void> {
  await database.orm.query(
    `UPDATE accounts SET blocked_tenders = $2, items_mapped = $3, refreshed_at = $4
     WHERE id = $1 AND (refreshed_at IS NULL OR refreshed_at <= $4)`,
    [account.key, facts.blockedTenders, facts.itemsMapped, facts.observedAt],
  );
}
