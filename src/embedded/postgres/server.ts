/** Starts the server process of the embedded database, and says when it answers. */
import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../freePort';
import { answers } from '../postgresConnection';
import type { PostgresBinaries } from './binaries';
import { giveTo, type PostgresPlace } from './place';
import { endPostmaster, removeMisleadingFile } from './postmaster';
import { messageOf } from './systemError';

/** A start takes 0.1 s; after a hard end the log is replayed first, which for data of this size stays below this. */
const READY_DEADLINE_MS = 60_000;

/** How often a starting server is asked. */
const POLL_MS = 20;

/** The port may be taken between finding and using it, and a killed server's last children need a moment to go. */
const STARTS_MAX = 5;
const WORTH_ANOTHER_START = /could not bind|pre-existing shared memory block/;
const PAUSE_BETWEEN_STARTS_MS = 200;

/** What of the log is shown when a start fails, in lines. */
const LOG_TAIL_LINES = 20;

/** Begun anew when it is larger, so that it does not grow for years. */
const LOG_BYTES_MAX = 5_000_000;

/** Settings for a database that a laptop carries without feeling it. */
const SETTINGS: Readonly<Record<string, string>> = {
  // Old builds of OpenSSL and ICU are inside: nobody but this machine may reach the server.
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  // They are the user's data; whoever throws his data away may say otherwise.
  fsync: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Values of rows stand in the details of errors and in the statements: customers' names reach no log (CIS-02).
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

/** What is needed to start the server. */
export interface ServerOptions {
  place: PostgresPlace;
  binaries: PostgresBinaries;
  password: string;
  /** Replace or add to the settings of the server. */
  settings: Readonly<Record<string, string>>;
  log: (line: string) => void;
}

/** A server that this process started and that answers. */
export interface PostgresServer {
  port: number;
  /** Ends the server and comes back when it is gone; may be called more than once. */
  stop(): Promise<void>;
}

/**
 * Starts the server on a free port and waits until it answers a query.
 * @throws Error with the end of the server's log when it does not come up
 */
export async function startPostgresServer(options: ServerOptions): Promise<PostgresServer> {
  for (let start = 1; ; start++) {
    const port = await findFreePort();
    const failure = await startOnce(options, port);
    if (!('reason' in failure)) return failure;
    if (start === STARTS_MAX || !WORTH_ANOTHER_START.test(failure.reason)) throw new Error(failure.reason);
    await sleep(PAUSE_BETWEEN_STARTS_MS);
  }
}

async function startOnce(options: ServerOptions, port: number): Promise<PostgresServer | { reason: string }> {
  const { place } = options;
  await removeMisleadingFile(place.cluster);
  const logFile = await openLog(place);
  const logStart = (await logFile.stat()).size;
  const child = spawnServer(options, port, logFile);
  const ended = onceEnded(child);
  await logFile.close();

  let watching = false;
  let stopping: Promise<void> | undefined;
  const endWithUs = (): void => void child.kill('SIGINT');
  // Whatever ends this process in the ordinary way, an uncaught error included, takes the server along.
  process.once('exit', endWithUs);
  void ended.then((how) => {
    process.off('exit', endWithUs);
    if (watching && stopping === undefined) options.log(`the embedded database has ended by itself: ${how}`);
  });
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined) await endPostmaster(place.cluster, child.pid, options.binaries);
    await ended;
  };

  const trouble = await whyNotReady(options.password, port, ended);
  if (trouble !== undefined) {
    await stop();
    return { reason: `The embedded database did not start: ${trouble}\n${await readTail(place, logStart)}` };
  }
  watching = true;
  return { port, stop: async () => (stopping ??= stop()) };
}

function spawnServer({ place, binaries, settings }: ServerOptions, port: number, logFile: FileHandle): ChildProcess {
  const all = Object.entries({ ...SETTINGS, ...settings, port: String(port) });
  const args = ['-D', place.cluster, ...all.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  return spawn(binaries.postgres, args, {
    ...place.user,
    // A process group of its own: Ctrl-C reaches this process only, which ends the server in order.
    detached: true,
    stdio: ['ignore', logFile.fd, logFile.fd],
    cwd: place.folder,
    env: { LC_ALL: 'C' },
    windowsHide: true,
  });
}

/** Says how the process ended; it never fails. */
async function onceEnded(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      resolve(`its program could not be run (${error.message})`);
    });
    child.once('exit', (code, signal) => {
      resolve(signal === null ? `exit code ${code}` : `signal ${signal}`);
    });
  });
}

async function whyNotReady(password: string, port: number, ended: Promise<string>): Promise<string | undefined> {
  const deadline = performance.now() + READY_DEADLINE_MS;
  let end: string | undefined;
  void ended.then((how) => (end = how));
  while (performance.now() < deadline) {
    if (end !== undefined) return end;
    try {
      if (await answers(port, password)) return undefined;
    } catch (error) {
      return messageOf(error);
    }
    await sleep(POLL_MS);
  }
  return `it does not answer after ${READY_DEADLINE_MS / 1000} s`;
}

async function openLog(place: PostgresPlace): Promise<FileHandle> {
  const file = await open(place.logFile, 'a', 0o600);
  if ((await file.stat()).size > LOG_BYTES_MAX) await file.truncate();
  await giveTo(place.user, place.logFile);
  return file;
}

/** What the server has written since this start, its last lines. */
async function readTail(place: PostgresPlace, from: number): Promise<string> {
  const written = (await readFile(place.logFile)).subarray(from).toString('utf8');
  return written.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
