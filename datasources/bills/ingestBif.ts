// The door for bill files: reads, checks and stores a file in one transaction, and reports on it. Whatever kills it
// midway, readers see the bills of before or of after, and the same file sent again does the rest.
import type { Readable } from 'node:stream';
import { Client, type ClientBase } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { columnLabel } from '../../domain/bills/billColumns';
import type { Biller } from '../../domain/biller';
import { CO_OWNERS_MAX } from '../../domain/coOwner';
import { asAway } from '../postgres/backEndAway';
import { planBif, storeBills } from './applyBif';
import { storeLinks } from './applyLinks';
import { BifRefusal } from './bifRefusal';
import type { BifReport } from './bifReport';
import { FileReading, type OnProgress } from './fileReading';
import { BIF_LIMITS, blocksOf, readBif, type BifLimits } from './readBif';
import { CREATE_STAGING } from './stageRows';

/** A file on its way in; the stream stays open when the door has seen enough of it, and belongs to the caller. */
export interface BillFileDoor {
  /** Stores the file. Throws where the stream fails, and BackEndAway where the database does; then nothing is stored. */
  ingest(biller: Biller, name: string, stream: Readable, now: () => Date, onProgress?: OnProgress): Promise<BifReport>;
  /** The report that an import would give, and nothing stays. */
  check(biller: Biller, name: string, stream: Readable, now: () => Date, onProgress?: OnProgress): Promise<BifReport>;
  /** Whether the biller sent this content before; an import would change nothing (INV-03). */
  knows(biller: Biller, sha256: string): Promise<boolean>;
}

export interface BillFileDoorSettings {
  readonly orm: DataSource;
  readonly limits?: BifLimits;
  /** A clock that never goes back, in milliseconds. */
  readonly monotonicMs?: () => number;
}

/** Sorting a whole file in memory is many times faster than on disk; a file has a few such sorts, one after the other. */
const WORK_MEMORY = '64MB';
/** Between two statements an import does nothing but send the next one; a process that hangs there must not keep its locks. */
const IDLE_TIMEOUT = '60s';
const MILLISECONDS_PER_SECOND = 1000;

export function createBillFileDoor(settings: BillFileDoorSettings): BillFileDoor {
  const { orm, limits = BIF_LIMITS, monotonicMs = () => performance.now() } = settings;
  const open =
    (dryRun: boolean): BillFileDoor['ingest'] =>
    async (biller, name, stream, now, onProgress = () => undefined) => {
      const startedMs = monotonicMs();
      const file = new FileReading(biller, name, dryRun, () => (monotonicMs() - startedMs) / MILLISECONDS_PER_SECOND);
      const db = orm.createQueryRunner();
      try {
        // Nothing is held for a sender who has not begun to send.
        const reading = await file.begin(stream, limits);
        return await inTransaction(db, dryRun, async (client) => {
          await reading.stage(client, onProgress);
          return store(client, file, now).catch((error: unknown) => {
            throw asAway(error);
          });
        });
      } catch (error) {
        if (error instanceof BifRefusal) return file.refuse(error);
        throw error;
      } finally {
        await db.release();
      }
    };
  return {
    ingest: open(false),
    check: open(true),
    knows: async (biller, sha256) => {
      const rows: unknown[] = await orm.query('SELECT 1 FROM bif_files WHERE biller_id = $1 AND sha256 = $2', [
        biller.id,
        sha256,
      ]);
      return rows.length > 0;
    },
  };
}

/**
 * The biller whom the rows of a file name, of those who may bring one; undefined where there is none among the first rows.
 * Reads the beginning of the stream only.
 */
export async function peekBiller(stream: Readable, billers: readonly Biller[]): Promise<Biller | undefined> {
  let header: readonly string[] | undefined;
  for await (const records of readBif(blocksOf(stream))) {
    for (const record of records) {
      if (!('fields' in record)) continue;
      if (header === undefined) header = record.fields.map((name) => name.toLowerCase());
      else {
        const names = header;
        const found = billers.find((biller) => {
          const at = names.indexOf(columnLabel(biller, 'BillerGUID').toLowerCase());
          return record.fields[at]?.toLowerCase() === biller.id;
        });
        if (found !== undefined) return found;
      }
    }
    if (header !== undefined && records.length > 1) return undefined;
  }
  return undefined;
}

async function inTransaction<Result>(
  db: QueryRunner,
  dryRun: boolean,
  work: (client: ClientBase) => Promise<Result>,
): Promise<Result> {
  const client: unknown = await db.connect();
  if (!(client instanceof Client)) throw new Error('TypeORM gave something else than a connection of pg.');
  await db.startTransaction('READ COMMITTED');
  try {
    await client.query(`SET LOCAL work_mem = '${WORK_MEMORY}'`);
    await client.query(`SET LOCAL idle_in_transaction_session_timeout = '${IDLE_TIMEOUT}'`);
    // Compiling a statement that runs once costs more than it gives.
    await client.query('SET LOCAL jit = off');
    await client.query(CREATE_STAGING);
    const result = await work(client);
    if (dryRun) await db.rollbackTransaction();
    else await db.commitTransaction();
    return result;
  } catch (error) {
    // A connection that died has rolled back already, and cannot be told to; what it died of is the error to tell.
    if (db.isTransactionActive && !db.isReleased) await db.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}

/** What is done once all rows are staged: identity, plan, tables, report. Two files of a biller take turns from here. */
async function store(db: ClientBase, file: FileReading, now: () => Date): Promise<BifReport> {
  const billerId = file.biller.id;
  await db.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`bif ${billerId}`]);
  const known = await db.query<{ report: BifReport }>(
    'SELECT report FROM bif_files WHERE biller_id = $1 AND sha256 = $2',
    [billerId, file.sha256],
  );
  const earlier = known.rows[0];
  if (earlier !== undefined) return { ...earlier.report, file: file.name, dryRun: file.dryRun, alreadyIngested: true };
  // The number is taken under the lock, so that a later number is a later file (BAL-04).
  const ingestedAt = now();
  const filed = await db.query<{ id: string }>(
    `INSERT INTO bif_files (biller_id, sha256, name, ingested_at, report) VALUES ($1, $2, $3, $4, '{}') RETURNING id`,
    [billerId, file.sha256, file.name, ingestedAt],
  );
  const applied = { id: filed.rows[0]?.id ?? '', billerId, now: ingestedAt };
  const plan = await planBif(db, applied, file.rowsRead);
  await storeBills(db, applied, file.said);
  await storeLinks(db, applied, file.said, CO_OWNERS_MAX);
  const report = file.report(plan);
  await db.query('UPDATE bif_files SET report = $2 WHERE id = $1', [applied.id, JSON.stringify(report)]);
  return report;
}
