/** Makes the files of a new embedded database, and keeps the password that opens it. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { DATABASE_NAME } from '../postgresConnection';
import type { PostgresBinaries } from './binaries';
import { giveTo, type PostgresPlace } from './place';
import { hasCode, messageOf } from './systemError';

const run = promisify(execFile);

/** 24 random bytes are beyond guessing; in base64url they need no escaping in a URL. */
const PASSWORD_BYTES = 24;

/** Making a cluster takes well below a second; a minute is for a machine that is busy with an install. */
const INITDB_DEADLINE_MS = 60_000;

/**
 * Makes the cluster unless it is there. It gets its name when it is whole, so that a first start which was killed
 * leaves nothing that a second one could take for a database.
 * @param sync false leaves the new files to the system's cache; for databases that are thrown away
 */
export async function makeCluster(options: {
  place: PostgresPlace;
  binaries: PostgresBinaries;
  sync: boolean;
  log: (line: string) => void;
}): Promise<void> {
  const { place, binaries, sync, log } = options;
  if (await exists(place.cluster)) return;
  log(`making the embedded database in ${place.folder}`);
  await removeDrafts(place);
  const draft = `${place.cluster}-${process.pid}`;
  await mkdir(draft, { mode: 0o700 });
  await giveTo(place.user, draft);
  await makePassword(place);
  await initdb(binaries, place, [
    `--pgdata=${draft}`,
    `--username=${DATABASE_NAME}`,
    `--pwfile=${passwordFile(place)}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Postgres' own collation by code point: the same order on every system, and no old ICU library in the indexes.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(sync ? [] : ['--no-sync']),
  ]);
  await rename(draft, place.cluster);
}

/**
 * The password of the role DATABASE_NAME.
 * @throws Error when it is lost or belongs to another system user
 */
export async function readPassword(place: PostgresPlace): Promise<string> {
  try {
    return await readFile(passwordFile(place), 'utf8');
  } catch (error) {
    throw new Error(`The password of the embedded database cannot be read from ${passwordFile(place)}`, {
      cause: error,
    });
  }
}

/** Removes the database with its password and log; what is left of the place is its owner's ticket. */
export async function removeCluster(place: PostgresPlace): Promise<void> {
  // Renamed first: a removal that is broken off must not leave half a cluster under the name of a whole one.
  if (await exists(place.cluster)) await rename(place.cluster, `${place.cluster}-${process.pid}`);
  await removeDrafts(place);
  await rm(passwordFile(place), { force: true });
  await rm(place.logFile, { force: true });
}

const passwordFile = (place: PostgresPlace): string => path.join(place.folder, 'password');

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

/** Only the owner of the place comes here, so whatever has the name of a draft is left from a process that died. */
async function removeDrafts(place: PostgresPlace): Promise<void> {
  const drafts = (await readdir(place.folder)).filter((name) => /^cluster-\d+$/.test(name));
  await Promise.all(drafts.map((name) => rm(path.join(place.folder, name), { recursive: true, force: true })));
}

/** Kept in a file that only the database's user (and root) may read: a command line is open to everybody. */
async function makePassword(place: PostgresPlace): Promise<void> {
  const file = passwordFile(place);
  await rm(file, { force: true });
  await writeFile(file, randomBytes(PASSWORD_BYTES).toString('base64url'), { mode: 0o600, flag: 'wx' });
  await giveTo(place.user, file);
}

async function initdb(binaries: PostgresBinaries, place: PostgresPlace, args: readonly string[]): Promise<void> {
  const nameless = isNameless(place);
  const [program, before] = nameless ? ['unshare', [...AS_NOBODY, binaries.initdb]] : [binaries.initdb, []];
  try {
    await run(program, [...before, ...args], {
      ...place.user,
      cwd: place.folder,
      env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
      timeout: INITDB_DEADLINE_MS,
      windowsHide: true,
    });
  } catch (error) {
    const hint = nameless
      ? ' This process runs as a system user without a name, for whom initdb works only where `unshare` may make a ' +
        'user namespace: give the user a name in /etc/passwd, or give a DATABASE_URL.'
      : '';
    const reason = messageOf(error);
    throw new Error(`The embedded database could not be made in ${place.folder}.${hint} ${reason}`, { cause: error });
  }
}

/** In a user namespace of its own a program takes itself for nobody, and its files still belong to the real user. */
const AS_NOBODY: readonly string[] = ['--user', '--map-user=65534', '--map-group=65534', '--'];

/** Containers are often run as a bare number. The server does not mind, but initdb wants to know its user's name. */
function isNameless(place: PostgresPlace): boolean {
  if (process.platform !== 'linux' || place.user !== undefined) return false;
  try {
    userInfo();
    return false;
  } catch {
    return true;
  }
}
