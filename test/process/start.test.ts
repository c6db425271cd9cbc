// `npm start` as a user meets it: from a home that others cannot enter, as root and as an ordinary user; stopped, killed, started again.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyProject, type ProjectCopy, type StartedProcess, type User } from '../setup/projectCopy';

/** A start generates and imports two utilities; on a busy machine that takes its time. */
jest.setTimeout(180_000);

const ORDINARY: User = { uid: 12_345, gid: 12_345 };

/** How often the test looks again, in milliseconds. */
const POLL_MS = 50;

/** Only root can be somebody else; as an ordinary user the suite tries what he can be. */
const USERS: readonly [string, User | undefined][] =
  process.getuid?.() === 0
    ? [
        ['root', undefined],
        ['an ordinary user', ORDINARY],
      ]
    : [['the ordinary user of this run', undefined]];

/** What the page asks for first. */
interface ExplorerSamples {
  readonly callers: readonly { readonly key: string; readonly token: string }[];
  readonly queries: readonly { readonly caller: string; readonly query: string; readonly variables: object }[];
}

const README = readFileSync(path.resolve(__dirname, '../../README.md'), 'utf8');

function block(mark: string): string {
  const found = new RegExp(`<!-- ${mark} -->\\s*\`\`\`\\w+\\n([\\s\\S]*?)\`\`\``).exec(README)?.[1];
  if (found === undefined) throw new Error(`the README has no ${mark}`);
  return found;
}

/** The processes that still run from this folder, or that have it in their arguments. */
function leftOver(project: ProjectCopy): string[] {
  const home = path.dirname(project.folder);
  return execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(home) && !line.includes('<defunct>'));
}

/** Runs the command that the start printed to copy. */
function runPrintedCurl(printed: string): unknown {
  const command = printed.split('\n').find((line) => line.startsWith('curl '));
  if (command === undefined) throw new Error('the start printed no curl command');
  return JSON.parse(execFileSync('bash', ['-c', command], { encoding: 'utf8' }));
}

describe.each(USERS)('started from a 0700 home by %s', (_name, user) => {
  let project: ProjectCopy;
  let first: string;
  const running: StartedProcess[] = [];

  const start = async (...args: string[]): Promise<StartedProcess> => {
    const started = project.start('src/start', args, { PORT: '0' });
    running.push(started);
    await started.until('begins anew.');
    return started;
  };

  beforeAll(async () => {
    project = await copyProject(user);
  });
  afterAll(async () => {
    for (const started of running) await started.end('SIGKILL');
    await project.remove();
  });

  test('it prints an address, tokens and a request that answers what the README shows', async () => {
    const started = await start();
    first = started.printed();
    expect(first).toContain(block('first-query').trim().slice(0, 40));
    for (const kind of ['owner', 'staff', 'guest']) expect(first).toMatch(new RegExp(`^${kind}.*: ey`, 'm'));
    expect(runPrintedCurl(first)).toEqual(JSON.parse(block('first-answer')));
  });

  test('its explorer page is there, with three sample tokens that are good', async () => {
    const url = /^ +Explorer +(\S+)$/m.exec(first)?.[1] ?? '';
    expect((await fetch(url)).headers.get('content-type')).toBe('text/html; charset=utf-8');
    const samples = (await (await fetch(`${url}explorer/samples`)).json()) as ExplorerSamples;
    expect(samples.callers.map(({ key }) => key)).toEqual(['owner', 'staff', 'guest']);
    for (const { caller, query, variables } of samples.queries) {
      const token = samples.callers.find(({ key }) => key === caller)?.token;
      const answer = await fetch(`${url}graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query, variables }),
      });
      const body = await answer.text();
      expect([body, answer.status]).toEqual([expect.not.stringMatching(/"errors"|accountByNumber":null/), 200]);
    }
  });

  test('the interrupt of a terminal stops every child', async () => {
    const started = running.at(-1);
    expect(await started?.end('SIGINT')).toBe(0);
    expect(leftOver(project)).toEqual([]);
  });

  test('an interrupt in the middle of a start leaves nothing running either', async () => {
    const started = project.start('src/start', ['--fresh'], { PORT: '0' });
    running.push(started);
    await started.until('importing bill files');
    expect(await started.end('SIGINT')).toBe(130);
    // The database was told to stop and does so by itself; one that never does is found by the time limit of the test.
    while (leftOver(project).length > 0) await sleep(POLL_MS);
  });

  test('a second start finds the data again, also after the first was killed', async () => {
    const killed = await start();
    await killed.end('SIGKILL');
    const again = await start();
    expect(again.printed()).toContain('found the data of an earlier start');
    expect(runPrintedCurl(again.printed())).toEqual(JSON.parse(block('first-answer')));
    // A terminal that closes.
    expect(await again.end('SIGHUP')).toBe(0);
    expect(leftOver(project)).toEqual([]);
  });
});
