/**
 * The embedded database: a real Postgres from npm that needs no installing. It belongs to one process at a time, its
 * owner; what a killed owner left running is ended and started anew, and nothing that was committed is lost.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { findPostgresBinaries } from './postgres/binaries';
import { makeCluster, readPassword, removeCluster } from './postgres/cluster';
import { takeOwnerTicket } from './postgres/ownerTicket';
import { findPostgresPlace, type PlaceOptions, type PostgresPlace } from './postgres/place';
import { endPostmaster, findPostmaster } from './postgres/postmaster';
import { startPostgresServer } from './postgres/server';
import { answers, DATABASE_NAME, makeDatabase, urlOf } from './postgresConnection';

/** How long a process that shares the database waits for an owner that is just starting it. */
const SHARE_DEADLINE_MS = 60_000;
const POLL_MS = 50;

/** An embedded database that answers. */
export interface EmbeddedPostgres {
  /** Connects to the database `daffron`, with its password: not for a log. */
  url: string;
  /** The folder that really holds the files, which need not be the one that was asked for. */
  dataDir: string;
  /** Ends the server if this call started it, and comes back when it is gone; may be called more than once. */
  stop(): Promise<void>;
  /** False when the server belongs to another process. */
  startedHere: boolean;
}

/** What the embedded database is opened with. */
export interface EmbeddedPostgresOptions extends PlaceOptions {
  /** The folder for the database's files; made when it is missing. */
  dataDir: string;
  /** The folder of this clone; with `dataDir` it names the files when they have to stand elsewhere. */
  projectRoot: string;
  /** Told in plain lines what takes time or is out of the ordinary; never a password. */
  log: (line: string) => void;
  /** True: use the server of another process that runs, and start one only where there is none. */
  share?: boolean;
  /** Settings of the server that replace or add to its own, for a database that is thrown away. */
  settings?: Readonly<Record<string, string>>;
}

/**
 * Starts (or finds again) the embedded database whose files belong to the folder `dataDir`.
 * @throws Error when another process uses it and `share` is not true, when this platform has no binaries, or when the
 * server does not come up (with the end of its log)
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = await findPostgresPlace(options);
  const deadline = performance.now() + SHARE_DEADLINE_MS;
  for (;;) {
    // Asked anew each time round: the owner may end while we wait for his server, and then it is our turn.
    const ticket = await takeOwnerTicket(place.folder);
    if ('release' in ticket) return startAsOwner(place, options, ticket.release);
    if (options.share !== true) throw usedByAnother(place, ticket.heldBy);
    const shared = await findShared(place);
    if (shared !== undefined) return shared;
    if (performance.now() > deadline) {
      throw new Error(`Process ${ticket.heldBy} has the embedded database in ${place.folder}, but it does not answer.`);
    }
    await sleep(POLL_MS);
  }
}

/**
 * Removes the embedded database that belongs to `dataDir`, wherever its files stand, so that the next start is a first.
 * @throws Error when another process uses it
 */
export async function removeEmbeddedPostgres(
  options: Omit<EmbeddedPostgresOptions, 'share' | 'settings'>,
): Promise<void> {
  const place = await findPostgresPlace(options);
  const ticket = await takeOwnerTicket(place.folder);
  if ('heldBy' in ticket) throw usedByAnother(place, ticket.heldBy);
  try {
    await endOrphan(place, options.log);
    await removeCluster(place);
  } finally {
    await ticket.release();
  }
}

function usedByAnother(place: PostgresPlace, pid: number): Error {
  return new Error(`Another process (${pid}) is using the embedded database in ${place.folder}; stop it first.`);
}

async function startAsOwner(
  place: PostgresPlace,
  options: EmbeddedPostgresOptions,
  release: () => Promise<void>,
): Promise<EmbeddedPostgres> {
  const { log, settings = {} } = options;
  try {
    await endOrphan(place, log);
    const binaries = await findPostgresBinaries(place, log);
    await makeCluster({ place, binaries, sync: settings['fsync'] !== 'off', log });
    const password = await readPassword(place);
    const server = await startPostgresServer({ place, binaries, password, settings, log });
    const stop = async (): Promise<void> => {
      try {
        await server.stop();
      } finally {
        await release();
      }
    };
    try {
      await makeDatabase(server.port, password);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return { url: urlOf(server.port, password, DATABASE_NAME), dataDir: place.folder, stop, startedHere: true };
  } catch (error) {
    await release();
    throw error;
  }
}

/** We own the place, so a server that runs there has lost its owner: he was killed and could not stop it. */
async function endOrphan(place: PostgresPlace, log: (line: string) => void): Promise<void> {
  const orphan = await findPostmaster(place.cluster);
  if (orphan === undefined) return;
  log(`ending the database process ${orphan.pid}, which outlived the process that had started it`);
  await endPostmaster(place.cluster, orphan.pid, await findPostgresBinaries(place, log));
}

/** The server of the place's owner if it answers, with the house's database in it. */
async function findShared(place: PostgresPlace): Promise<EmbeddedPostgres | undefined> {
  const postmaster = await findPostmaster(place.cluster);
  if (postmaster === undefined || !(postmaster.port > 0)) return undefined;
  const password = await readPassword(place);
  if (!(await answers(postmaster.port, password, DATABASE_NAME))) return undefined;
  const url = urlOf(postmaster.port, password, DATABASE_NAME);
  return { url, dataDir: place.folder, stop: async () => undefined, startedHere: false };
}
