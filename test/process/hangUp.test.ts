// Production and its billers' file: a hang-up signal takes a changed one, a bad one leaves the old in force, and a stop stops.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bearer, claimsWith, ISSUER, newKey, type Key } from '../domain/settings/tokens';
import { BILLER_ID, entryWith, fileOf, SECRETS } from '../domain/settings/billerEntry';
import { copyProject, type ProjectCopy, type StartedProcess } from '../setup/projectCopy';
import { createTestDatabase, testRedisUrl, type TestDatabase } from '../setup/servers';

const OTHER_ID = '00000000-0000-4000-8000-000000000002';

/** How often the test looks again, in milliseconds. */
const POLL_MS = 20;

let project: ProjectCopy;
let database: TestDatabase;
let key: Key;
let service: StartedProcess;
let url: string;

const billersFile = () => path.join(project.folder, 'billers.json');

/** Writes the file and signals; gives what the process logs of it. */
async function hangUpWith(text: string): Promise<Record<string, unknown>> {
  writeFileSync(billersFile(), text);
  const before = lines().length;
  service.child.kill('SIGHUP');
  for (;;) {
    const said = lines()
      .slice(before)
      .find(({ code }) => String(code).startsWith('BILLERS_'));
    if (said !== undefined) return said;
    await sleep(POLL_MS);
  }
}

function lines(): Record<string, unknown>[] {
  const whole = service.printed().split('\n').slice(0, -1);
  return whole.filter((line) => line.startsWith('{')).map((line): Record<string, unknown> => JSON.parse(line));
}

/** The status that staff of a biller meets. */
async function statusFor(biller: string): Promise<number> {
  const now = Math.floor(Date.now() / 1000);
  const authorization = await bearer(key, claimsWith({ biller, role: 'CSR', accounts: [], iat: now, exp: now + 600 }));
  const headers = { authorization, 'content-type': 'application/json' };
  const body = JSON.stringify({ query: '{ __typename }' });
  return (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).status;
}

beforeAll(async () => {
  project = await copyProject(undefined);
  database = await createTestDatabase();
  key = await newKey('ES256', 'hang-up');
  writeFileSync(billersFile(), JSON.stringify(fileOf(entryWith())));
  writeFileSync(path.join(project.folder, 'keys.json'), JSON.stringify({ keys: [key.publicJwk] }));
  mkdirSync(path.join(project.folder, 'bills'));
  service = project.start('src/start', [], {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: database.url,
    REDIS_URL: testRedisUrl(),
    BILLERS_FILE: billersFile(),
    BIF_FOLDER: path.join(project.folder, 'bills'),
    BIF_FOLDER_POLL_MS: '100',
    BIF_FOLDER_SETTLE_MS: '0',
    TOKEN_ISSUER: ISSUER,
    TOKEN_AUDIENCE: 'daffron-subgraph',
    TOKEN_KEYS_FILE: path.join(project.folder, 'keys.json'),
    ...SECRETS,
  });
  await service.until('"ready"');
  url = String(lines().find(({ msg }) => msg === 'ready')?.['url']);
}, 60_000);
afterAll(async () => {
  await service.end('SIGKILL');
  await database.drop();
  await project.remove();
});

test('CAP-03 a new biller is served from the next request on', async () => {
  expect([await statusFor(BILLER_ID), await statusFor(OTHER_ID)]).toEqual([200, 401]);
  const said = await hangUpWith(JSON.stringify(fileOf(entryWith(), entryWith({ id: OTHER_ID }))));
  expect(said).toMatchObject({ code: 'BILLERS_TAKEN', billers: 2, lines: { opened: 1, kept: 1, closing: 0 } });
  expect([await statusFor(BILLER_ID), await statusFor(OTHER_ID)]).toEqual([200, 200]);
});

test('INV-02 bill files that appear in the watched folder come in, for the new biller too', async () => {
  const folder = path.join(project.folder, 'bills', OTHER_ID);
  while (!existsSync(path.join(folder, 'done'))) await sleep(POLL_MS);
  writeFileSync(path.join(folder, 'a.bif'), 'no bill file\n');
  while (readdirSync(path.join(folder, 'rejected')).length < 3) await sleep(POLL_MS);
  const said = lines().find(({ code }) => code === 'BIF_FILE_ENDED');
  expect(said).toMatchObject({ billerId: OTHER_ID, refused: 'REQUIRED_COLUMN_MISSING' });
});

test.each([
  ['no JSON', '{"billers": [{"password": "canary-secret', [{ setting: 'BILLERS_FILE' }]],
  [
    'everything wrong',
    JSON.stringify(fileOf(entryWith({ timeZone: 'canary-secret', options: { maximumCoOwners: 3 } }))),
    [{ setting: 'billers[0].timeZone' }, { setting: 'billers[0].options.maximumCoOwners' }],
  ],
])('CAP-03 a file with %s leaves the old in force, and says why without its values', async (_what, text, problems) => {
  const said = await hangUpWith(text);
  expect(said).toMatchObject({ code: 'BILLERS_REFUSED' });
  expect(said['problems']).toEqual(
    expect.arrayContaining(
      problems.map((problem) => expect.objectContaining({ ...problem, code: 'CONFIGURATION_INVALID' })),
    ),
  );
  expect(service.printed()).not.toContain('canary-secret');
  expect(service.printed()).not.toContain(SECRETS['DAFFRON_PASSWORD']);
  expect([await statusFor(BILLER_ID), await statusFor(OTHER_ID)]).toEqual([200, 200]);
});

test('CAP-03 a biller who is gone gets no new requests, and a stop ends in order', async () => {
  const said = await hangUpWith(JSON.stringify(fileOf(entryWith({ id: OTHER_ID }))));
  expect(said).toMatchObject({ billers: 1, lines: { opened: 0, kept: 1, closing: 1 } });
  expect([await statusFor(BILLER_ID), await statusFor(OTHER_ID)]).toEqual([401, 200]);
  // Long before the old line's time is over.
  expect(await service.end('SIGTERM')).toBe(0);
});
