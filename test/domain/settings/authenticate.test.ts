// Whose request it is: good tokens become claims, everything else the same refusal.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { identify, type Link } from '../../../domain/caller';
import { openAuthentication, type Authenticate } from '../../../src/http/authenticate';
import { BILLER_ID } from './billerEntry';
import { bearer, claimsWith, newKey, NOW, NOW_SECONDS, settingsWith, type Key } from './tokens';

const folder = mkdtempSync(join(tmpdir(), 'keys-'));
const REFUSED = { kind: 'refused' };
let es256: Key;
let rs256: Key;
let authenticate: Authenticate;
beforeAll(async () => {
  [es256, rs256] = await Promise.all([newKey('ES256', 'one'), newKey('RS256', 'two')]);
  const file = join(folder, 'keys.json');
  writeFileSync(file, JSON.stringify({ keys: [es256.publicJwk, rs256.publicJwk] }));
  authenticate = openAuthentication(settingsWith({ file }), () => NOW);
});

afterAll(() => rmSync(folder, { recursive: true }));

test('AUT-02 a good token becomes claims, whichever of the pinned algorithms signed it', async () => {
  const claims = {
    kind: 'claims',
    claims: {
      billerId: BILLER_ID,
      role: 'OWNER',
      subject: 'user-17',
      userName: 'janedoe',
      accountNumbers: ['0004512001'],
      issuedAt: new Date('2026-03-10T11:59:30Z'),
    },
  };
  expect(await authenticate(await bearer(es256))).toEqual(claims);
  expect(await authenticate(await bearer(rs256))).toEqual(claims);
  expect(await authenticate((await bearer(es256)).replace('Bearer', 'bearer'))).toEqual(claims);
});

test('LOG-02 user name and biller are taken without case, an account claimed twice is one', async () => {
  const token = claimsWith({ username: ' JaneDoe', biller: BILLER_ID.toUpperCase(), accounts: ['1', '2', '1'] });
  expect(await authenticate(await bearer(es256, token))).toMatchObject({
    claims: { userName: 'janedoe', billerId: BILLER_ID, accountNumbers: ['1', '2'] },
  });
});

test.each([
  ['nothing', undefined],
  ['an empty header', ''],
  ['the word alone', 'Bearer'],
  ['the word and a space', 'Bearer '],
  ['no token', 'Bearer garbage'],
  ['two dots and nothing', 'Bearer ..'],
  ['three words', 'Bearer a.b.c'],
  ['five parts', 'Bearer a.b.c.d.e'],
  ['another scheme', 'Basic amFuZTpkb2U='],
  ['two tokens', 'Bearer a.b.c, Bearer a.b.c'],
  ['a line end', 'Bearer a.b.c\n'],
  ['far too much', `Bearer a.${'b'.repeat(20_000)}.c`],
])('AUT-02 A1 %s is refused like everything else', async (_name, authorization) => {
  expect(await authenticate(authorization)).toEqual(REFUSED);
});

test('AUT-02 A1 whatever stands in the header, the answer is a refusal, never a fault and never trouble with keys', async () => {
  const json = fc.json().map((text) => Buffer.from(text).toString('base64url'));
  const part = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]{0,40}$/), json);
  const header = fc
    .record(
      {
        alg: fc.constantFrom('ES256', 'RS256', 'none', 'HS256'),
        kid: fc.constantFrom('one', 'two', 3),
        crit: fc.jsonValue(),
      },
      { requiredKeys: ['alg'] },
    )
    .map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
  const token = fc.tuple(fc.oneof(part, header), part, part).map((parts) => `Bearer ${parts.join('.')}`);
  await fc.assert(
    fc.asyncProperty(fc.oneof(token, fc.string()), async (text) => {
      expect(await authenticate(text)).toEqual(REFUSED);
    }),
    { numRuns: 200 },
  );
});

test.each<readonly [string, Readonly<Record<string, unknown>>]>([
  ['expired beyond the leeway', { iat: NOW_SECONDS - 600, exp: NOW_SECONDS - 30 }],
  ['without expiry', { exp: undefined }],
  ['with an expiry that is text', { exp: String(NOW_SECONDS + 600) }],
  ['without a time of issue', { iat: undefined }],
  ['issued in the future', { iat: NOW_SECONDS + 31 }],
  ['not yet valid', { nbf: NOW_SECONDS + 31 }],
  ['good for longer than the limit', { exp: NOW_SECONDS + 3601 }],
  ['good for ever', { exp: 1e15 }],
  ['of another issuer', { iss: 'https://issuer.example.com' }],
  ['of an issuer that begins alike', { iss: 'https://issuer.example.org.evil.example' }],
  ['without an issuer', { iss: undefined }],
  ['for another audience', { aud: 'payments' }],
  ['for no audience', { aud: undefined }],
  ['without a subject', { sub: undefined }],
  ['with an empty subject', { sub: '' }],
  ['without a biller', { biller: undefined }],
  ['with a biller that is no GUID', { biller: 'ozark' }],
  ['without a role', { role: undefined }],
  ['with a role that nobody has', { role: 'ADMIN' }],
  ['with a role in small letters', { role: 'owner' }],
  ['with two roles', { role: ['OWNER', 'CSR'] }],
  ['of an owner without a user name', { username: undefined }],
  ['of an owner with a blank user name', { username: '  ' }],
  ['of a co-owner without a user name', { role: 'CO_OWNER', username: undefined }],
  ['with accounts that are no list', { accounts: '0004512001' }],
  ['with an account that is a number', { accounts: [4_512_001] }],
  ['with an account that no CIS has', { accounts: ['0004512001', "1' OR '1'='1"] }],
  ['with 501 accounts', { accounts: Array.from({ length: 501 }, (_, at) => String(at)) }],
  ['of a guest without a grant', { role: 'GUEST' }],
  ['of a guest whose grant names nothing', { role: 'GUEST', grant: {} }],
  ['of a guest whose grant is a text', { role: 'GUEST', grant: '0004512001' }],
  ['of an owner with a grant', { grant: { account: '0004512001' } }],
  ['of staff with a grant', { role: 'CSR', grant: { account: '0004512001' } }],
])('AUT-02 A2 a token %s is refused', async (_name, changes) => {
  expect(await authenticate(await bearer(es256, claimsWith(changes)))).toEqual(REFUSED);
});

test.each<readonly [string, Readonly<Record<string, unknown>>]>([
  ['expired within the leeway', { iat: NOW_SECONDS - 600, exp: NOW_SECONDS - 29 }],
  ['issued by a clock within the leeway', { iat: NOW_SECONDS + 30 }],
  ['valid from within the leeway', { nbf: NOW_SECONDS + 30 }],
  ['good for exactly the limit', { exp: NOW_SECONDS + 3600 }],
  ['for several audiences, ours among them', { aud: ['payments', 'daffron-subgraph'] }],
  ['with 500 accounts', { accounts: Array.from({ length: 500 }, (_, at) => String(at)) }],
  ['without accounts', { accounts: undefined }],
  ['with claims that nobody knows', { isAdmin: true, biller_id: 'x' }],
])('AUT-02 A2 a token %s is good', async (_name, changes) => {
  expect(await authenticate(await bearer(es256, claimsWith(changes)))).toMatchObject({ kind: 'claims' });
});

test('REG-02 a link that Daffron ended within the leeway before the time of issue is not revived by the token', async () => {
  const leeway = settingsWith({ file: join(folder, 'keys.json') }).leewaySeconds;
  const authentication = await authenticate(await bearer(es256));
  if (authentication.kind !== 'claims') throw new Error('the token was not taken');
  const ended = (secondsBefore: number): Link => ({
    accountNumber: '0004512001',
    relation: 'OWNER',
    endedAt: new Date(NOW.getTime() - secondsBefore * 1000),
  });
  const accountsAfter = (link: Link) => [...identify(authentication.claims, [link], true).relations.keys()];
  expect(accountsAfter(ended(1))).toEqual([]);
  expect(accountsAfter(ended(leeway))).toEqual([]);
  expect(accountsAfter(ended(leeway + 1))).toEqual(['0004512001']);
});

test('AUT-02 a guest has the account of his grant and no other, and no user name', async () => {
  const guest = claimsWith({ role: 'GUEST', accounts: ['0009999999'], grant: { account: '0004512001' } });
  expect(await authenticate(await bearer(es256, guest))).toMatchObject({
    claims: { role: 'GUEST', accountNumbers: ['0004512001'], userName: null },
  });
});

test('AUT-02 the clock is the one that was handed in', async () => {
  let now = NOW;
  const file = join(folder, 'keys.json');
  const withClock = openAuthentication(settingsWith({ file }), () => now);
  const token = await bearer(es256);
  expect(await withClock(token)).toMatchObject({ kind: 'claims' });
  now = new Date('2026-03-10T12:10:29Z');
  expect(await withClock(token)).toMatchObject({ kind: 'claims' });
  now = new Date('2026-03-10T12:10:30Z');
  expect(await withClock(token)).toEqual(REFUSED);
});

test('AUT-02 a key set that cannot be read is an error when the process starts', () => {
  expect(() => openAuthentication(settingsWith({ file: join(folder, 'none.json') }), () => NOW)).toThrow('ENOENT');
});

test('A3 a token that was good a moment ago is refused from the second on in which it expires', async () => {
  let now = NOW;
  const clocked = openAuthentication(settingsWith({ file: join(folder, 'keys.json') }), () => now);
  const token = await bearer(es256, claimsWith({ exp: NOW_SECONDS + 20 }));
  expect(await clocked(token)).toMatchObject({ kind: 'claims' });
  now = new Date(NOW.getTime() + 49_000);
  expect(await clocked(token)).toMatchObject({ kind: 'claims' });
  now = new Date(NOW.getTime() + 51_000);
  expect(await clocked(token)).toEqual(REFUSED);
});

test('A3 a token that was good is refused when the clock is set back before it was made', async () => {
  let now = NOW;
  const clocked = openAuthentication(settingsWith({ file: join(folder, 'keys.json') }), () => now);
  const token = await bearer(es256);
  expect(await clocked(token)).toMatchObject({ kind: 'claims' });
  now = new Date(NOW.getTime() - 3_600_000);
  expect(await clocked(token)).toEqual(REFUSED);
});

test('A1 a token that differs in its last sign from one that was good is not taken for it', async () => {
  const token = await bearer(rs256);
  expect(await authenticate(token)).toMatchObject({ kind: 'claims' });
  const other = token.slice(0, -1) + (token.endsWith('A') ? 'Q' : 'A');
  expect(await authenticate(other)).toEqual(REFUSED);
});
