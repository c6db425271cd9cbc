/** Finds and ends the server process of an embedded database, whichever process started it. */
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './binaries';
import { readRunningProcess } from './runningProcess';
import { hasCode } from './systemError';

const run = promisify(execFile);

/** A fast shutdown (SIGINT) ends the sessions and writes a checkpoint; on a slow disk that may take seconds. */
const FAST_SHUTDOWN_MS = 10_000;

/** An immediate shutdown (SIGQUIT) writes nothing more; the next start recovers what was committed. */
const IMMEDIATE_SHUTDOWN_MS = 5_000;

/** Short enough that a stop is not felt, long enough that asking costs nothing. */
const POLL_MS = 20;

/** How a command line begins whose program is a Postgres server. */
const POSTGRES = /(?:^|\/)postgres(?:\.exe)?(?:[ :]|$)/;

/** A server process that runs on a cluster. */
export interface Postmaster {
  pid: number;
  /** The port of 127.0.0.1 on which it listens. */
  port: number;
}

/** The file in which the server says who it is; it stays behind when the server is killed. */
export const postmasterFile = (cluster: string): string => path.join(cluster, 'postmaster.pid');

/** The server that runs on the cluster now; a file left behind, or a number that another program has now, is none. */
export async function findPostmaster(cluster: string): Promise<Postmaster | undefined> {
  const { pid, dataDir, port } = await readPostmasterFile(cluster);
  return (await isPostmaster(pid, dataDir)) ? { pid, port } : undefined;
}

/**
 * Removes the file of a server that is gone where its number is in use again, for a new server would take that process
 * for the old one and refuse to start. Where a Postgres of whatever kind has the number the file stays: two servers on
 * the same files would destroy them, and a new one that finds its file knows better how to tell.
 */
export async function removeMisleadingFile(cluster: string): Promise<void> {
  const { pid } = await readPostmasterFile(cluster);
  if (!isNumberInUse(pid)) return;
  // In use and yet not running is a process that ended and that nobody asks for its exit code, as in some containers.
  const running = await readRunningProcess(pid);
  if (running === undefined || !POSTGRES.test(running.command)) await rm(postmasterFile(cluster), { force: true });
}

/**
 * Ends the server in order, the hard way when it takes too long, and comes back when the process is gone.
 * @throws Error when it is still there after both
 */
export async function endPostmaster(cluster: string, pid: number, binaries: PostgresBinaries): Promise<void> {
  const steps = [
    ['INT', FAST_SHUTDOWN_MS],
    ['QUIT', IMMEDIATE_SHUTDOWN_MS],
  ] as const;
  const started = (await readRunningProcess(pid))?.started;
  if (started === undefined) return;
  for (const [signal, waitMs] of steps) {
    await signalPostmaster(pid, signal, binaries);
    const deadline = performance.now() + waitMs;
    while (performance.now() < deadline) {
      if ((await readRunningProcess(pid))?.started !== started) return;
      await sleep(POLL_MS);
    }
  }
  throw new Error(`The database process ${pid} of ${cluster} does not end.`);
}

/** Without a file, or with one that is being written, there is no number: 0, which no process has. */
async function readPostmasterFile(cluster: string): Promise<{ pid: number; dataDir: string; port: number }> {
  let text = '';
  try {
    text = await readFile(postmasterFile(cluster), 'utf8');
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  const [pid, dataDir = '', , port] = text.split('\n');
  return { pid: Number.parseInt(pid ?? '', 10) || 0, dataDir, port: Number(port ?? 0) };
}

/** The command line names the data folder; Windows tells only the program's name, which must do there. */
async function isPostmaster(pid: number, dataDir: string): Promise<boolean> {
  const running = pid > 0 ? await readRunningProcess(pid) : undefined;
  if (running === undefined || !POSTGRES.test(running.command)) return false;
  return process.platform === 'win32' || `${running.command} `.includes(` -D ${dataDir} `);
}

function isNumberInUse(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

async function signalPostmaster(pid: number, signal: 'INT' | 'QUIT', binaries: PostgresBinaries): Promise<void> {
  if (process.platform === 'win32') {
    // Node can only cut a process off there; pg_ctl has a way to tell the server.
    await run(binaries.pgCtl, ['kill', signal, String(pid)], { windowsHide: true });
    return;
  }
  try {
    process.kill(pid, `SIG${signal}`);
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}
