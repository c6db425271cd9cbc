/**
 * The start from a home that is closed to all others (mode 0700), and of the folders that root then falls back on.
 * What can be tried depends on who runs the tests: only root can be several users.
 */
import { chmod, chown, lstat, mkdir, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { Client } from 'pg';
import { findPostgresPlace, type SystemUser } from '../../src/embedded/postgres/place';
import { launch, makeLauncherProject, type LauncherProject } from '../setup/launcherProject';
import { makeServerFolder, type ServerFolder } from '../setup/watchdog';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

let folder: ServerFolder;

beforeEach(async () => {
  folder = await makeServerFolder();
});

afterEach(async () => {
  await folder.remove();
});

/** A home that only `user` can enter, with the project in it. */
async function makeHome(user: SystemUser | undefined): Promise<LauncherProject> {
  const home = path.join(folder.path, 'home');
  await mkdir(path.join(home, 'tmp'), { recursive: true });
  const project = await makeLauncherProject(path.join(home, 'project'), user);
  if (user !== undefined) await chown(home, user.uid, user.gid);
  await chmod(home, 0o700);
  return project;
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

/** Starts twice, kills the first process, and says where the database was and what the second start told. */
async function startTwice(project: LauncherProject, user?: SystemUser): Promise<{ dataDir: string; said: string }> {
  const options = {
    dataDir: path.join(project.folder, '.data/postgres'),
    projectRoot: project.folder,
    systemFolders: [path.join(folder.path, 'system')],
  };
  const first = await launch(project, options, user);
  await ask(first.url, 'create table bill as select 4711 as id');
  await first.kill();
  const second = await launch(project, options, user);
  try {
    expect(second.dataDir).toBe(first.dataDir);
    expect(await ask(second.url, 'select id from bill')).toEqual([{ id: 4711 }]);
    return { dataDir: second.dataDir, said: second.said() };
  } finally {
    await second.stop();
  }
}

/** Some user of this machine with a name, who is neither root nor nobody. */
async function findOrdinaryUser(): Promise<SystemUser> {
  const entries = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':').map(Number));
  const [, , uid, gid] = entries.find(([, , id]) => id !== undefined && id > 0 && id < NOBODY) ?? [];
  if (uid === undefined || gid === undefined) throw new Error('/etc/passwd names no ordinary user');
  return { uid, gid };
}

/** A user as containers have them, who has a number and no name; the launcher needs a user namespace for him. */
const NAMELESS: SystemUser = { uid: 12_345, gid: 12_345 };

function mayMakeNamespace(user: SystemUser): boolean {
  try {
    execFileSync('unshare', ['--user', '--map-user=65534', 'true'], { ...user, stdio: 'ignore', cwd: '/' });
    return true;
  } catch {
    return false;
  }
}

const ordinaryUsers: Record<string, () => Promise<SystemUser | undefined>> = isRoot
  ? {
      'an ordinary user': findOrdinaryUser,
      ...(mayMakeNamespace(NAMELESS) ? { 'a user without a name': async () => NAMELESS } : {}),
    }
  : { 'the user who runs the tests': async () => undefined };

describe('in a home that is closed to all others', () => {
  test.each(Object.entries(ordinaryUsers))('%s has the database in his own project', async (_who, findUser) => {
    const user = await findUser();
    const project = await makeHome(user);
    const links = (await readdir(path.join(project.native, 'lib'))).filter((name) => name === 'libpq.so.5');
    expect(links).toEqual([]);
    const { dataDir } = await startTwice(project, user);
    expect(dataDir).toBe(path.join(project.folder, '.data/postgres'));
    expect((await stat(path.join(dataDir, 'cluster'))).uid).toBe(user?.uid ?? process.getuid?.());
    // npm ci --ignore-scripts leaves the links out; the launcher makes them where they belong.
    expect((await lstat(path.join(project.native, 'lib/libpq.so.5'))).isSymbolicLink()).toBe(true);
    expect(await readdir(folder.path)).toEqual(['home']);
  });
});

const rootOnly = {
  async 'root has the database, and the programs, where nobody can reach them, and finds them again'(): Promise<void> {
    const project = await makeHome(undefined);
    const { dataDir, said } = await startTwice(project);
    const system = path.join(folder.path, 'system');
    expect(path.dirname(dataDir)).toBe(system);
    expect((await stat(path.join(dataDir, 'cluster'))).uid).toBe(NOBODY);
    expect((await readdir(system)).filter((name) => name.startsWith('postgres-'))).toHaveLength(1);
    expect(said).toMatch(/^ending the database process \d+, which outlived the process that had started it\n$/);
  },

  async 'two projects of root have two databases there, and programs in common'(): Promise<void> {
    const homes = [path.join(folder.path, 'one'), path.join(folder.path, 'two')];
    const options = { systemFolders: [path.join(folder.path, 'system')] };
    const places = [];
    for (const home of homes) {
      await mkdir(path.join(home, '.data'), { recursive: true });
      await chmod(home, 0o700);
      places.push(await findPostgresPlace({ ...options, dataDir: path.join(home, '.data'), projectRoot: home }));
    }
    expect(new Set(places.map((place) => place.folder)).size).toBe(2);
    const spare = await Promise.all(places.map(async (place) => place.openSpareFolder()));
    expect(spare).toEqual([options.systemFolders[0], options.systemFolders[0]]);
  },

  async 'root runs a database of an ordinary user as that user, so that it stays his'(): Promise<void> {
    const user = await findOrdinaryUser();
    const dataDir = path.join(folder.path, 'data');
    await mkdir(path.join(dataDir, 'cluster'), { recursive: true });
    await chown(path.join(dataDir, 'cluster'), user.uid, user.gid);
    const place = await findPostgresPlace({ dataDir, projectRoot: folder.path, systemFolders: [] });
    expect(place).toMatchObject({ folder: dataDir, user });
  },

  async 'root is told when a database is there that its user can no longer reach; he gets no empty one'(): Promise<void> {
    const dataDir = path.join(folder.path, 'home/data');
    await mkdir(path.join(dataDir, 'cluster'), { recursive: true });
    await chown(path.join(dataDir, 'cluster'), NOBODY, NOBODY);
    await chmod(path.dirname(dataDir), 0o700);
    const systemFolders = [path.join(folder.path, 'system')];
    const found = findPostgresPlace({ dataDir, projectRoot: folder.path, systemFolders });
    await expect(found).rejects.toThrow(`${dataDir} belongs to the system user ${NOBODY}`);
  },
};

/** What somebody may have put under the known name beforehand, in a folder where all may write. */
const plants: Record<string, (system: string) => Promise<void>> = {
  'a folder of another user': async (system) => {
    await mkdir(system);
    await chown(system, NAMELESS.uid, NAMELESS.gid);
  },
  'a folder that all may change': async (system) => {
    await mkdir(system);
    await chmod(system, 0o777);
  },
  'a link to elsewhere': async (system) => {
    await mkdir(`${system}-elsewhere`, { recursive: true });
    await symlink(`${system}-elsewhere`, system);
  },
};

async function refusesPlant(plant: (system: string) => Promise<void>): Promise<void> {
  const home = path.join(folder.path, 'home');
  const [first, second] = [path.join(folder.path, 'system'), path.join(folder.path, 'second')];
  await mkdir(home, { mode: 0o700 });
  await plant(first);
  const options = { dataDir: path.join(home, 'data'), projectRoot: home };
  await expect(findPostgresPlace({ ...options, systemFolders: [first] })).rejects.toThrow(first);
  const place = await findPostgresPlace({ ...options, systemFolders: [first, second] });
  expect(path.dirname(place.folder)).toBe(second);

  // Nor is a database believed that waits there under the right name.
  await mkdir(path.join(place.folder, 'cluster'));
  await rm(first, { recursive: true });
  await plant(first);
  await rename(place.folder, path.join(first, path.basename(place.folder)));
  await expect(findPostgresPlace({ ...options, systemFolders: [first] })).rejects.toThrow(first);
}

const notRoot = {
  async 'an ordinary user needs no folder of the system'(): Promise<void> {
    const place = await findPostgresPlace({ dataDir: folder.path, projectRoot: folder.path, systemFolders: [] });
    expect(place).toMatchObject({ folder: folder.path, user: undefined });
  },
};

const plantCases = Object.entries(plants).map(([what, plant]): [string, () => Promise<void>] => [
  `root trusts no folder that another may have laid out for him: ${what}`,
  async () => refusesPlant(plant),
]);

const cases = isRoot ? [...Object.entries(rootOnly), ...plantCases] : Object.entries(notRoot);

describe('where the database stands', () => {
  test.each(cases)('%s', async (_promise, holds) => holds());
});
