// The watched folder: what is taken and when, where it ends, and that neither a crash nor a second process does one twice.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import pino from 'pino';
import { createBillFileDoor, type BillFileDoor } from '../../datasources/bills/ingestBif';
import { openDatabase } from '../../datasources/postgres/database';
import { BackEndAway } from '../../datasources/postgres/backEndAway';
import type { Biller } from '../../domain/biller';
import { openBillFolder } from '../../src/jobs/billFolder';
import { openFolderJob, type FolderJob, type FolderJobParts } from '../../src/jobs/importFolder';
import { watchFolder } from '../../src/jobs/watchFolder';
import { bill, BILLER, billFile } from '../fixtures/billFiles';
import { at, openBillHouse, type BillHouse } from '../fixtures/billHouse';

const OTHER: Biller = { ...BILLER, id: '00000000-0000-4000-8000-000000000002' };
const SETTLE_MS = 10_000;

/** How often the test looks again, in milliseconds. */
const POLL_MS = 5;

let house: BillHouse;
let root: string;
let clockMs: number;
let job: FolderJob;
const said: { readonly code: string; readonly reason?: string; readonly alreadyIngested?: boolean }[] = [];
const unstopped = new AbortController().signal;

beforeAll(async () => {
  house = await openBillHouse();
});
beforeEach(async () => {
  await house.clear();
  root = mkdtempSync(path.join(tmpdir(), 'bills-'));
  clockMs = 0;
  said.length = 0;
  job = openJob();
  await job.once(unstopped);
});
afterEach(() => rmSync(root, { recursive: true }));
afterAll(async () => await house.close());

function openJob(changes: Partial<FolderJobParts> = {}): FolderJob {
  return openFolderJob({
    path: root,
    settleMs: SETTLE_MS,
    billers: { list: () => [BILLER, OTHER] },
    door: house.door,
    orm: house.database.orm,
    log: pino({ base: null, timestamp: false }, { write: (line: string) => void said.push(JSON.parse(line)) }),
    now: () => at(0),
    monotonicMs: () => clockMs,
    ...changes,
  });
}

const inFolder = (...parts: readonly string[]) => path.join(root, BILLER.id, ...parts);
const drop = (name: string, text: string, biller = BILLER) => writeFileSync(path.join(root, biller.id, name), text);
const list = (folder = '') => readdirSync(inFolder(folder)).sort();
const codes = () => said.map(({ code, reason }) => (reason === undefined ? code : `${code} ${reason}`));
const numbers = async () =>
  (await house.rows<{ n: string }>('SELECT invoice_number AS n FROM invoices ORDER BY 1')).map(({ n }) => n);

/** Looks, lets the time go by in which files must not change, and looks again. */
async function settleAndPass(of = job): Promise<number> {
  await of.once(unstopped);
  clockMs += SETTLE_MS;
  return await of.once(unstopped);
}

test('INV-02 a file that came is imported, and lies in done with its report as JSON and as text', async () => {
  drop('march.bif', billFile([bill(1), bill(2)]));
  expect(await settleAndPass()).toBe(1);
  expect(await numbers()).toEqual(['N-01', 'N-02']);
  const file = '20260401T120000Z-march.bif';
  expect(list('done')).toEqual([file, `${file}.report.json`, `${file}.report.txt`]);
  expect(readFileSync(inFolder('done', file), 'utf8')).toBe(billFile([bill(1), bill(2)]));
  const report = JSON.parse(readFileSync(inFolder('done', `${file}.report.json`), 'utf8'));
  expect(report).toMatchObject({ file: 'march.bif', refused: null, counts: { read: 2, new: 2 } });
  expect(readFileSync(inFolder('done', `${file}.report.txt`), 'utf8')).toMatch(/new +2\n/);
  expect(list()).toEqual(['done', 'rejected', 'working']);
  expect(said).toMatchObject([{ code: 'BIF_FILE_ENDED', billerId: BILLER.id, file, refused: null }]);
});

test('INV-05 a file that is refused whole lies in rejected, and the report says why', async () => {
  drop('odd.bif', 'AccountNumber|Zip\n1|2\n');
  expect(await settleAndPass()).toBe(1);
  const [file, json, text] = list('rejected');
  expect(file).toMatch(/-odd.bif$/);
  expect(JSON.parse(readFileSync(inFolder('rejected', json ?? ''), 'utf8'))).toMatchObject({
    refused: { code: 'REQUIRED_COLUMN_MISSING' },
  });
  expect(readFileSync(inFolder('rejected', text ?? ''), 'utf8')).toContain('REFUSED REQUIRED_COLUMN_MISSING');
  expect(list('done')).toEqual([]);
});

test("INV-02 the folder says whose file it is: another biller's rows in it are rejected", async () => {
  drop('a.bif', billFile([bill(1)]), OTHER);
  expect(await settleAndPass()).toBe(1);
  expect(await numbers()).toEqual([]);
  expect(said).toMatchObject([{ billerId: OTHER.id, counts: { read: 1, rejected: 1 } }]);
});

test('INV-02 files of a biller come in by their names, one in a pass; another biller does not wait for them', async () => {
  drop('2.bif', billFile([bill(2)]));
  drop('1.bif', billFile([bill(1)]));
  drop('1.bif', billFile([bill(3, { BillerGUID: OTHER.id })]), OTHER);
  expect(await settleAndPass()).toBe(2);
  expect(await numbers()).toEqual(['N-01', 'N-03']);
  expect([await job.once(unstopped), await job.once(unstopped)]).toEqual([1, 0]);
  expect(await numbers()).toEqual(['N-01', 'N-02', 'N-03']);
});

describe('what has not come whole', () => {
  test('INV-05 is not taken before it has been left alone for the time that is set', async () => {
    const text = billFile([bill(1), bill(2)]);
    drop('slow.bif', text.slice(0, 300));
    await job.once(unstopped);
    clockMs += SETTLE_MS - 1;
    appendFileSync(inFolder('slow.bif'), text.slice(300));
    expect(await job.once(unstopped)).toBe(0);
    clockMs += SETTLE_MS - 1;
    expect(await job.once(unstopped)).toBe(0);
    clockMs += 1;
    expect(await job.once(unstopped)).toBe(1);
    expect(await numbers()).toEqual(['N-01', 'N-02']);
  });

  test.each(['.march.bif', 'march.bif.part', 'march.bif.TMP', 'march.bif.filepart'])(
    'INV-05 is not taken as %s, until the sender gives it its name',
    async (name) => {
      drop(name, billFile([bill(1)]));
      expect(await settleAndPass()).toBe(0);
      renameSync(inFolder(name), inFolder('march.bif'));
      expect(await settleAndPass()).toBe(1);
      expect(codes()).toEqual(['BIF_FILE_ENDED']);
    },
  );

  test('INV-05 and changes while it is read goes back, and comes in when it has come whole', async () => {
    const changing: BillFileDoor = {
      ...house.door,
      ingest: async (biller, name, stream, now) => {
        const report = await house.door.ingest(biller, name, stream, now);
        appendFileSync(inFolder('working', name), billFile([bill(2)]).split('\n')[1] ?? '');
        return report;
      },
    };
    drop('a.bif', billFile([bill(1)]));
    expect(await settleAndPass(openJob({ door: changing }))).toBe(0);
    expect([list(), list('done'), codes()]).toEqual([
      ['a.bif', 'done', 'rejected', 'working'],
      [],
      ['BIF_FILE_CHANGED'],
    ]);
    expect(await settleAndPass()).toBe(1);
    expect(await numbers()).toEqual(['N-01', 'N-02']);
  });
});

describe('what is no bill file of this biller', () => {
  test('X1 a link is never followed, wherever it leads, and is told once', async () => {
    const outside = path.join(root, 'outside.bif');
    writeFileSync(outside, billFile([bill(1)]));
    symlinkSync(outside, inFolder('link.bif'));
    symlinkSync(outside, inFolder('working', 'planted.bif'));
    expect([await settleAndPass(), await job.once(unstopped)]).toEqual([0, 0]);
    expect(await numbers()).toEqual([]);
    expect(existsSync(outside)).toBe(true);
    expect(codes()).toEqual(['BIF_FOLDER_REFUSED SYMBOLIC_LINK', 'BIF_FOLDER_REFUSED SYMBOLIC_LINK']);
  });

  test.each(['a\\..\\..\\up.bif', 'a\nforged line.bif', '-rf', 'n'.repeat(151)])(
    'X1 the name %j is refused, and is not repeated in the log',
    async (name) => {
      drop(name, billFile([bill(1)]));
      expect([await settleAndPass(), await job.once(unstopped)]).toEqual([0, 0]);
      expect(codes()).toEqual(['BIF_FOLDER_REFUSED NAME']);
      expect(JSON.stringify(said)).not.toContain(JSON.stringify(name).slice(1, -1));
    },
  );

  test('X1 a folder is left alone', async () => {
    mkdirSync(inFolder('sub'));
    expect(await settleAndPass()).toBe(0);
    expect(codes()).toEqual(['BIF_FOLDER_REFUSED NO_FILE']);
  });

  test('X1 a folder of ours that is a link takes nothing: reports would land somewhere else', async () => {
    rmSync(inFolder('done'), { recursive: true });
    mkdirSync(path.join(root, 'elsewhere'));
    symlinkSync(path.join(root, 'elsewhere'), inFolder('done'));
    drop('a.bif', billFile([bill(1)]));
    drop('b.bif', billFile([bill(2, { BillerGUID: OTHER.id })]), OTHER);
    expect(await settleAndPass()).toBe(1);
    expect(await numbers()).toEqual(['N-02']);
    expect(codes()).toContain('BIF_FOLDER_FAILED');
  });
});

describe('what goes wrong', () => {
  const failing = (failure: Error): BillFileDoor => ({
    ...house.door,
    ingest: async () => await Promise.reject(failure),
  });

  test('INV-05 the database is away: the file waits, and comes in when that is back', async () => {
    drop('a.bif', billFile([bill(1)]));
    const away = openJob({ door: failing(new BackEndAway('POSTGRES', 'ECONNREFUSED', undefined)) });
    expect([await settleAndPass(away), await away.once(unstopped)]).toEqual([0, 0]);
    expect(codes()).toEqual(['BIF_FOLDER_FAILED', 'BIF_FOLDER_FAILED']);
    expect(await job.once(unstopped)).toBe(1);
    expect(await numbers()).toEqual(['N-01']);
  });

  test('INV-05 a file that fails by a bug does not hold up the next one, and tells no secret', async () => {
    drop('a.bif', billFile([bill(1)]));
    drop('b.bif', billFile([bill(2)]));
    let failures = 0;
    const oddDoor: BillFileDoor = {
      ...house.door,
      ingest: async (biller, name, stream, now) => {
        if (name !== 'a.bif') return await house.door.ingest(biller, name, stream, now);
        failures += 1;
        throw new Error('DOE JANE');
      },
    };
    const odd = openJob({ door: oddDoor });
    expect([await settleAndPass(odd), await odd.once(unstopped), await odd.once(unstopped)]).toEqual([0, 1, 0]);
    expect([failures, list('working'), await numbers()]).toEqual([1, ['a.bif'], ['N-02']]);
    expect(JSON.stringify(said)).not.toContain('DOE');
    // The next start tries it again.
    expect(await openJob().once(unstopped)).toBe(1);
  });

  test('INV-05 a file that is sent in the place of one that failed is taken at once, and writes over nothing', async () => {
    let failures = 0;
    const outcomes: string[] = [];
    const oddDoor: BillFileDoor = {
      ...house.door,
      ingest: async (biller, name, stream, now) => {
        failures += 1;
        if (failures === 1) throw new Error('a bug');
        return await house.door.ingest(biller, name, stream, now);
      },
    };
    const odd = openJob({ door: oddDoor, metrics: { folderFile: (outcome) => void outcomes.push(outcome) } });
    drop('a.bif', billFile([bill(1)]));
    expect(await settleAndPass(odd)).toBe(0);
    drop('a.bif', billFile([bill(2)]));
    drop('odd.bif', 'no bill file');
    symlinkSync(inFolder('odd.bif'), inFolder('link.bif'));
    expect([await settleAndPass(odd), await odd.once(unstopped)]).toEqual([1, 1]);
    expect(readFileSync(inFolder('working', 'a.bif'), 'utf8')).toBe(billFile([bill(1)]));
    expect([list('done')[0], await numbers()]).toEqual(['20260401T120000Z-1-a.bif', ['N-02']]);
    expect(outcomes).toEqual(['set_aside', 'not_a_file', 'done', 'rejected']);
  });

  test('INV-03 the same content again changes nothing, and no earlier file or report is written over', async () => {
    for (let time = 0; time < 3; time += 1) {
      drop('a.bif', billFile([bill(1)]));
      expect(await settleAndPass()).toBe(1);
    }
    expect(said.map(({ alreadyIngested }) => alreadyIngested)).toEqual([false, true, true]);
    expect(list('done')).toHaveLength(9);
  });

  test('INV-05 a stop while a file is read leaves it to the next start', async () => {
    const stop = new AbortController();
    const stopping: BillFileDoor = {
      ...house.door,
      ingest: async (...args) => {
        stop.abort();
        return await house.door.ingest(...args);
      },
    };
    drop('a.bif', billFile([bill(1)]));
    await job.once(unstopped);
    const stopped = openJob({ door: stopping, settleMs: 0 });
    expect(await stopped.once(stop.signal)).toBe(0);
    expect([list('working'), await numbers(), said]).toEqual([['a.bif'], [], []]);
    expect(await openJob().once(unstopped)).toBe(1);
  });
});

describe('several processes', () => {
  async function openOther() {
    const database = await openDatabase(
      { url: house.url, poolMax: 2, statementTimeoutMs: 60_000, connectTimeoutMs: 10_000 },
      () => undefined,
    );
    const parts = { orm: database.orm, door: createBillFileDoor({ orm: database.orm }), settleMs: 0 };
    return { pass: async () => await openJob(parts).once(unstopped), close: async () => await database.close() };
  }

  test('INV-03 on one folder do one file once (F4)', async () => {
    const other = await openOther();
    const mine = openJob({ settleMs: 0 });
    for (const month of [1, 2, 3]) {
      drop(`${month}.bif`, billFile([bill(month)]));
      const [one, two] = await Promise.all([mine.once(unstopped), other.pass()]);
      expect(one + two).toBe(1);
    }
    await other.close();
    expect(said.map(({ code, alreadyIngested }) => [code, alreadyIngested])).toEqual(
      [1, 2, 3].map(() => ['BIF_FILE_ENDED', false]),
    );
    expect([list().length, list('done').length, await numbers()]).toEqual([3, 9, ['N-01', 'N-02', 'N-03']]);
  });

  test('INV-05 one killed between claim and end leaves its file to be taken again, and nobody else touches it before (F5)', async () => {
    const blocker = new Client({ connectionString: house.url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE invoices IN EXCLUSIVE MODE');
    drop('a.bif', billFile([bill(1)]));
    const child = spawn(process.execPath, [path.join(__dirname, '../fixtures/folderChild.cjs'), house.url, root], {
      stdio: 'inherit',
    });
    const waiting = async () =>
      (
        await house.rows(
          `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'relation' AND datname = current_database()`,
        )
      ).length;
    while ((await waiting()) === 0) await sleep(POLL_MS);
    expect([list('working'), await openJob({ settleMs: 0 }).once(unstopped)]).toEqual([['a.bif'], 0]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await blocker.end();
    const next = openJob({ settleMs: 0 });
    // The server notices that the killed one is gone when it next writes to it.
    while ((await next.once(unstopped)) === 0) await sleep(POLL_MS);
    expect([await numbers(), list('working'), list('done').length]).toEqual([['N-01'], [], 3]);
  });
});

test('INV-02 a file that is given back overwrites none that its sender wrote anew meanwhile', async () => {
  const folder = openBillFolder({
    path: path.join(root, 'given-back'),
    settleMs: 0,
    monotonicMs: () => clockMs,
    onRefused: () => undefined,
  });
  await folder.hasWork();
  const placeOf = (name: string): string => path.join(root, 'given-back', name);
  writeFileSync(placeOf('a.bif'), 'OLD');
  await folder.hasWork();
  const claimed = await folder.claim();
  await claimed?.handle.close();
  writeFileSync(placeOf('a.bif'), 'NEW');
  await folder.putBack('a.bif');
  expect([readFileSync(placeOf('a.bif'), 'utf8'), readFileSync(placeOf('1-a.bif'), 'utf8')]).toEqual(['NEW', 'OLD']);
  expect(existsSync(placeOf('working/a.bif'))).toBe(false);
});

test('INV-02 the watch takes what comes, again and again, and ends when it is closed', async () => {
  const watch = watchFolder(openJob({ settleMs: 0 }), POLL_MS);
  for (const month of [1, 2]) {
    drop(`${month}.bif`, billFile([bill(month)]));
    while (list('done').length < 3 * month) await sleep(POLL_MS);
  }
  await watch.close();
  expect(await numbers()).toEqual(['N-01', 'N-02']);
});
