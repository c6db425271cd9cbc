// Whom a request's headers make known: the caller's own token, or the word of a router that is known by its own keys (A9).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenSettings } from '../../../src/config';
import { openTrust, ROUTER_CLAIMS_HEADER, type Identify } from '../../../src/http/trust';
import { bearer, claimsWith, forged, newKey, NOW, NOW_SECONDS, settingsWith, type Key } from './tokens';

const ROUTER = 'https://router.example.org';
const FOR_US = 'daffron-subgraph-behind-router';
const TYPE = { typ: 'router-claims+jwt' };
const REFUSED = { kind: 'refused' };

const folder = mkdtempSync(join(tmpdir(), 'trust-'));
let issuerKey: Key;
let routerKey: Key;
let otherKey: Key;
let tokens: TokenSettings;
let trust: Identify;

beforeAll(async () => {
  issuerKey = await newKey('ES256', 'issuer');
  routerKey = await newKey('ES256', 'router');
  otherKey = await newKey('ES256', 'router');
  tokens = settingsWith({ file: keysFile('issuer.json', issuerKey) });
  const router = { issuer: ROUTER, audience: FOR_US, keys: { file: keysFile('router.json', routerKey) } };
  trust = openTrust(tokens, router, () => NOW);
});
afterAll(() => rmSync(folder, { recursive: true }));

function keysFile(name: string, key: Key): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify({ keys: [key.publicJwk] }));
  return path;
}

/** What a router says of its caller, good for half a minute. */
const said = (changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
  claimsWith({ iss: ROUTER, aud: FOR_US, sub: 'user-99', username: 'routed', exp: NOW_SECONDS + 30, ...changes });

const signed = async (
  key: Key,
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = TYPE,
): Promise<string> => (await bearer(key, claims, header)).slice('Bearer '.length);

const byRouter = (jws: string, authorization?: string) =>
  trust({ [ROUTER_CLAIMS_HEADER]: jws, ...(authorization !== undefined && { authorization }) });

test('AUT-02 A9 the word of the router makes the caller, with or without a token beside it', async () => {
  const jws = await signed(routerKey, said());
  const routed = { kind: 'claims', claims: { subject: 'user-99', userName: 'routed' } };
  expect(await byRouter(jws)).toMatchObject(routed);
  expect(await byRouter(jws, await bearer(issuerKey))).toMatchObject(routed);
});

test('AUT-02 A9 without the router’s header the caller’s own token counts, as ever', async () => {
  expect(await trust({ authorization: await bearer(issuerKey) })).toMatchObject({ claims: { subject: 'user-17' } });
  expect(await trust({})).toEqual(REFUSED);
});

test.each<readonly [string, () => Promise<string>]>([
  ['of another key under the router’s name', () => signed(otherKey, said())],
  ['of the issuer of tokens', () => signed(issuerKey, said())],
  ['of nobody', () => Promise.resolve(forged({ alg: 'none', ...TYPE }, said(), '').slice('Bearer '.length))],
  ['that is no signature', () => Promise.resolve(JSON.stringify(said()))],
  ['of the router for another service', () => signed(routerKey, said({ aud: 'payments' }))],
  ['of the router in the name of another', () => signed(routerKey, said({ iss: 'https://router.example.com' }))],
  ['of the router that is over', () => signed(routerKey, said({ iat: NOW_SECONDS - 60, exp: NOW_SECONDS - 31 }))],
  ['of the router that would last', () => signed(routerKey, said({ exp: NOW_SECONDS + 61 }))],
  ['of the router that is no word on a caller', () => signed(routerKey, said(), { typ: 'JWT' })],
  ['of the router without a type', () => signed(routerKey, said(), {})],
  ['of the router with a role that nobody has', () => signed(routerKey, said({ role: 'ROOT' }))],
])('AUT-02 A9 a word %s is refused, and a good token beside it does not help', async (_what, jwsOf) => {
  const jws = await jwsOf();
  expect(await byRouter(jws)).toEqual(REFUSED);
  expect(await byRouter(jws, await bearer(issuerKey))).toEqual(REFUSED);
});

test('AUT-02 A9 the word of a router is no token, and a token is no word of a router', async () => {
  expect(await trust({ authorization: await bearer(routerKey, said(), TYPE) })).toEqual(REFUSED);
  expect(await byRouter((await bearer(issuerKey)).slice('Bearer '.length))).toEqual(REFUSED);
});

test('AUT-02 A9 where no router is known its header is one like any other', async () => {
  const alone = openTrust(tokens, undefined, () => NOW);
  const jws = await signed(routerKey, said());
  expect(await alone({ [ROUTER_CLAIMS_HEADER]: jws })).toEqual(REFUSED);
  expect(await alone({ [ROUTER_CLAIMS_HEADER]: jws, authorization: await bearer(issuerKey) })).toMatchObject({
    claims: { subject: 'user-17' },
  });
});
