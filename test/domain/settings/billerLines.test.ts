// Changed settings while the process runs: who keeps his line to Daffron, who gets another, and when an old one closes.
import pino from 'pino';
import type { Daffron } from '../../../datasources/daffron/daffron';
import { openBillerLines, type BillerLines } from '../../../src/billers/billerLines';
import { createReload } from '../../../src/billers/reloadBillers';
import { readBillers, type BillerSettings } from '../../../src/billersFile';
import { ConfigurationError } from '../../../src/config';
import { openLog } from '../../../src/log';
import { entryWith, fileOf, lineWith, SECRETS } from './billerEntry';

const ONE = '00000000-0000-4000-8000-000000000001';
const TWO = '00000000-0000-4000-8000-000000000002';

interface Line extends Daffron {
  readonly billerId: string;
  closed: number;
}

let opened: Line[];
let timers: { ms: number; act: () => void; isCancelled: boolean }[];
let lines: BillerLines;

const unused = () => Promise.reject(new Error('nothing is asked here'));

/** As openDaffron does, it refuses what XML cannot carry. */
async function open(wanted: BillerSettings): Promise<Daffron> {
  if (wanted.daffron.header.appName === 'bad') throw new Error('the MultiSpeak header value AppName is bad');
  const line: Line = {
    billerId: wanted.biller.id,
    closed: 0,
    fetchPayableItems: unused,
    ping: unused,
    fetchMethods: unused,
    state: () => ({ waiting: 0, waitingMax: 0, inFlight: 0, isBreakerOpen: false }),
    close: () => {
      line.closed += 1;
      return Promise.resolve();
    },
  };
  opened.push(line);
  return await Promise.resolve(line);
}

function settings(...entries: readonly Readonly<Record<string, unknown>>[]): readonly BillerSettings[] {
  const read = readBillers(fileOf(...entries.map((entry) => entryWith(entry))), (reference) =>
    'env' in reference ? SECRETS[reference.env] : undefined,
  );
  expect(read.problems).toEqual([]);
  return read.settings;
}

const lineOf = (id: string): Line => {
  const biller = lines.get(id);
  const found = biller && opened.find((line) => line === lines.lineOf(biller));
  if (found === undefined) throw new Error(`no line of ${id}`);
  return found;
};

beforeEach(async () => {
  opened = [];
  timers = [];
  lines = await openBillerLines(settings({ id: ONE }, { id: TWO }), {
    open,
    graceMs: 15_000,
    after: (ms, act) => {
      const timer = { ms, act, isCancelled: false };
      timers.push(timer);
      return () => {
        timer.isCancelled = true;
      };
    },
  });
});

test('CIS-04 who is set as before keeps his line, with its breaker and connections', async () => {
  const [one, two] = [lineOf(ONE), lineOf(TWO)];
  expect(await lines.replace(settings({ id: TWO }, { id: ONE, name: 'Renamed' }))).toEqual({
    opened: 0,
    kept: 2,
    closing: 0,
  });
  expect([lineOf(ONE), lineOf(TWO)]).toEqual([one, two]);
  expect(lines.get(ONE)?.name).toBe('Renamed');
  expect([opened.length, timers.length]).toEqual([2, 0]);
});

test.each([
  ['his endpoint', { daffron: lineWith({ endpoint: 'https://new.example.org/' }) }],
  ['his version', { daffron: lineWith({ version: '3.0' }) }],
  ['the secret that is named', { daffron: lineWith({ password: { env: 'DAFFRON_USER' } }) }],
  ['his zone, by which days of answers are read', { timeZone: 'America/Denver' }],
])(
  'CIS-04 another line is opened where %s has changed; the old one closes when no request can be left',
  async (_what, change) => {
    const biller = lines.get(ONE);
    const old = lineOf(ONE);
    expect(await lines.replace(settings({ id: ONE, ...change }, { id: TWO }))).toEqual({
      opened: 1,
      kept: 1,
      closing: 1,
    });
    expect(lineOf(ONE)).not.toBe(old);
    // A request that began before has the settings of then, and its line still works.
    expect(biller && lines.lineOf(biller)).toBe(old);
    expect([old.closed, timers.map(({ ms }) => ms)]).toEqual([0, [15_000]]);
    timers[0]?.act();
    expect(old.closed).toBe(1);
  },
);

test('CIS-04 who is gone gets no new requests, and his line closes later; one who is new is there at once', async () => {
  const old = lineOf(TWO);
  const third = '00000000-0000-4000-8000-000000000003';
  await lines.replace(settings({ id: ONE }, { id: third }));
  expect(lines.get(TWO)).toBeUndefined();
  expect(lines.list().map(({ id }) => id)).toEqual([ONE, third]);
  expect([lineOf(third).billerId, old.closed]).toEqual([third, 0]);
  await lines.close();
  expect(opened.map(({ closed }) => closed)).toEqual([1, 1, 1]);
  expect(timers.map(({ isCancelled }) => isCancelled)).toEqual([true]);
});

test('CAP-03 where one line cannot be opened nothing changes, and those already opened close again', async () => {
  const before = [lineOf(ONE), lineOf(TWO)];
  const changed = settings(
    { id: ONE, daffron: lineWith({ endpoint: 'https://new.example.org/' }) },
    { id: TWO, daffron: lineWith({ appName: 'bad' }) },
  );
  await expect(lines.replace(changed)).rejects.toThrow(
    'CONFIGURATION_INVALID billers[1].daffron: the MultiSpeak header value AppName is bad',
  );
  expect([lineOf(ONE), lineOf(TWO)]).toEqual(before);
  expect(opened.map(({ closed }) => closed)).toEqual([0, 0, 1]);
  expect(timers).toEqual([]);
});

describe('a reload', () => {
  const said: Record<string, unknown>[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void said.push(JSON.parse(line)) });
  const counted: string[] = [];
  const metrics = { reload: (outcome: string) => void counted.push(outcome) };
  beforeEach(() => {
    said.length = 0;
    counted.length = 0;
  });

  test('CAP-03 of a good file says what became of the lines', async () => {
    await createReload({ billers: lines, readAgain: () => settings({ id: ONE }), log, metrics })();
    expect(counted).toEqual(['taken']);
    expect(said).toEqual([
      {
        level: 30,
        code: 'BILLERS_TAKEN',
        billers: 1,
        lines: { opened: 0, kept: 1, closing: 1 },
        msg: 'changed billers are in force',
      },
    ]);
    expect(lines.list()).toHaveLength(1);
  });

  test('CAP-03 of a bad file leaves the old in force, and says every problem by code and setting', async () => {
    const problems = [{ code: 'CONFIGURATION_INVALID', setting: 'billers[0].name', message: 'is missing' }] as const;
    const readAgain = (): never => {
      throw new ConfigurationError(problems);
    };
    await createReload({ billers: lines, readAgain, log, metrics })();
    expect(counted).toEqual(['refused']);
    expect(said).toEqual([
      { level: 50, code: 'BILLERS_REFUSED', problems, msg: 'the billers of before stay in force' },
    ]);
    expect(lines.list()).toHaveLength(2);
  });

  test('a bug in it tells its type and none of its words', async () => {
    const readAgain = (): never => {
      throw new TypeError('swordfish-77');
    };
    await createReload({ billers: lines, readAgain, log })();
    expect(said).toEqual([
      { level: 50, code: 'BILLERS_REFUSED', type: 'TypeError', msg: 'the billers of before stay in force' },
    ]);
  });

  test('several at once take turns, and the last file is the one in force', async () => {
    const files = [settings({ id: ONE }), settings({ id: TWO }), settings({ id: ONE }, { id: TWO })];
    const reload = createReload({ billers: lines, readAgain: () => files.shift() ?? [], log: openLog('silent') });
    await Promise.all([reload(), reload(), reload()]);
    expect(lines.list().map(({ id }) => id)).toEqual([ONE, TWO]);
  });
});
