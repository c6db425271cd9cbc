/** Reads what the operating system knows of a process, so that a number in an old file is not taken for a live one. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { hasCode } from './systemError';

const run = promisify(execFile);

/** A process that runs now. */
export interface RunningProcess {
  /** When it was started, in the system's own words: tells it from another that later got the same number. */
  started: string;
  /** Its command line, the words parted by blanks; on Windows only the program's file name. */
  command: string;
}

/**
 * What runs under the number `pid` now, or undefined when nothing does; a process that has ended and only waits for
 * its parent to ask for the exit code counts as ended.
 */
export async function readRunningProcess(pid: number): Promise<RunningProcess | undefined> {
  if (process.platform === 'linux') return readFromProc(pid);
  return process.platform === 'win32' ? readFromTasklist(pid) : readFromPs(pid);
}

async function readFromProc(pid: number): Promise<RunningProcess | undefined> {
  try {
    const [stat, command, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'latin1'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    // The second field is the program's name in brackets, which may itself hold blanks and brackets.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || startTicks === undefined) return undefined;
    return { started: `${boot.trim()} ${startTicks}`, command: command.split('\0').join(' ').trim() };
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}

/** `lstart` is always five words, such as "Mon Nov 23 08:48:00 2026". */
const PS_LINE = /^(?<state>\S+)\s+(?<started>(?:\S+\s+){4}\S+)\s+(?<command>.*)$/;

/** For macOS, which has no /proc; exported so that its reading of `ps` is tested where there is another way, too. */
export async function readFromPs(pid: number): Promise<RunningProcess | undefined> {
  const env = { LC_ALL: 'C', PATH: '/bin:/usr/bin' };
  const found = await run('ps', ['-ww', '-o', 'stat=,lstart=,command=', '-p', String(pid)], { env }).catch(() => null);
  const { state, started, command } = PS_LINE.exec(found?.stdout.trim() ?? '')?.groups ?? {};
  if (started === undefined || command === undefined || state?.startsWith('Z') !== false) return undefined;
  return { started, command };
}

/** Windows tells no start time by a plain command: there a number that was used again by the same program is believed. */
async function readFromTasklist(pid: number): Promise<RunningProcess | undefined> {
  const { stdout } = await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'], { windowsHide: true });
  const [, command] = /^"([^"]+)","\d+"/m.exec(stdout) ?? [];
  return command === undefined ? undefined : { started: command, command };
}
