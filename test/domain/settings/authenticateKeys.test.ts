// Whose key signed a token: the issuer's own, by a pinned algorithm, and none that the token brings or names.
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportSPKI, importJWK, type CryptoKey } from 'jose';
import { openAuthentication, type Authenticate } from '../../../src/http/authenticate';
import { bearer, claimsWith, forged, newKey, NOW, settingsWith, type Key } from './tokens';

const folder = mkdtempSync(join(tmpdir(), 'keys-'));
const REFUSED = { kind: 'refused' };
let es256: Key;
let rs256: Key;
/** Bears the name of a known key and is another. */
let stranger: Key;
let authenticate: Authenticate;
/** A server on this machine that tokens name as the home of their keys; what it was asked for. */
let canary: Server;
const asked: string[] = [];
let canaryUrl: string;

beforeAll(async () => {
  [es256, rs256, stranger] = await Promise.all([
    newKey('ES256', 'one'),
    newKey('RS256', 'two'),
    newKey('ES256', 'one'),
  ]);
  const file = join(folder, 'keys.json');
  writeFileSync(file, JSON.stringify({ keys: [es256.publicJwk, rs256.publicJwk] }));
  authenticate = openAuthentication(settingsWith({ file }), () => NOW);
  canary = await listen((request, response) => {
    asked.push(request.url ?? '');
    response.setHeader('connection', 'close');
    response.end(JSON.stringify({ keys: [stranger.publicJwk] }));
  });
  canaryUrl = urlOf(canary);
});

afterAll(async () => {
  await close(canary);
  rmSync(folder, { recursive: true });
});

async function listen(answer: RequestListener): Promise<Server> {
  const server = createServer(answer);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return server;
}

async function close(server: Server): Promise<void> {
  await new Promise((closed) => server.close(closed));
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}/keys`;
}

test.each(['none', 'None', 'NONE', 'nOnE'])('AUT-02 A3 a token that says alg "%s" is refused', async (alg) => {
  for (const signature of ['', 'AAAA']) {
    expect(await authenticate(forged({ alg }, claimsWith(), signature))).toEqual(REFUSED);
  }
});

test('AUT-02 A3 a token signed with the public key as if it were a shared secret is refused', async () => {
  const publicKey = (await importJWK(rs256.publicJwk, 'RS256')) as CryptoKey; // oxlint-disable-line typescript/no-unsafe-type-assertion -- jose gives bytes for symmetric keys alone
  const secrets = [await exportSPKI(publicKey), JSON.stringify(rs256.publicJwk), rs256.publicJwk.n ?? ''];
  for (const secret of secrets) {
    for (const kid of ['one', 'two', undefined]) {
      const unsigned = forged({ alg: 'HS256', kid }, claimsWith(), '').slice('Bearer '.length, -1);
      const signature = createHmac('sha256', secret).update(unsigned).digest('base64url');
      expect(await authenticate(`Bearer ${unsigned}.${signature}`)).toEqual(REFUSED);
    }
  }
});

test('AUT-02 A3 an algorithm that is not pinned is refused, even where the key could do it', async () => {
  const pss = await newKey('PS256', 'three');
  const file = join(folder, 'pss.json');
  writeFileSync(file, JSON.stringify({ keys: [pss.publicJwk] }));
  const withPss = openAuthentication(settingsWith({ file }), () => NOW);
  expect(await withPss(await bearer(pss))).toEqual(REFUSED);
});

test.each([
  '../../etc/passwd',
  "one' OR '1'='1",
  'one; DROP TABLE keys',
  'https://evil.example/keys',
  'three',
  '',
  '\u0000',
  'x'.repeat(60),
])('AUT-02 A3 a token whose key is called %j is refused', async (kid) => {
  expect(await authenticate(await bearer(stranger, claimsWith(), { kid }))).toEqual(REFUSED);
  expect(await authenticate(await bearer(es256, claimsWith(), { kid }))).toEqual(REFUSED);
});

test('AUT-02 A3 a token that brings its own key, or tells where it is, is refused and nobody is asked', async () => {
  const { kid: _kid, ...jwk } = stranger.publicJwk;
  const x5c = ['MIIBszCCAVmgAwIBAgIU'];
  for (const header of [
    { jwk },
    { jku: canaryUrl },
    { x5u: canaryUrl },
    { x5c },
    { jwk, jku: canaryUrl, x5u: canaryUrl },
  ]) {
    expect(await authenticate(await bearer(stranger, claimsWith(), header))).toEqual(REFUSED);
  }
  expect(await authenticate(await bearer(es256, claimsWith(), { jku: canaryUrl }))).toMatchObject({ kind: 'claims' });
  expect(asked).toEqual([]);
});

test('AUT-02 A3 a key of another owner under a known name, and a letter changed anywhere, are refused', async () => {
  expect(await authenticate(await bearer(stranger))).toEqual(REFUSED);
  const [header = '', payload = '', signature = ''] = (await bearer(es256)).slice('Bearer '.length).split('.');
  const raised = Buffer.from(JSON.stringify(claimsWith({ role: 'CSR' }))).toString('base64url');
  const changed = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  for (const parts of [
    [header, raised, signature],
    [header, payload, changed],
    [header, payload, signature.slice(4)],
  ]) {
    expect(await authenticate(`Bearer ${parts.join('.')}`)).toEqual(REFUSED);
  }
});

test('AUT-02 a token that names no key is checked with the only one of its algorithm', async () => {
  expect(await authenticate(await bearer(es256, claimsWith(), { kid: undefined }))).toMatchObject({ kind: 'claims' });
});

/** An issuer that answers requests for its keys so; the word of `use` on a token, and what the issuer was asked for. */
async function withIssuer(status: number, body: string, use: (authenticate: Authenticate) => Promise<void>) {
  const paths: string[] = [];
  const server = await listen((request, response) => {
    paths.push(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json', location: canaryUrl, connection: 'close' });
    response.end(body);
  });
  try {
    await use(openAuthentication(settingsWith({ url: urlOf(server) }), () => NOW));
  } finally {
    await close(server);
  }
  return paths;
}

test('AUT-02 keys of a URL are fetched once and serve many tokens', async () => {
  const keys = JSON.stringify({ keys: [es256.publicJwk, rs256.publicJwk] });
  const paths = await withIssuer(200, keys, async (remote) => {
    for (const key of [es256, rs256, es256]) expect(await remote(await bearer(key))).toMatchObject({ kind: 'claims' });
    expect(await remote(await bearer(es256, claimsWith({ exp: 1 })))).toEqual(REFUSED);
  });
  expect(paths).toEqual(['/keys']);
});

test('AUT-02 A3 tokens of unknown keys are refused, and a burst of them does not become a burst of fetches', async () => {
  const paths = await withIssuer(200, JSON.stringify({ keys: [es256.publicJwk] }), async (remote) => {
    for (const kid of ['x', '../admin', canaryUrl, 'y']) {
      expect(await remote(await bearer(stranger, claimsWith(), { kid, jku: canaryUrl }))).toEqual(REFUSED);
    }
  });
  expect(paths).toEqual(['/keys']);
  expect(asked).toEqual([]);
});

test.each([
  ['is in trouble', 500, ''],
  ['redirects', 302, ''],
  ['sends a page', 200, '<html></html>'],
  ['sends no set of keys', 200, '{"error":"x"}'],
])('AUT-04 where the issuer of keys %s, that is no fault of the token', async (_name, status, body) => {
  await withIssuer(status, body, async (remote) => {
    expect(await remote(await bearer(es256))).toEqual({ kind: 'unavailable' });
    expect(await remote('Bearer garbage')).toEqual(REFUSED);
  });
  expect(asked).toEqual([]);
});

test('AUT-04 where nobody listens at the issuer, that is no fault of the token', async () => {
  const server = await listen(() => undefined);
  const url = urlOf(server);
  await close(server);
  const remote = openAuthentication(settingsWith({ url }), () => NOW);
  expect(await remote(await bearer(es256))).toEqual({ kind: 'unavailable' });
  expect(await remote(undefined)).toEqual(REFUSED);
});
