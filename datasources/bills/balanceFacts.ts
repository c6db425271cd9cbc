// What a refresh leaves in Postgres: the last known tender flags, and whether its items named their types (BLK-05).
import DataLoader from 'dataloader';
import type { Account } from '../../domain/account';
import type { TenderKind } from '../../domain/tender';
import type { Database } from '../postgres/database';

export interface RefreshFacts {
  /** The account's generation when the question was sent. */
  readonly generation: bigint;
  readonly blockedTenders: readonly TenderKind[];
  /** The types that the items named, null where one named none; undefined where nothing was owed and nothing is said of it. */
  readonly itemTypes: readonly number[] | null | undefined;
  readonly observedAt: Date;
}

export interface BalanceFacts {
  /**
   * Records what a refresh said; false where it must not be kept: the account's generation has moved on, or what it said
   * could not be recorded.
   */
  record(account: Account, facts: RefreshFacts): Promise<boolean>;
}

interface KnownRow {
  id: string;
  balance_generation: bigint;
  blocked_tenders: TenderKind[] | null;
  item_types: number[] | null;
}

/**
 * Refreshes that come within so many milliseconds are looked up by one statement: nobody waits for it, and under load it
 * stands for dozens.
 */
const GATHERING_MS = 10;

/** `onTrouble` hears when Postgres could not be asked; the refresh is then not kept, which costs a later call. */
export function openBalanceFacts(database: Database, onTrouble: (error: unknown) => void): BalanceFacts {
  const known = new DataLoader<string, KnownRow | undefined>(
    async (keys) => {
      const rows = await database.read<KnownRow>(
        'balance_facts',
        'SELECT id, balance_generation, blocked_tenders, item_types FROM accounts WHERE id = ANY ($1::uuid[])',
        [keys],
      );
      const found = new Map(rows.map((row) => [row.id, row]));
      return keys.map((key) => found.get(key));
    },
    { cache: false, batchScheduleFn: (load) => void setTimeout(load, GATHERING_MS) },
  );

  return {
    record: async (account, facts) => {
      try {
        // The row and not the caller's copy of it: another refresh may have changed the flags since that was read.
        const row = await known.load(account.key);
        if (row === undefined || row.balance_generation !== facts.generation) return false;
        return !differs(row, facts) || (await write(database, account, facts));
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
    (facts.itemTypes !== undefined && facts.itemTypes?.join() !== row.item_types?.join()) ||
    row.blocked_tenders?.length !== facts.blockedTenders.length ||
    !facts.blockedTenders.every((kind) => row.blocked_tenders?.includes(kind) === true)
  );
}

/**
 * A refresh that was sent earlier never overwrites what a later one wrote (one that only confirmed the row writes nothing: see
 * ADR 14), and nobody waits for a row that an import has
 * locked: the next refresh says it again. $1 account, $2 blocked tenders, $3 item types, $4 observed, $5: are types told.
 */
const WRITE = `UPDATE accounts SET blocked_tenders = $2::text[], refreshed_at = $4::timestamptz,
    item_types = CASE WHEN $5::boolean THEN $3::integer[] ELSE item_types END
  WHERE id = (SELECT id FROM accounts WHERE id = $1::uuid AND (refreshed_at IS NULL OR refreshed_at <= $4)
    FOR NO KEY UPDATE SKIP LOCKED)
  RETURNING id`;

async function write(database: Database, account: Account, facts: RefreshFacts): Promise<boolean> {
  const { blockedTenders, itemTypes, observedAt } = facts;
  const written = await database.write('record_balance_facts', WRITE, [
    account.key,
    blockedTenders,
    itemTypes ?? null,
    observedAt,
    itemTypes !== undefined,
  ]);
  return written.length > 0;
}
