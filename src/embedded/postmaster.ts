/** Finds and ends the server process of an embedded database, whichever process started it. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './postgresBinaries';
import { readRunningProcess } from './runningProcess';
import { hasCode } from './systemError';

const run = promisify(execFile);

/** A fast shutdown (SIGINT) ends the sessions and writes a checkpoint; on a slow disk that may take seconds. */
const FAST_SHUTDOWN_MS = 10_000;

/** An immediate shutdown (SIGQUIT) writes nothing more; the next start recovers what was committed. */
const IMMEDIATE_SHUTDOWN_MS = 5_000;

/** Short enough that a stop is not felt, long enough that asking costs nothing. */
const POLL_MS = 20;

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
  let lines: readonly string[];
  try {
    lines = (await readFile(postmasterFile(cluster), 'utf8')).split('\n');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  // Line 1 is the process, line 4 the port; the server writes the first three lines first, and the others later.
  const [pid, port] = [Number(lines[0]), Number(lines[3])];
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return (await isPostmasterOf(cluster, pid)) ? { pid, port } : undefined;
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
  for (const [signal, waitMs] of steps) {
    await signalPostmaster(pid, signal, binaries);
    const deadline = performance.now() + waitMs;
    while (performance.now() < deadline) {
      if (!(await isPostmasterOf(cluster, pid))) return;
      await sleep(POLL_MS);
    }
  }
  throw new Error(`The database process ${pid} of ${cluster} does not end.`);
}

/** The command line names the cluster; Windows tells only the program's name, which must do there. */
async function isPostmasterOf(cluster: string, pid: number): Promise<boolean> {
  const running = await readRunningProcess(pid);
  if (running === undefined) return false;
  return process.platform === 'win32'
    ? /^postgres/i.test(running.command)
    : `${running.command} `.includes(` -D ${cluster} `) && /\bpostgres\b/.test(running.command);
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
