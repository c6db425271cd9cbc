/**
 * Finds the folder in which the embedded database's files stand, and the system user it runs as.
 *
 * Postgres refuses to run as root. Started as root it runs as the user that owns the files, a new database as nobody;
 * where that user cannot reach the project (a clone under a 0700 home) the files stand in a folder of the system.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, chown, lstat, mkdir, mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { hasCode, messageOf } from './systemError';

const run = promisify(execFile);

/** The user `nobody` has this number on nearly every Linux; a number without a name would do for Postgres as well. */
const NOBODY: SystemUser = { uid: 65_534, gid: 65_534 };

/** Tried in this order: the second serves where /var/lib cannot be written, as in a read-only image. */
export const SYSTEM_FOLDERS: readonly string[] = ['/var/lib/daffron-subgraph', '/var/tmp/daffron-subgraph'];

/** A system user to run a program as. */
export interface SystemUser {
  uid: number;
  gid: number;
}

/** Where the embedded database lives. */
export interface PostgresPlace {
  /** Holds the cluster, its password, its log and the tickets of its owners. */
  folder: string;
  /** What Postgres calls its data directory. */
  cluster: string;
  /** What the server has to say. */
  logFile: string;
  /** Whom to run Postgres as; undefined: as this process. */
  user: SystemUser | undefined;
  /** A folder for a copy of the binaries, should those of the package be of no use to `user`. */
  openSpareFolder(): Promise<string>;
}

/** How the place is found; `systemFolders` is given by tests only. */
export interface PlaceOptions {
  dataDir: string;
  projectRoot: string;
  systemFolders?: readonly string[];
}

/**
 * The place of the database that belongs to `dataDir`: the same one at each call, once it holds a database.
 * @throws Error when an existing database belongs to a user as whom this process cannot run it
 */
export async function findPostgresPlace(options: PlaceOptions): Promise<PostgresPlace> {
  const systemFolders = options.systemFolders ?? SYSTEM_FOLDERS;
  await mkdir(options.dataDir, { recursive: true });
  const here = await realpath(options.dataDir);
  const owner = await findOwner(clusterIn(here));
  const self = process.getuid?.();
  if (self !== 0) {
    if (self !== undefined && owner !== undefined && owner.uid !== self) throw ownedByAnother(here, owner);
    return placeAt(here, undefined, async () => here);
  }
  const openSpareFolder = async (): Promise<string> => openSystemFolder(systemFolders);
  if (owner !== undefined) {
    if (!(await mayKeepFiles(owner, here))) throw ownedByAnother(here, owner);
    return placeAt(here, owner, openSpareFolder);
  }
  const name = nameOf(await realpath(options.projectRoot), here);
  const kept = await findKeptElsewhere(systemFolders, name);
  if (kept !== undefined) return placeAt(kept.folder, kept.owner, openSpareFolder);
  if (await mayKeepFiles(NOBODY, here)) return placeAt(here, NOBODY, openSpareFolder);
  return placeAt(await openFolder(path.join(await openSpareFolder(), name)), NOBODY, openSpareFolder);
}

/** Lets the database's user own what this process made for it; nothing to do where it runs as ourselves. */
export async function giveTo(user: SystemUser | undefined, file: string): Promise<void> {
  if (user !== undefined) await chown(file, user.uid, user.gid);
}

const clusterIn = (folder: string): string => path.join(folder, 'cluster');

function placeAt(folder: string, user: SystemUser | undefined, openSpareFolder: () => Promise<string>): PostgresPlace {
  return { folder, cluster: clusterIn(folder), logFile: path.join(folder, 'postgres.log'), user, openSpareFolder };
}

/** Two clones, or two data folders of one clone, get two names; a clone gets its own name again. */
function nameOf(projectRoot: string, dataDir: string): string {
  return createHash('sha256').update(`${projectRoot}\0${dataDir}`).digest('hex').slice(0, 16);
}

async function findOwner(cluster: string): Promise<SystemUser | undefined> {
  try {
    const { uid, gid } = await stat(cluster);
    return { uid, gid };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function ownedByAnother(folder: string, owner: SystemUser): Error {
  return new Error(
    `The embedded database in ${folder} belongs to the system user ${owner.uid}, as whom it cannot be run from here. ` +
      'Start as that user or as root (who needs the folders above it open to that user), ' +
      'remove the folder to begin anew, or give a DATABASE_URL.',
  );
}

async function findKeptElsewhere(
  systemFolders: readonly string[],
  name: string,
): Promise<{ folder: string; owner: SystemUser } | undefined> {
  for (const systemFolder of systemFolders) {
    const folder = path.join(systemFolder, name);
    const owner = await findOwner(clusterIn(folder));
    if (owner === undefined) continue;
    // The order matters: below a folder that only root may change, all else was made by root.
    await refuseUnlessRoots(systemFolder);
    return { folder, owner };
  }
  return undefined;
}

/** Tries it out, rather than reading mode bits: only so are access lists, mounts and shares without owners told. */
async function mayKeepFiles(user: SystemUser, folder: string): Promise<boolean> {
  const trial = await mkdtemp(path.join(folder, 'trial-'));
  try {
    await chown(trial, user.uid, user.gid);
    await run('/bin/sh', ['-c', 'cd -- "$0" && : > file', trial], { ...user, cwd: '/', env: {} });
    return true;
  } catch {
    return false;
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

/**
 * The first of `folders` that can be made or is there already, and that only root may change.
 * @throws Error that says of each folder why it will not do
 */
async function openSystemFolder(folders: readonly string[]): Promise<string> {
  const reasons: string[] = [];
  for (const folder of folders) {
    try {
      return await openFolder(folder);
    } catch (error) {
      reasons.push(messageOf(error));
    }
  }
  throw new Error(
    'The database cannot run as root, and there is no folder for it that another user can reach: ' +
      `${reasons.join('; ')}. Start as an ordinary user, or give a DATABASE_URL.`,
  );
}

/** Makes the folder where it is missing; whatever the umask, others may pass through it and only root may change it. */
async function openFolder(folder: string): Promise<string> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  await refuseUnlessRoots(folder);
  await chmod(folder, 0o755);
  return folder;
}

/** Anybody may make a folder of a known name under /var/tmp, or a link to one: such a one is not ours to fill. */
async function refuseUnlessRoots(folder: string): Promise<void> {
  const found = await lstat(folder);
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder`);
  if (found.uid !== 0 || (found.mode & 0o022) !== 0) throw new Error(`${folder} may be changed by others than root`);
}
