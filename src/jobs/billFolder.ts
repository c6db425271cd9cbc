// A biller's folder for bill files: what lies there and has come whole, how one is claimed, and where it ends with its report.
import { constants, type Stats } from 'node:fs';
import { link, lstat, mkdir, open, readdir, rename, writeFile, type FileHandle, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { renderReport, type BifReport } from '../../datasources/bills/bifReport';

export interface BillFolderParts {
  /** The folder of this biller; it is made where it is not there. */
  readonly path: string;
  /** A file is taken when it has not changed for so long, in milliseconds. */
  readonly settleMs: number;
  /** A clock that never goes back, in milliseconds. */
  readonly monotonicMs: () => number;
  /** Hears, once for each, of what lies there and will never be taken. */
  readonly onRefused: (reason: Refusal) => void;
}

export type Refusal = 'SYMBOLIC_LINK' | 'NO_FILE' | 'NAME';

/** A file that is nobody else's any more; whoever has it closes the handle. */
export interface ClaimedFile {
  readonly name: string;
  readonly handle: FileHandle;
}

export interface BillFolder {
  /** Whether there is something to claim; a look that changes nothing. */
  hasWork(): Promise<boolean>;
  /** One that a process left in the middle, else the first by name of those that have come whole. */
  claim(): Promise<ClaimedFile | undefined>;
  /** Moves a claimed file to `done` or `rejected`, its report beside it; gives its new name. */
  finish(name: string, report: BifReport, at: Date): Promise<string>;
  /** Gives a claimed file back to whoever still writes to it. */
  putBack(name: string): Promise<void>;
  /** Leaves a claimed file where it is; this process does not take it again. */
  setAside(name: string): void;
}

/** Letters, digits and some marks: nothing that is a path, is hidden, or could forge a line of a log. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._ ()+-]{0,149}$/;

/** How senders call a file that is still on its way; they rename it when it has come whole. */
const UNFINISHED = /^\.|\.(part|partial|filepart|tmp|temp|crdownload)$/i;

/** So many names are looked at in one pass, the first ones: a folder with more has a backlog, not more to choose from. */
const LOOKS_MAX = 1000;

const FOLDERS = ['working', 'done', 'rejected'] as const;

/** Never through a link, and a pipe that somebody put there does not hold us up. */
const READ_ONLY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export function openBillFolder(parts: BillFolderParts): BillFolder {
  const { path, settleMs, monotonicMs, onRefused } = parts;
  /** How each file was when it was last seen to change, and when that was. */
  let looks = new Map<string, { readonly stats: Stats; readonly sinceMs: number }>();
  const told = new Set<string>();
  const aside = new Set<string>();

  function refuse(name: string, reason: Refusal): false {
    if (told.has(name)) return false;
    // Who fills the folder with odd names fills the log, but not the memory.
    if (told.size >= LOOKS_MAX) told.clear();
    told.add(name);
    onRefused(reason);
    return false;
  }

  function mayTake(name: string, stats: Stats): boolean {
    if (stats.isSymbolicLink()) return refuse(name, 'SYMBOLIC_LINK');
    return stats.isFile() || refuse(name, 'NO_FILE');
  }

  /** Names of the files that have come whole, in their order. */
  async function listReady(): Promise<readonly string[]> {
    const nowMs = monotonicMs();
    const seen: typeof looks = new Map();
    const ready: string[] = [];
    const names = (await readdir(path)).filter(
      (name) => !UNFINISHED.test(name) && !FOLDERS.some((own) => own === name),
    );
    const named = names.filter((name) => NAME.test(name) || refuse(name, 'NAME'));
    for (const name of named.sort().slice(0, LOOKS_MAX)) {
      const stats = await statsOf(join(path, name));
      if (stats === undefined || !mayTake(name, stats)) continue;
      const last = looks.get(name);
      const look = last !== undefined && isSame(last.stats, stats) ? last : { stats, sinceMs: nowMs };
      seen.set(name, look);
      if (nowMs - look.sinceMs >= settleMs) ready.push(name);
    }
    looks = seen;
    return ready;
  }

  async function listWorking(): Promise<readonly string[]> {
    return (await readdir(join(path, 'working'))).filter((name) => NAME.test(name)).sort();
  }

  /** Undefined where somebody else was quicker, or where what was taken is no file after all. */
  async function openClaimed(name: string): Promise<ClaimedFile | undefined> {
    const handle = await open(join(path, 'working', name), READ_ONLY).catch((error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return undefined;
      if (!isSystemError(error, 'ELOOP')) throw error;
      aside.add(name);
      refuse(name, 'SYMBOLIC_LINK');
      return undefined;
    });
    if (handle === undefined) return undefined;
    if ((await handle.stat()).isFile()) return { name, handle };
    await handle.close();
    aside.add(name);
    refuse(name, 'NO_FILE');
    return undefined;
  }

  async function claim(): Promise<ClaimedFile | undefined> {
    const working = await listWorking();
    for (const name of working.filter((each) => !aside.has(each))) {
      const claimed = await openClaimed(name);
      if (claimed !== undefined) return claimed;
    }
    for (const name of await listReady()) {
      // What was set aside under the same name would be lost, and must not hold up the file that was sent in its place.
      const free = freeOf(name, working);
      if (!NAME.test(free) || !(await moved(join(path, name), join(path, 'working', free)))) continue;
      const claimed = await openClaimed(free);
      if (claimed !== undefined) return claimed;
    }
    return undefined;
  }

  return {
    hasWork: async () => {
      await makeFolders(path);
      const left = (await listWorking()).some((name) => !aside.has(name));
      return (await listReady()).length > 0 || left;
    },
    claim,
    finish: async (name, report, at) => {
      const folder = join(path, report.refused === null ? 'done' : 'rejected');
      const free = await freeName(folder, `${stampOf(at)}-${name}`);
      // The file comes last: where it stands its report stands, and a stop in between leaves it to be taken again.
      await writeFile(join(folder, `${free}.report.json`), `${JSON.stringify(report)}\n`);
      await writeFile(join(folder, `${free}.report.txt`), `${renderReport(report)}\n`);
      await rename(join(path, 'working', name), join(folder, free));
      return free;
    },
    putBack: async (name) => {
      // A sender may have written a new file under the name meanwhile, which must not be lost.
      for (let attempt = 0; ; attempt += 1) {
        const back = join(path, attempt === 0 ? name : `${attempt}-${name}`);
        const isFree = await link(join(path, 'working', name), back).then(
          () => true,
          (error: unknown) => {
            if (isSystemError(error, 'EEXIST')) return false;
            throw error;
          },
        );
        if (isFree) break;
      }
      await unlink(join(path, 'working', name));
    },
    setAside: (name) => void aside.add(name),
  };
}

/** Makes what is not there. Throws where one of them is a link: what is put there would land somewhere else. */
async function makeFolders(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  for (const folder of [path, ...FOLDERS.map((name) => join(path, name))]) {
    await mkdir(folder, { recursive: true });
    if (!(await lstat(folder)).isDirectory()) throw new Error('a folder for bill files is a link');
  }
}

/** The same bytes as far as the system tells. */
export function isSame(one: Stats, other: Stats): boolean {
  return one.size === other.size && one.mtimeMs === other.mtimeMs && one.ino === other.ino;
}

/** Undefined where it has gone meanwhile. */
async function statsOf(path: string): Promise<Stats | undefined> {
  return await lstat(path).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  });
}

/** The name, or one that begins with a number where the others have it. */
function freeOf(name: string, taken: readonly string[]): string {
  let free = name;
  for (let count = 1; taken.includes(free); count += 1) free = `${count}-${name}`;
  return free;
}

/** False where it was gone already: a rename is done by one process only. */
async function moved(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return false;
    throw error;
  }
}

/** A name that nothing in the folder has, so that no earlier file or report is written over. */
async function freeName(folder: string, name: string): Promise<string> {
  const taken = new Set(await readdir(folder));
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? name : `${name}.${count}`;
    if (!taken.has(candidate) && !taken.has(`${candidate}.report.json`)) return candidate;
  }
}

/** `20260305T150000Z`: to the second, in UTC. */
function stampOf(at: Date): string {
  return at
    .toISOString()
    .replaceAll(/[-:]/g, '')
    .replace(/\.\d{3}/, '');
}

/** Read by form and not by class: system errors may come from another realm of the runtime. */
function isSystemError(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
