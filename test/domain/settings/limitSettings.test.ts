// Limits and trust as settings: their defaults, and every word about what is wrong with them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, readConfig, SAMPLE_ISSUER } from '../../../src/config';
import { DEFAULT_LIMITS } from '../../../src/limits/limitSettings';

const folder = mkdtempSync(join(tmpdir(), 'limits-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function told(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.problems.map(({ setting, message }) => `${setting}: ${message}`);
    throw error;
  }
}

const OPERATION = { id: 'a1', name: 'A', type: 'query', body: 'query A { __typename }' };
const manifestOf = (...operations: readonly object[]): object => ({
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations,
});

test('CAP-03 nothing given is the defaults, by which no limit is off', () => {
  expect(readConfig({}).limits).toEqual(DEFAULT_LIMITS);
  expect(DEFAULT_LIMITS).toEqual({
    operation: {
      tokensMax: 2000,
      depthMax: 16,
      aliasesMax: 100,
      directivesMax: 50,
      listItemsMax: 1000,
      costMax: 10_000,
    },
    http: { bodyBytesMax: 102_400, bodyTimeoutMs: 10_000, headersTimeoutMs: 10_000, connectionsMax: 10_000 },
    load: { loopDelayMsMax: 200, queuePercentMax: 80 },
    operations: { accept: 'apq' },
    compositionSubjects: [],
  });
});

test('CAP-03 what is given is taken', () => {
  const { limits } = readConfig({
    OPERATION_COST_MAX: '500',
    COMPOSITION_SUBJECTS: ' rover, hive ,',
    OPERATIONS: 'any',
  });
  expect(limits).toMatchObject({
    operation: { costMax: 500 },
    compositionSubjects: ['rover', 'hive'],
    operations: { accept: 'any' },
  });
});

test('CAP-03 every limit that is wrong is told at once', () => {
  expect(
    told({ OPERATION_COST_MAX: 'none', BODY_BYTES_MAX: '-1', SHED_QUEUE_PERCENT: '101', OPERATIONS: 'all' }),
  ).toEqual([
    'OPERATION_COST_MAX: must be a whole number',
    'BODY_BYTES_MAX: must be a whole number',
    'SHED_QUEUE_PERCENT: must be from 1 to 100',
    'OPERATIONS: Invalid option: expected one of "any"|"apq"|"manifest"',
  ]);
});

test('G9 a manifest as Apollo’s tools write it is read whole, and once', () => {
  const file = fileWith('good.json', manifestOf(OPERATION, { ...OPERATION, id: 'b2', clientName: 'portal' }));
  const { operations } = readConfig({ OPERATIONS: 'manifest', OPERATIONS_FILE: file }).limits;
  expect(operations).toEqual({
    accept: 'manifest',
    manifest: new Map([
      ['a1', OPERATION.body],
      ['b2', OPERATION.body],
    ]),
  });
});

test.each<readonly [string, unknown, string]>([
  ['not JSON', 'x', 'is not JSON'],
  ['another format', { ...manifestOf(), format: 'relay' }, 'is no manifest of format 1: format'],
  ['another version', { ...manifestOf(), version: 2 }, 'is no manifest of format 1: version'],
  [
    'no operations',
    { format: 'apollo-persisted-query-manifest', version: 1 },
    'is no manifest of format 1: operations',
  ],
  ['an operation without a text', manifestOf({ ...OPERATION, body: undefined }), 'format 1: operations.0.body'],
  ['an id twice', manifestOf(OPERATION, OPERATION), 'has the id a1 twice'],
  ['a text that is no GraphQL', manifestOf({ ...OPERATION, body: 'query {' }), 'no GraphQL, of the operation A'],
])('G9 a manifest with %s is refused when the process starts', (name, content, message) => {
  const file = fileWith(`${name.replaceAll(' ', '-')}.json`, content);
  const [problem, ...more] = told({ OPERATIONS: 'manifest', OPERATIONS_FILE: file });
  expect(more).toEqual([]);
  expect(problem).toContain(`OPERATIONS_FILE: ${file}`);
  expect(problem).toContain(message);
});

test('G9 a manifest that is missing, not there or not asked for is told', () => {
  expect(told({ OPERATIONS: 'manifest' })).toEqual([
    'OPERATIONS_FILE: is missing: the manifest of the operations to run',
  ]);
  const nowhere = join(folder, 'nowhere.json');
  expect(told({ OPERATIONS: 'manifest', OPERATIONS_FILE: nowhere })).toEqual([
    `OPERATIONS_FILE: ${nowhere} cannot be read`,
  ]);
  expect(told({ OPERATIONS_FILE: nowhere })).toEqual(['OPERATIONS_FILE: is read with OPERATIONS=manifest only']);
});

describe('the trust in a router', () => {
  const keys = fileWith('keys.json', { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] });
  const whole = { ROUTER_ISSUER: 'https://router.example.org', ROUTER_AUDIENCE: 'us', ROUTER_KEYS_FILE: keys };

  test('A9 is nobody’s unless it is given, and is given whole', () => {
    expect(readConfig({}).router).toBeUndefined();
    expect(readConfig(whole).router).toEqual({
      issuer: 'https://router.example.org',
      audience: 'us',
      keys: { file: keys },
    });
    expect(
      readConfig({ ...whole, ROUTER_KEYS_FILE: '', ROUTER_KEYS_URL: 'https://router.example.org/keys' }).router,
    ).toEqual({
      issuer: 'https://router.example.org',
      audience: 'us',
      keys: { url: 'https://router.example.org/keys' },
    });
  });

  test.each([
    [{ ROUTER_ISSUER: '' }, 'ROUTER_ISSUER: is missing: which router signs claims'],
    [{ ROUTER_AUDIENCE: '' }, 'ROUTER_AUDIENCE: is missing: for whom a router must mean its claims'],
    [{ ROUTER_KEYS_FILE: '' }, 'ROUTER_KEYS_URL: give either ROUTER_KEYS_URL or ROUTER_KEYS_FILE'],
    [{ ROUTER_KEYS_URL: 'https://r.example/k' }, 'ROUTER_KEYS_URL: give either ROUTER_KEYS_URL or ROUTER_KEYS_FILE'],
    [{ ROUTER_KEYS_FILE: join(folder, 'none') }, `ROUTER_KEYS_FILE: ${join(folder, 'none')} is no set of keys`],
  ])('A9 half of it is a mistake: %j', (changes, problem) => {
    expect(told({ ...whole, ...changes })).toEqual([problem]);
  });

  test('A9 the keys of a router are looked at as those of an issuer are, and its word cannot pass for a token', () => {
    const file = join(folder, 'router-private.json');
    writeFileSync(file, JSON.stringify({ keys: [{ kty: 'EC', kid: 'r', d: 'x' }] }));
    expect(told({ ...whole, ROUTER_KEYS_FILE: file })).toEqual([
      expect.stringMatching(/^ROUTER_KEYS_FILE: .* holds a private key as keys\[0\]/),
    ]);
    const tokens = { TOKEN_ISSUER: whole.ROUTER_ISSUER, TOKEN_AUDIENCE: whole.ROUTER_AUDIENCE, TOKEN_KEYS_FILE: keys };
    expect(told({ ...whole, ...tokens })).toEqual([expect.stringMatching(/^ROUTER_AUDIENCE: must not be/)]);
    expect(told({ ...whole, ROUTER_ISSUER: SAMPLE_ISSUER, NODE_ENV: 'production' })).toContain(
      'ROUTER_ISSUER: is the issuer of sample tokens',
    );
  });

  test('A9 in production the router’s keys come over https', () => {
    const env = {
      ...whole,
      NODE_ENV: 'production',
      ROUTER_KEYS_FILE: '',
      ROUTER_KEYS_URL: 'http://router.example.org/keys',
    };
    expect(told(env)).toContain('ROUTER_KEYS_URL: must be https in production');
  });
});
