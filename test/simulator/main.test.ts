// The simulator and the sample writer as processes of their own, compiled from source as a build would be.
import { transformFile } from '@swc/core';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CEDAR_RIDGE, MILL_CREEK } from '../../simulator/world/billers';
import { exchange } from './smallSimulator';

const PROJECT = join(__dirname, '..', '..');

/** Below the project, so that packages are found, and in a folder that no other tool looks into. */
let folder: string;

/** Compiles the simulator alone: that it runs so shows that it needs nothing of the house. */
async function compileSimulator(): Promise<void> {
  const sources = await readdir(join(PROJECT, 'simulator'), { recursive: true });
  for (const source of sources.filter((name) => name.endsWith('.ts'))) {
    const target = join(folder, 'dist', 'simulator', source.replace(/\.ts$/, '.js'));
    const { code } = await transformFile(join(PROJECT, 'simulator', source), {
      swcrc: false,
      module: { type: 'commonjs' },
      jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    });
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, code);
  }
}

beforeAll(async () => {
  await mkdir(join(PROJECT, '.cache'), { recursive: true });
  folder = await mkdtemp(join(PROJECT, '.cache', 'simulator-'));
  await compileSimulator();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is read of the message of a simulator that is ready. */
interface Ready {
  type: string;
  fresh: boolean;
  url: string;
  bifFiles: string[];
  billers: { id: string; password: string }[];
  people: { owner: { userName: string } };
}

/** Forks a compiled entry; what it writes is kept. */
function forkIt(entry: string, args: readonly string[]) {
  const child = fork(join(folder, 'dist', 'simulator', entry), args, { silent: true, execArgv: [] });
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const codeAfter = async (event: 'exit' | 'close') => {
    await once(child, event);
    return child.exitCode;
  };
  // A child that was disconnected never says `close`, and one that failed has not said all at its `exit`.
  return { child, exited: codeAfter('exit'), closed: codeAfter('close'), said: () => said };
}

async function startMain(...args: string[]) {
  const { child, exited, said } = forkIt('main.js', ['--data', join(folder, 'data'), '--latency-ms', '0', ...args]);
  const first = await Promise.race([once(child, 'message'), exited]);
  if (!Array.isArray(first)) throw new Error(`it ended before it was ready: ${said()}`);
  const ready: Ready = first[0];
  return { child, exited, ready };
}

test('a first start makes the world, a second one finds it, SIGINT is left to the parent and SIGTERM obeyed', async () => {
  const first = await startMain('--today', '2026-03-31');
  expect(first.ready).toMatchObject({ type: 'ready', fresh: true, people: { owner: { userName: 'janedoe' } } });
  expect(first.ready.billers.map(({ id }) => id)).toEqual([CEDAR_RIDGE.id, MILL_CREEK.id]);
  expect((await readFile(first.ready.bifFiles[0] ?? '', 'utf8')).slice(0, 11)).toBe('BillerGUID|');
  first.child.kill('SIGINT');
  const { status } = await exchange(first.ready.url, 'GET /stats HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  expect(status).toBe(200);
  first.child.kill('SIGTERM');
  expect(await first.exited).toBe(0);

  const second = await startMain('--today', '2026-04-30');
  expect(second.ready).toMatchObject({ fresh: false, bifFiles: first.ready.bifFiles });
  expect(second.ready.billers.map(({ password }) => password)).toEqual(
    first.ready.billers.map(({ password }) => password),
  );
  second.child.disconnect();
  expect(await second.exited).toBe(0);
});

test.each([
  [['--data', 'd', '--today', '2026-02-30'], 'not a calendar day: 2026-02-30'],
  [['--data', 'd', '--port', 'x'], '--port must be a whole number'],
  [[], 'main --data DIR'],
])('arguments %j are refused in a word', async (args, message) => {
  const { closed, said } = forkIt('main.js', args);
  expect(await closed).toBe(1);
  expect(said()).toContain(message);
});

test('a sample file has as many rows as were asked for, over two types when told so, and the same every time', async () => {
  const out = join(folder, 'sample.bif');
  const args = ['--rows', '501', '--out', out, '--today', '2026-03-31', '--two-types'];
  expect(await forkIt('sample.js', args).exited).toBe(0);
  const text = await readFile(out, 'utf8');
  const lines = text.trimEnd().split('\n');
  expect([lines.length, lines.at(-1)?.slice(0, 13)]).toEqual([503, '#TRAILER|501|']);
  const types = lines.slice(1, -1).map((line) => line.split('|')[1]);
  expect([types.filter((type) => type === '42').length, types.filter((type) => type === '43').length]).toEqual([
    251, 250,
  ]);
  expect(await forkIt('sample.js', args).exited).toBe(0);
  expect(await readFile(out, 'utf8')).toBe(text);
});

test('a sample over two types is refused for a biller with one', async () => {
  const { closed, said } = forkIt('sample.js', ['--rows', '2', '--out', 'x', '--two-types', '--biller', MILL_CREEK.id]);
  expect(await closed).toBe(1);
  expect(said()).toContain('Mill Creek Water Utility has one invoice type only');
});
