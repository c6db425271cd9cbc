// Which operations are run at all: any, or those that were listed when the clients were built; and how they may be brought.
import { createHash } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import { buildSchema } from 'graphql';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../../resolvers/context';
import { startGraphql } from '../../../src/graphql';
import { createServer } from '../../../src/http/server';
import { DEFAULT_LIMITS } from '../../../src/limits/limitSettings';
import { openLog } from '../../../src/log';
import { CEDAR } from '../testBillers';
import { openTestHouse, type Json, type TestHouse } from '../testHouse';

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const LISTED = 'query Name {\n  biller {\n    name\n  }\n}';
const DEEP_BUT_LISTED = 'query Deep { viewer { customer { id } } }';
const CUSTOM_ID = 'portal-2026-03:deep';

const folder = mkdtempSync(join(tmpdir(), 'operations-'));
let house: TestHouse;
let staff: string;
let routerKey: CryptoKey;

const ROUTER = { issuer: 'https://router.example.org', audience: 'us' };

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  routerKey = pair.privateKey;
  const file = join(folder, 'router.json');
  writeFileSync(
    file,
    JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'ES256', use: 'sig', kid: 'r' }] }),
  );
  house = await openTestHouse({
    limits: {
      operations: {
        accept: 'manifest',
        manifest: new Map([
          [hashOf(LISTED), LISTED],
          [CUSTOM_ID, DEEP_BUT_LISTED],
        ]),
      },
    },
    router: { ...ROUTER, keys: { file } },
  });
  staff = await house.staff();
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

const byId = (sha256Hash: string): object => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

async function send(body: object, headers: Record<string, string> = { authorization: `Bearer ${staff}` }) {
  const response = await house.service.server.inject({
    method: 'POST',
    url: '/graphql',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
  const json: Json = response.json();
  return {
    status: response.statusCode,
    data: json.data,
    code: json.errors?.[0].extensions.code,
    type: response.headers['content-type'],
  };
}

async function get(parameters: Record<string, string>) {
  const response = await house.service.server.inject({
    method: 'GET',
    url: `/graphql?${new URLSearchParams(parameters).toString()}`,
    headers: { authorization: `Bearer ${staff}`, 'apollo-require-preflight': '1' },
  });
  return { status: response.statusCode, data: response.json().data, code: response.json().errors?.[0].extensions.code };
}

describe('with a manifest', () => {
  test('G9 what is listed is run, by its id as well as by its text, from the body as from the address', async () => {
    const data = { biller: { name: 'Cedar' } };
    expect(await send(byId(hashOf(LISTED)))).toMatchObject({ status: 200, data });
    expect(await send({ query: LISTED })).toMatchObject({ status: 200, data });
    expect(await send({ query: LISTED, ...byId(hashOf(LISTED)) })).toMatchObject({ status: 200, data });
    expect(await send(byId(CUSTOM_ID))).toMatchObject({ status: 200, data: { viewer: { customer: null } } });
    expect(
      await get({ extensions: JSON.stringify({ persistedQuery: { version: 1, sha256Hash: hashOf(LISTED) } }) }),
    ).toMatchObject({ data });
    expect(await get({ query: LISTED })).toMatchObject({ data });
  });

  test('G9 a text that is not listed is refused before it is parsed, however little it differs', async () => {
    for (const query of ['{ biller { name } }', `${LISTED} `, LISTED.replaceAll('\n', ''), '{ not even graphql']) {
      expect(await send({ query })).toMatchObject({ status: 400, data: undefined, code: 'OPERATION_NOT_LISTED' });
      expect(await get({ query })).toMatchObject({ status: 400, data: undefined, code: 'OPERATION_NOT_LISTED' });
    }
  });

  test('G9 nothing is added by sending it with its hash', async () => {
    const text = '{ biller { id } }';
    expect(await send({ query: text, ...byId(hashOf(text)) })).toMatchObject({
      status: 400,
      code: 'OPERATION_NOT_LISTED',
    });
    expect(await send(byId(hashOf(text)))).toMatchObject({ data: undefined, code: 'PERSISTED_QUERY_NOT_FOUND' });
    expect(await send({ query: text, ...byId(hashOf(LISTED)) })).toMatchObject({ code: 'OPERATION_NOT_LISTED' });
  });

  test('a refusal has the media type that was asked for', async () => {
    const authorization = `Bearer ${staff}`;
    const asked = await send({ query: '{ x }' }, { authorization, accept: 'application/graphql-response+json' });
    expect([asked.type, (await send({ query: '{ x }' })).type]).toEqual([
      'application/graphql-response+json; charset=utf-8',
      'application/json; charset=utf-8',
    ]);
  });
});

describe('claims that a router signed', () => {
  const signed = async (claims: Record<string, unknown>, audience = ROUTER.audience): Promise<string> =>
    await new SignJWT({ biller: CEDAR, role: 'CSR', username: 'routed', ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'r', typ: 'router-claims+jwt' })
      .setIssuer(ROUTER.issuer)
      .setAudience(audience)
      .setSubject('routed')
      .setIssuedAt(Math.floor(house.now.getTime() / 1000))
      .setExpirationTime(Math.floor(house.now.getTime() / 1000) + 30)
      .sign(routerKey);

  test('A9 make the caller, and ones that are not for us make nobody', async () => {
    expect(await send(byId(hashOf(LISTED)), { 'x-router-claims': await signed({}) })).toMatchObject({
      status: 200,
      data: { biller: { name: 'Cedar' } },
    });
    const both = { authorization: `Bearer ${staff}`, 'x-router-claims': await signed({}, 'others') };
    expect(await send(byId(hashOf(LISTED)), both)).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });
});

describe('a contract with mutations behind the same front', () => {
  test('G8 a mutation is never run from the address, whatever headers come with it', async () => {
    const pay = jest.fn(() => true);
    const schema = buildSchema('type Query { one: Int } type Mutation { pay: Boolean }');
    Object.assign(schema.getMutationType()?.getFields()['pay'] ?? {}, { resolve: pay });
    const apollo: ApolloServer<Context> = await startGraphql({
      isProduction: true,
      limits: DEFAULT_LIMITS,
      schema,
      log: openLog('silent'),
    });
    const server = createServer({
      apollo,
      sources: house.service.sources,
      identify: () =>
        Promise.resolve({
          kind: 'claims',
          claims: {
            billerId: CEDAR,
            role: 'CSR',
            subject: 's',
            userName: 's',
            accountNumbers: [],
            issuedAt: house.now,
          },
        }),
      sight: { log: openLog('silent'), health: house.service.health },
      bif: { door: house.service.door, billers: house.service.billers, bytesMax: 1, now: () => house.now },
      log: openLog('silent'),
      limits: DEFAULT_LIMITS,
      load: { whyNotNow: () => undefined, whyNotFor: () => undefined },
      requestTimeoutMs: 15_000,
      isProduction: true,
    });
    try {
      const fromAddress = await server.inject({
        method: 'GET',
        url: `/graphql?query=${encodeURIComponent('mutation { pay }')}`,
        headers: { 'apollo-require-preflight': '1', 'x-apollo-operation-name': 'x' },
      });
      expect([fromAddress.statusCode, fromAddress.headers['allow'], pay.mock.calls.length]).toEqual([405, 'POST', 0]);
      const fromBody = await server.inject({
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': 'application/json' },
        payload: JSON.stringify({ query: 'mutation { pay }' }),
      });
      expect([fromBody.json(), pay.mock.calls.length]).toEqual([{ data: { pay: true } }, 1]);
    } finally {
      await server.close();
      await apollo.stop();
    }
  });
});
