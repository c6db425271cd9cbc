// Processes of the bench: how one starts, what it costs (from /proc, so on Linux only), and how it ends.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(__dirname, '..');

export interface Target {
  readonly name: string;
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts a TypeScript file of targets/, which tells its address when it listens. */
export async function startTarget(name: string, file: string, args: readonly string[]): Promise<Target> {
  const run = ['--require', join(__dirname, 'register.cjs'), join(__dirname, 'targets', file), '--name', name, ...args];
  const child = spawn(process.execPath, run, {
    cwd: ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  // Libraries print to the same stream; the address is the first line that is JSON.
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith('{')) continue;
    child.stdout.resume();
    const { url } = JSON.parse(line) as { url: string };
    return { name, url, pid: child.pid ?? 0, stop: () => end(child) };
  }
  throw new Error(`${name} ended before it told its address`);
}

/** Where the time of the product goes, for whoever looks for what to mend: its CPU profile is written there at the end. */
export interface ProductOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly port: number;
  readonly profileFolder?: string | undefined;
}

const START_DEADLINE_MS = 120_000;

/** Starts the product as `npm start` does, in production mode, with its log in a file. */
export async function startProduct({ env, logFile, port, profileFolder }: ProductOptions): Promise<Target> {
  const log = openSync(logFile, 'w');
  const profile = profileFolder === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileFolder];
  const [, ...start] = startScript().split(' ');
  const child = spawn(process.execPath, [...profile, ...start], {
    cwd: ROOT,
    stdio: ['ignore', log, log],
    env: { ...process.env, ...env, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: String(port) },
  });
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + START_DEADLINE_MS;
  while (!(await isReady(url))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      throw new Error(`the product did not start:\n${readFileSync(logFile, 'utf8').slice(-3000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { name: 'ours', url, pid: child.pid ?? 0, stop: () => end(child) };
}

/** What `npm start` runs: `node` with its flags; npm itself would be a process between. */
function startScript(): string {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: { start: string } };
  return scripts.start;
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/health/ready`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Linux counts a process's time in ticks of 10 ms. */
const TICKS_PER_SECOND = 100;

/** Seconds of CPU that a process has used, all its threads together. */
export function cpuSeconds(pid: number): number {
  // The name, in brackets, may hold blanks; user and system time are the 12th and 13th fields behind it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Forgets the highest memory so far, so that the next turn has its own. */
export function resetPeakMemory(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** The highest resident memory since it was last forgotten, in megabytes. */
export function peakMemoryMb(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** The part of the machine that others took while nothing of ours ran, for the reader of the figures. */
export function loadAverage(): string {
  return readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ');
}

/** What the figures were measured on. */
export function machine(): string {
  const model = /model name\s*:\s*(.+)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown CPU';
  const cores = readdirSync('/sys/devices/system/cpu').filter((name) => /^cpu\d+$/.test(name)).length;
  const memory = Number(/MemTotal:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]) / 1024 / 1024;
  return `${cores} cores (${model}), ${memory.toFixed(0)} GB, Node ${process.versions.node}`;
}
