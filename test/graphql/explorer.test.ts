// The explorer page over HTTP: who gets it, what it may load, and that it opens no door beside its own.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse, validate } from 'graphql';
import { openExplorer } from '../../src/embedded/explorer';
import { readSchema } from '../../src/graphql';
import { FIRST_QUERY } from '../../src/welcome';
import { openTestHouse, type TestHouse } from './testHouse';
import { CEDAR } from './testBillers';

/** The build, since the files of packages stand there only; `npm test` has just made it. */
const PAGE_DIR = path.resolve(__dirname, '../../dist/src/embedded/page');
const PEOPLE = {
  owner: { billerId: CEDAR, userName: 'janedoe', accountNumbers: ['1001', '1002'] },
  staff: { billerId: CEDAR, userName: 'csr.miller' },
  guest: { billerId: CEDAR, accountNumber: '1003' },
};
const TOKENS = { owner: 'token-o', staff: 'token-s', guest: 'token-g', service: 'token-of-service' };

let house: TestHouse;
let production: TestHouse;

beforeAll(async () => {
  house = await openTestHouse();
  void house.service.server.register(openExplorer({ tokens: TOKENS, people: PEOPLE, pageDir: PAGE_DIR }));
  production = await openTestHouse({ mode: 'production' });
});
afterAll(async () => {
  await house.close();
  await production.close();
});

const get = async (url: string, more: { headers?: Record<string, string>; remoteAddress?: string } = {}) =>
  await house.service.server.inject({ url, headers: { host: 'localhost:4000' }, ...more });

test('the page and all that it names come without a token', async () => {
  const page = await get('/');
  expect([page.statusCode, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  const named = [...page.body.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, name]) => name ?? '');
  expect(named).toHaveLength(5);
  for (const name of [...named, '/explorer/graphiql.min.js', '/explorer/samples']) {
    expect([name, (await get(name)).statusCode]).toEqual([name, 200]);
  }
});

test('the page may load and ask nothing but what comes from here, and its nonce is good for one answer', async () => {
  const policies = await Promise.all([get('/'), get('/')]).then((pages) =>
    pages.map(({ headers, body }) => ({ policy: String(headers['content-security-policy']), body })),
  );
  const sources = policies.map(({ policy }) =>
    Object.fromEntries(policy.split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')])),
  );
  expect(sources[0]).toMatchObject({
    'default-src': `'none'`,
    'script-src': `'self'`,
    'connect-src': `'self'`,
    'font-src': 'data:',
    'frame-ancestors': `'none'`,
    'base-uri': `'none'`,
  });
  const nonces = policies.map(({ policy, body }) => {
    const nonce = /'nonce-([^']{20,})'/.exec(policy)?.[1] ?? 'none';
    expect(body).toContain(`content="${nonce}"`);
    return nonce;
  });
  expect(new Set(nonces).size).toBe(2);
  // The one address is the name of a language, which nobody fetches.
  for (const name of ['explorer.html', 'explorer.css', 'explorer.js']) {
    const text = readFileSync(path.join(PAGE_DIR, name), 'utf8').replaceAll('http://www.w3.org/2000/svg', '');
    expect([name, /(https?:)?\/\/[a-z0-9-]+\.[a-z]/i.exec(text)?.[0]]).toEqual([name, undefined]);
  }
});

test('X6 no name leads out of the folder of the page', async () => {
  const tries = [
    '/explorer/..%2f..%2f..%2fpackage.json',
    '/explorer/%2e%2e%2fexplorer.js.map',
    '/explorer/..%5c..%5cstart.js',
    '/explorer/../../../package.json',
    '/explorer/explorer.js%00.html',
    '/explorer/explorer.html',
    '/explorer//etc/passwd',
    '/explorer/__proto__',
    '/explorer/',
  ];
  const token = await house.staff();
  for (const url of tries) {
    const answer = await get(url, { headers: { host: 'localhost', authorization: `Bearer ${token}` } });
    expect([url, answer.statusCode]).toEqual([url, 404]);
    expect((await get(url)).statusCode).toBeGreaterThanOrEqual(400);
  }
});

test('sample tokens are handed to a browser of this machine only, and that of the service to nobody', async () => {
  const callers = async (remoteAddress: string, host: string): Promise<string[]> => {
    const { body } = await get('/explorer/samples', { headers: { host }, remoteAddress });
    expect(body).not.toContain(TOKENS.service);
    return JSON.parse(body).callers.map(({ token }: { token: string }) => token);
  };
  for (const [address, host] of [
    ['127.0.0.1', '127.0.0.1:4000'],
    ['::1', '[::1]:4000'],
    ['::ffff:127.0.0.1', 'localhost:4000'],
  ] as const) {
    expect([host, await callers(address, host)]).toEqual([host, ['token-o', 'token-s', 'token-g']]);
  }
  // Another machine, and a page elsewhere whose name was made to point here.
  expect(await callers('192.0.2.7', 'localhost:4000')).toEqual([]);
  expect(await callers('127.0.0.1', 'rebound.example')).toEqual([]);
});

test('the samples fit the contract, and the first is that of the README', async () => {
  const { queries } = (await get('/explorer/samples')).json();
  expect(queries).toHaveLength(4);
  for (const { query } of queries) expect(validate(readSchema(), parse(query))).toEqual([]);
  const plain = (text: string): string => text.replace(/#.*/g, '').replace(/\s+/g, ' ').trim();
  expect(plain(queries[0].query)).toBe(`query FirstQuery ${FIRST_QUERY}`);
  expect(new Set(queries.map(({ caller }: { caller: string }) => caller))).toEqual(
    new Set(['owner', 'staff', 'guest']),
  );
});

test('A1 beside the page nothing is open: a query and a bill file want a token as ever', async () => {
  for (const url of ['/graphql', '/bif']) {
    const answer = await house.service.server.inject({ method: 'POST', url, payload: { query: '{ __typename }' } });
    expect([url, answer.statusCode]).toEqual([url, 401]);
  }
});

test('production has no such page: it answers as for any path that is not there', async () => {
  const ask = async (url: string, headers: Record<string, string>) => {
    const { statusCode, body } = await production.service.server.inject({ url, headers });
    return { statusCode, body };
  };
  const authorization = `Bearer ${await production.staff()}`;
  for (const url of ['/', '/explorer/samples', '/explorer/explorer.js']) {
    expect(await ask(url, { authorization })).toEqual(await ask('/nothing-here', { authorization }));
    expect((await ask(url, { authorization })).statusCode).toBe(404);
    expect(await ask(url, {})).toEqual(await ask('/nothing-here', {}));
  }
});
