// The watched folder's job: one pass takes at most one bill file of each biller, through the same door as every other.
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import type { BillFileDoor } from '../../datasources/bills/ingestBif';
import type { BifReport } from '../../datasources/bills/bifReport';
import { BackEndAway } from '../../datasources/postgres/backEndAway';
import { exclusively } from '../../datasources/postgres/exclusively';
import type { Biller } from '../../domain/biller';
import type { Logger } from '../log';
import type { Metrics } from '../sight/metrics';
import { isSame, openBillFolder, type BillFolder, type ClaimedFile } from './billFolder';

export interface FolderJobParts {
  /** Has a folder for each biller, called by his id. */
  readonly path: string;
  readonly settleMs: number;
  readonly billers: { list(): readonly Biller[] };
  readonly door: BillFileDoor;
  readonly orm: DataSource;
  readonly log: Logger;
  readonly metrics?: Pick<Metrics, 'folderFile'> | undefined;
  readonly now: () => Date;
  /** A clock that never goes back, in milliseconds. */
  readonly monotonicMs: () => number;
}

export interface FolderJob {
  /**
   * One pass over the billers; how many files came to their end. Never rejects: what failed is logged and tried again. When
   * the signal fires, a file that is still being read is left to whoever comes next.
   */
  once(signal: AbortSignal): Promise<number>;
}

export function openFolderJob(parts: FolderJobParts): FolderJob {
  const { billers, log, metrics } = parts;
  const folders = new Map<string, BillFolder>();

  function folderOf({ id }: Biller): BillFolder {
    const known = folders.get(id);
    if (known !== undefined) return known;
    const folder = openBillFolder({
      path: join(parts.path, id),
      settleMs: parts.settleMs,
      monotonicMs: parts.monotonicMs,
      onRefused: (reason) => {
        metrics?.folderFile('not_a_file');
        log.warn({ code: 'BIF_FOLDER_REFUSED', billerId: id, reason }, 'not a bill file');
      },
    });
    folders.set(id, folder);
    return folder;
  }

  /** True where a file came to its end. */
  async function importNext(biller: Biller, signal: AbortSignal): Promise<boolean> {
    const folder = folderOf(biller);
    if (!(await folder.hasWork())) return false;
    let isDone = false;
    // One file at a time for each biller, whoever has his folder; and what lies in `working` is then nobody's.
    await exclusively(parts.orm, `bif folder ${biller.id}`, async () => {
      const claimed = await folder.claim();
      if (claimed === undefined) return;
      try {
        isDone = await importClaimed(biller, folder, claimed, signal);
      } finally {
        await claimed.handle.close();
      }
    });
    return isDone;
  }

  async function importClaimed(
    biller: Biller,
    folder: BillFolder,
    claimed: ClaimedFile,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { name } = claimed;
    const { report, isChanged } = await ingest(parts, biller, claimed, signal).catch((error: unknown) => {
      // What the database cannot take now it may take later; a file that fails for another reason must not hold up the rest.
      if (!signal.aborted && !(error instanceof BackEndAway)) {
        folder.setAside(name);
        metrics?.folderFile('set_aside');
      }
      throw error;
    });
    if (isChanged) {
      await folder.putBack(name);
      metrics?.folderFile('put_back');
      log.warn({ code: 'BIF_FILE_CHANGED', billerId: biller.id, file: name }, 'a bill file changed while it was read');
      return false;
    }
    const file = await folder.finish(name, report, parts.now());
    metrics?.folderFile(report.refused === null ? 'done' : 'rejected');
    log.info({ code: 'BIF_FILE_ENDED', billerId: biller.id, file, ...factsOf(report) }, 'bill file');
    return true;
  }

  return {
    once: async (signal) => {
      let ended = 0;
      for (const biller of billers.list()) {
        if (signal.aborted) break;
        try {
          if (await importNext(biller, signal)) ended += 1;
        } catch (error) {
          if (!signal.aborted)
            log.error({ code: 'BIF_FOLDER_FAILED', billerId: biller.id, ...causeOf(error) }, 'folder');
        }
      }
      return ended;
    },
  };
}

/** Reads the file until it ends, or the signal fires: then nothing of it is stored. Tells whether somebody wrote to it meanwhile. */
async function ingest(
  { door, now }: FolderJobParts,
  biller: Biller,
  { name, handle }: ClaimedFile,
  signal: AbortSignal,
): Promise<{ readonly report: BifReport; readonly isChanged: boolean }> {
  const before = await handle.stat();
  const stream = handle.createReadStream({ autoClose: false });
  // The door listens from its first read on; a stop before that must not end the process.
  stream.on('error', () => undefined);
  // What has been read to its end is being stored, and goes on.
  const end = (): void => {
    if (!stream.readableEnded) stream.destroy(new Error('the service stops'));
  };
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    const report = await door.ingest(biller, name, stream, now);
    return { report, isChanged: !isSame(before, await handle.stat()) };
  } finally {
    signal.removeEventListener('abort', end);
    // It takes the handle along.
    stream.destroy();
  }
}

function factsOf({ refused, counts, alreadyIngested, seconds }: BifReport): object {
  return { refused: refused?.code ?? null, alreadyIngested, counts, seconds };
}

/** The type and the system's code alone: a message may hold a path, or quote a row. */
function causeOf(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const cause = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { type: error.name, cause };
}
