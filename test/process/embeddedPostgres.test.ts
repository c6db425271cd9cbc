/** What a developer may expect of the database that nobody had to install. */
import { spawn } from 'node:child_process';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client } from 'pg';
import {
  openEmbeddedPostgres,
  removeEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../src/embedded/postgres';
import { findPostmaster, postmasterFile } from '../../src/embedded/postgres/postmaster';
import { readRunningProcess } from '../../src/embedded/postgres/runningProcess';
import { makeServerFolder, type ServerFolder } from '../setup/watchdog';

let folder: ServerFolder;
let opened: EmbeddedPostgres[];
let said: string[];

beforeAll(async () => {
  folder = await makeServerFolder();
});

beforeEach(() => {
  opened = [];
  said = [];
});

afterEach(async () => {
  await Promise.all(opened.map(async (database) => database.stop()));
});

afterAll(async () => {
  await folder.remove();
});

/** Most tests open the same database again; those about a first start name a folder of their own. */
const folderOf = (name: string): string => path.join(folder.path, name);

/** For first starts whose data nobody reads again. */
const QUICK = { settings: { fsync: 'off' } };

async function open(more: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const dataDir = folderOf('common');
  const log = (line: string): void => void said.push(line);
  const database = await openEmbeddedPostgres({ dataDir, projectRoot: folder.path, log, ...more });
  opened.push(database);
  return database;
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

async function findPid(database: EmbeddedPostgres): Promise<number> {
  const postmaster = await findPostmaster(path.join(database.dataDir, 'cluster'));
  if (postmaster === undefined) throw new Error('no server runs');
  return postmaster.pid;
}

describe('the embedded database', () => {
  test('a second start finds what the first one kept', async () => {
    const first = await open({ dataDir: folderOf('twice') });
    await ask(first.url, 'create table bill as select 4711 as id');
    await first.stop();
    await expect(ask(first.url, 'select 1')).rejects.toThrow('ECONNREFUSED');

    const second = await open({ dataDir: folderOf('twice') });
    expect(await ask(second.url, 'select id from bill')).toEqual([{ id: 4711 }]);
    expect(second).toMatchObject({ dataDir: first.dataDir, startedHere: true });
    expect(said).toEqual([`making the embedded database in ${first.dataDir}`]);
  });

  test('it is a database for real data: on the disk before it answers, in UTF-8, closed to other machines', async () => {
    const { url } = await open();
    const shown = `select name, setting from pg_settings where name in
      ('fsync', 'server_encoding', 'listen_addresses', 'unix_socket_directories', 'max_connections') order by name`;
    expect(await ask(url, shown)).toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'max_connections', setting: '100' },
      { name: 'server_encoding', setting: 'UTF8' },
      { name: 'unix_socket_directories', setting: '' },
    ]);
    expect(Number(new URL(url).port)).toBeLessThan(32_768);
  });

  test('without the password nobody gets in, and the password shows nowhere', async () => {
    const database = await open();
    const { password } = new URL(database.url);
    const wrong = database.url.replace(password, 'guessed');
    await expect(ask(wrong, 'select 1')).rejects.toThrow('password authentication failed');

    expect(password.length).toBeGreaterThan(30);
    expect((await readRunningProcess(await findPid(database)))?.command).not.toContain(password);
    expect(said.join('\n')).not.toContain(password);
    expect(await readFile(path.join(database.dataDir, 'postgres.log'), 'utf8')).not.toContain(password);
    expect((await stat(path.join(database.dataDir, 'password'))).mode & 0o777).toBe(0o600);
  });

  test('CIS-02 a refused row leaves no name in the log of the server', async () => {
    const { url, dataDir } = await open();
    await ask(url, "create table customer as select 'Ada Lovelace' as name");
    await ask(url, 'create unique index customer_name on customer (name)');
    await expect(ask(url, "insert into customer values ('Ada Lovelace')")).rejects.toThrow('customer_name');
    const log = await readFile(path.join(dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('customer_name');
    expect(log).not.toContain('Ada');
  });

  test('of three that start it at once one has it, and the others are told who', async () => {
    const starts = await Promise.allSettled(
      ['at once', 'at once', 'at once'].map(async (name) => open({ ...QUICK, dataDir: folderOf(name) })),
    );
    const refused = starts.flatMap((start) => (start.status === 'rejected' ? [String(start.reason)] : []));
    const reason = `Error: Another process (${process.pid}) is using the embedded database in ${folderOf('at once')}`;
    expect(refused).toEqual([expect.stringContaining(reason), expect.stringContaining(reason)]);
  });

  test('of two that would share it one starts it, and the other waits until it answers', async () => {
    const options = { ...QUICK, dataDir: folderOf('shared'), share: true };
    const [one, other] = await Promise.all([open(options), open(options)]);
    expect(one.startedHere).toBe(!other.startedHere);
    expect(one.url).toBe(other.url);
    expect(await ask(other.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('a first start that was broken off leaves nothing that the next one takes for a database', async () => {
    const half = path.join(folderOf('broken off'), 'cluster-999');
    await mkdir(half, { recursive: true });
    await writeFile(path.join(half, 'PG_VERSION'), '18\n');
    await writeFile(path.join(folderOf('broken off'), 'password'), 'that of the first start');
    const { url, dataDir } = await open({ ...QUICK, dataDir: folderOf('broken off') });
    expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await readdir(dataDir)).sort()).toEqual(['cluster', 'owner-1', 'password', 'postgres.log']);
  });

  test('a server file from before a reboot does not stop it, though its number is now that of another program', async () => {
    const first = await open();
    await first.stop();
    const cluster = path.join(first.dataDir, 'cluster');
    const { uid, gid } = await stat(cluster);
    // Of the same user as the server, who cannot tell it from an older server of his; as root that is another than ours.
    const program = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
    try {
      await writeFile(postmasterFile(cluster), `${program.pid}\n${cluster}\n1700000000\n20000\n\n127.0.0.1\n`);
      const second = await open();
      expect(await ask(second.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    } finally {
      program.kill('SIGKILL');
    }
  });

  test('a server that cannot start says why, in its own words, and leaves the folder free', async () => {
    const settings = { shared_buffers: 'plenty' };
    await expect(open({ settings })).rejects.toThrow(/did not start: exit code 1\n.*invalid value for parameter/s);
    expect((await open()).startedHere).toBe(true);
  });

  test('a server that ends by itself is told of, and can be started again', async () => {
    let tell: (line: string) => void = () => undefined;
    const told = new Promise<string>((resolve) => (tell = resolve));
    const log = (line: string): void => (line.includes('ended') ? tell(line) : undefined);
    const database = await open({ log });
    process.kill(await findPid(database), 'SIGKILL');
    expect(await told).toBe('the embedded database has ended by itself: signal SIGKILL');
    await database.stop();
    expect((await open()).startedHere).toBe(true);
  });

  test('once removed it begins anew; one in use is not removed', async () => {
    const dataDir = folderOf('removed');
    const log = (): void => undefined;
    const first = await open({ ...QUICK, dataDir });
    await ask(first.url, 'create table bill (id int)');
    await expect(removeEmbeddedPostgres({ dataDir, projectRoot: folder.path, log })).rejects.toThrow('is using');
    await first.stop();
    await removeEmbeddedPostgres({ dataDir, projectRoot: folder.path, log });
    expect(await readdir(dataDir)).toEqual(['owner-2']);
    const second = await open({ ...QUICK, dataDir });
    expect(await ask(second.url, "select to_regclass('bill') as found")).toEqual([{ found: null }]);
  });
});
