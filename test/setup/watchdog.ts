/** Ends the servers of a test run that was killed: nothing else is left to do it then. */
import { execFile, spawn } from 'node:child_process';
import { chmod, mkdtemp, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Has a shell wait for the end of this process, however it ends, and then run `script`.
 * @param script for /bin/sh, with `args` as $1, $2 and so on
 * @returns calls the shell off, for a process that has cleaned up after itself
 */
export function watchOverUs(script: string, ...args: readonly string[]): () => void {
  // The system closes our end of the pipe when we are gone; nothing is ever written into it.
  const shell = spawn('/bin/sh', ['-c', `read -r _; ${script}`, 'watchdog', ...args], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  return () => {
    shell.kill('SIGKILL');
  };
}

/** A folder for the files of servers. */
export interface ServerFolder {
  path: string;
  /** Removes it with all that is in it; a server that a failed test has left there is ended first. */
  remove(): Promise<void>;
}

/**
 * Ends each Postgres that has its files below $1 the quick way, waits until it is gone, and removes the files. A number
 * counts only while its command line names the folder: it may be an old one, or that of a process nobody waits for.
 */
const CLEAN_UP = `
  is_ours() {
    case "$(tr '\\0' ' ' < "/proc/$2/cmdline" || ps -o command= -p "$2")" in *"$1"*) true ;; *) false ;; esac
  }
  find "$1" -name postmaster.pid -exec head -n 1 {} \\; | while read -r pid; do
    is_ours "$1" "$pid" && kill -QUIT "$pid"
    while is_ours "$1" "$pid"; do sleep 0.1; done
  done
  rm -rf "$1"`;

/** Makes a folder of a new name that every user may pass through: a server that root starts runs as another. */
export async function makeServerFolder(): Promise<ServerFolder> {
  const folder = await mkdtemp(path.join(await findOpenFolder(), 'daffron-test-'));
  const callOff = watchOverUs(CLEAN_UP, folder);
  await chmod(folder, 0o755);
  const remove = async (): Promise<void> => {
    await run('/bin/sh', ['-c', CLEAN_UP, 'clean-up', folder]);
    callOff();
  };
  return { path: folder, remove };
}

/** Root may have his temporary files in a place of his own; a server that runs as another user needs an open one. */
async function findOpenFolder(): Promise<string> {
  if (process.getuid?.() !== 0) return tmpdir();
  for (const folder of [tmpdir(), '/tmp', '/var/tmp']) {
    if (await mayAllPass(folder)) return folder;
  }
  throw new Error('Neither the folder for temporary files nor /tmp nor /var/tmp is open to all users.');
}

async function mayAllPass(folder: string): Promise<boolean> {
  const mode = await stat(folder).then(
    (found) => found.mode,
    () => 0,
  );
  const above = path.dirname(folder);
  return (mode & 0o001) !== 0 && (above === folder || mayAllPass(above));
}
