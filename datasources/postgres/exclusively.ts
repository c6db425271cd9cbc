// Work that only one process of all may do at a time.
import type { DataSource } from 'typeorm';
import { asAway } from './backEndAway';

/**
 * Does the work while nobody else on this database does one of that name; false where somebody is at it, and nothing was
 * done. The lock belongs to a transaction of its own that does nothing else: it ends with its connection, whatever becomes
 * of this process. Should the connection be lost meanwhile, the work goes on without the lock.
 */
export async function exclusively(orm: DataSource, name: string, work: () => Promise<void>): Promise<boolean> {
  const db = orm.createQueryRunner();
  try {
    const isMine = await lock(name, db).catch((error: unknown) => {
      throw asAway(error);
    });
    if (isMine) await work();
    return isMine;
  } finally {
    if (db.isTransactionActive && !db.isReleased) await db.rollbackTransaction().catch(() => undefined);
    await db.release();
  }
}

async function lock(name: string, db: ReturnType<DataSource['createQueryRunner']>): Promise<boolean> {
  await db.startTransaction('READ COMMITTED');
  // It idles as long as the work takes, which a server's own limit for forgotten transactions must not end.
  await db.query('SET LOCAL idle_in_transaction_session_timeout = 0');
  const rows: { mine: boolean }[] = await db.query(
    'SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine',
    [name],
  );
  return rows[0]?.mine === true;
}
