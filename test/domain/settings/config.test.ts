// The settings of the process: which mode they mean, and every word about what is missing or wrong.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKeptWorld } from '../../../simulator/keptWorld';
import { ConfigurationError, readConfig, SAMPLE_COMPANIES, SAMPLE_ISSUER } from '../../../src/config';
import { readSampleBillers } from '../../../src/embedded/sampleBillers';
import { openSampleKeys } from '../../../src/embedded/sampleKeys';
import { BILLER_ID, entryWith, fileOf, lineWith, SECRETS } from './billerEntry';

const folder = mkdtempSync(join(tmpdir(), 'settings-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a file for one test; gives its path. */
function fileWith(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const KEYS_FILE = fileWith('keys.json', { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] });

/** All that production needs. */
const PRODUCTION: Readonly<Record<string, string>> = {
  ...SECRETS,
  NODE_ENV: 'production',
  DATABASE_URL: 'postgresql://daffron:db-secret-55@db.example.org:5432/daffron',
  REDIS_URL: 'rediss://:cache-secret-66@cache.example.org:6379',
  BILLERS_FILE: fileWith('billers.json', fileOf(entryWith())),
  TOKEN_ISSUER: 'https://issuer.example.org',
  TOKEN_AUDIENCE: 'daffron-subgraph',
  TOKEN_KEYS_URL: 'https://issuer.example.org/keys',
};

/** Production settings with some of them changed or, as undefined, left out. */
const productionWith = (changes: Readonly<Record<string, string | undefined>>) => ({ ...PRODUCTION, ...changes });

/** Every problem as one line each; none where the settings are right. */
function told(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n');
    throw error;
  }
}

const wrong = (line: string): string => `CONFIGURATION_INVALID ${line}`;

test('CAP-03 nothing given is the embedded mode, on this machine alone', () => {
  expect(readConfig({})).toMatchObject({
    mode: 'embedded',
    host: '127.0.0.1',
    port: 4000,
    databaseUrl: undefined,
    redisUrl: undefined,
    tokens: undefined,
    billers: undefined,
    logLevel: 'info',
    balanceTtlSeconds: 86_400,
  });
});

test('CAP-03 in the embedded mode a given URL replaces just that part', () => {
  const config = readConfig({ REDIS_URL: 'redis://127.0.0.1:6379' });
  expect(config).toMatchObject({ mode: 'embedded', redisUrl: 'redis://127.0.0.1:6379', databaseUrl: undefined });
});

test('the embedded mode listens for nobody but its user, and stops at once', () => {
  expect(readConfig({})).toMatchObject({ metricsPort: undefined, tracesEndpoint: undefined, stopDrainMs: 0 });
  expect(readConfig({ METRICS_PORT: '9999', STOP_DRAIN_MS: '5' })).toMatchObject({ metricsPort: 9999, stopDrainMs: 5 });
});

test('production tells its figures on a port of their own and drains before it stops, unless it is told otherwise', () => {
  expect(readConfig(productionWith({}))).toMatchObject({
    metricsPort: 9464,
    tracesEndpoint: undefined,
    stopDrainMs: 5000,
  });
  const changes = { METRICS_PORT: 'off', STOP_DRAIN_MS: '0', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
  expect(readConfig(productionWith(changes))).toMatchObject({
    metricsPort: undefined,
    tracesEndpoint: 'http://collector:4318',
    stopDrainMs: 0,
  });
  expect(told(productionWith({ METRICS_PORT: 'on', STOP_DRAIN_MS: '60000' }))).toEqual([
    wrong('METRICS_PORT: must be a port or off'),
    wrong('STOP_DRAIN_MS: must be from 0 to 10000'),
  ]);
});

test('CAP-03 a variable set to nothing is not set', () => {
  expect(readConfig({ PORT: '', BILLERS_FILE: '', TOKEN_ISSUER: '' })).toMatchObject({ mode: 'embedded', port: 4000 });
});

test('CAP-03 complete production settings are taken as they are', () => {
  const config = readConfig(productionWith({ PORT: '8080' }));
  expect(config).toMatchObject({
    mode: 'production',
    host: '0.0.0.0',
    port: 8080,
    databaseUrl: PRODUCTION['DATABASE_URL'],
    redisUrl: PRODUCTION['REDIS_URL'],
    tokens: {
      issuer: 'https://issuer.example.org',
      audience: 'daffron-subgraph',
      keys: { url: 'https://issuer.example.org/keys' },
      algorithms: ['RS256', 'ES256', 'EdDSA'],
      leewaySeconds: 30,
      lifetimeSecondsMax: 86_400,
    },
  });
  expect(config.billers?.map(({ biller }) => biller.id)).toEqual([BILLER_ID]);
});

test('operations are compiled only where somebody asked for it, in every mode', () => {
  expect([readConfig({}), readConfig(PRODUCTION)].map(({ executor }) => executor)).toEqual(['ordinary', 'ordinary']);
  expect(readConfig({ EXECUTOR: 'compiled' }).executor).toBe('compiled');
  expect(told({ EXECUTOR: 'fast' })).toEqual([
    wrong('EXECUTOR: Invalid option: expected one of "ordinary"|"compiled"'),
  ]);
});

test('CAP-03 a billers file alone means production', () => {
  expect(readConfig(productionWith({ NODE_ENV: undefined })).mode).toBe('production');
  expect(told({ ...SECRETS, BILLERS_FILE: PRODUCTION['BILLERS_FILE'] })).toContain(
    wrong('DATABASE_URL: is missing: production has no embedded part in its place'),
  );
});

const ALL_MISSING = [
  wrong('TOKEN_ISSUER: is missing: whose tokens are believed'),
  wrong('TOKEN_AUDIENCE: is missing: for whom tokens must be meant'),
  wrong('TOKEN_KEYS_URL: is missing: give either TOKEN_KEYS_URL or TOKEN_KEYS_FILE'),
  wrong('DATABASE_URL: is missing: production has no embedded part in its place'),
  wrong('REDIS_URL: is missing: production has no embedded part in its place'),
  wrong('BILLERS_FILE: is missing: production has no embedded part in its place'),
];

test('CAP-03 production tells all that is missing at once', () => {
  expect(told({ NODE_ENV: 'production' })).toEqual(ALL_MISSING);
});

test('CAP-03 a setting that is wrong hides none that is missing, and is not called missing itself', () => {
  expect(told({ NODE_ENV: 'production', PORT: 'http', REDIS_URL: 'cache:6379' })).toEqual([
    wrong('PORT: must be a whole number'),
    wrong(
      'REDIS_URL: must be a URL such as redis://host:6379, redis+sentinel://host:26379,host:26379/name-of-the-master or redis+cluster://host:6379,host:6379',
    ),
    ...ALL_MISSING.filter((line) => !line.includes('REDIS_URL')),
  ]);
});

test('CAP-03 wrong billers are told together with what else is wrong', () => {
  const file = fileOf(entryWith({ billingModel: 'OPEN_ITEM', daffron: lineWith({ password: { env: 'NOBODY' } }) }));
  const BILLERS_FILE = fileWith('wrong-billers.json', file);
  expect(told(productionWith({ BILLERS_FILE, DATABASE_URL: undefined, LOG_LEVEL: 'loud' }))).toEqual([
    wrong('LOG_LEVEL: Invalid option: expected one of "fatal"|"error"|"warn"|"info"|"debug"|"silent"'),
    wrong('DATABASE_URL: is missing: production has no embedded part in its place'),
    wrong('billers[0].billingModel: must be BALANCE_FORWARD; open item billing is not supported (BAL-11)'),
    wrong('billers[0].daffron.password: the variable NOBODY is not there or empty'),
  ]);
});

test.each([
  ['PORT', '65536', 'must be from 0 to 65535'],
  ['PORT', '-1', 'must be a whole number'],
  ['PORT', '80.5', 'must be a whole number'],
  ['DATABASE_URL', 'mysql://x/y', 'must be a URL such as postgresql://user:password@host:5432/name'],
  ['DATABASE_POOL_MAX', '1', 'must be from 2 to 200'],
  ['REDIS_TIMEOUT_MS', '5000', 'must be from 5 to 1000'],
  ['BALANCE_TTL_SECONDS', '59', 'must be from 60 to 604800'],
  ['BIF_BYTES_MAX', '2000000000', 'must be from 1024 to 1073741824'],
  ['TOKEN_LEEWAY_SECONDS', '61', 'must be from 0 to 60'],
  ['TOKEN_KEYS_URL', 'file:///keys.json', 'must be a URL such as https://issuer.example/keys'],
])('CAP-03 %s=%s is refused in exact words', (name, value, message) => {
  expect(told(productionWith({ [name]: value }))).toEqual([wrong(`${name}: ${message}`)]);
});

test.each(['none', 'HS256', 'RS256,HS512', 'RS256,', '   '])(
  'AUT-02 tokens are never checked by %j: only algorithms with a public key are',
  (algorithms) => {
    expect(told(productionWith({ TOKEN_ALGORITHMS: algorithms }))).toEqual([
      expect.stringContaining('CONFIGURATION_INVALID TOKEN_ALGORITHMS: must be some of RS256, RS384'),
    ]);
  },
);

test('AUT-02 production refuses the issuer of sample tokens and keys over plain http', () => {
  const sample = { TOKEN_ISSUER: SAMPLE_ISSUER, TOKEN_KEYS_URL: 'http://issuer.example.org/keys' };
  expect(told(productionWith(sample))).toEqual([
    wrong('TOKEN_ISSUER: is the issuer of sample tokens'),
    wrong('TOKEN_KEYS_URL: must be https in production'),
  ]);
});

test('AUT-02 keys come from one place: from a URL or from a file, and the file is looked at when the process starts', () => {
  const fromFile = { TOKEN_KEYS_URL: undefined, TOKEN_KEYS_FILE: KEYS_FILE };
  expect(readConfig(productionWith(fromFile)).tokens?.keys).toEqual({ file: KEYS_FILE });
  expect(told(productionWith({ TOKEN_KEYS_FILE: KEYS_FILE }))).toEqual([
    wrong('TOKEN_KEYS_URL: stands beside TOKEN_KEYS_FILE'),
  ]);
  const none = join(folder, 'none.json');
  expect(told(productionWith({ ...fromFile, TOKEN_KEYS_FILE: none }))).toEqual([
    wrong(`TOKEN_KEYS_FILE: ${none} cannot be read`),
  ]);
});

test.each(['', 'not JSON', '{}', '{"keys":[]}', '{"keys":[{}]}', '[]'])(
  'AUT-02 a file that holds %j is no set of keys',
  (content) => {
    const path = fileWith('odd-keys.json', content);
    expect(told(productionWith({ TOKEN_KEYS_URL: undefined, TOKEN_KEYS_FILE: path }))).toEqual([
      wrong(`TOKEN_KEYS_FILE: ${path} is no set of keys`),
    ]);
  },
);

/** A key set in a file, with one key that is as it should be before the one in question. */
function keysWith(changes: Readonly<Record<string, unknown>>): string {
  const good = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', kid: 'one' };
  return fileWith('changed-keys.json', { keys: [good, { ...good, kid: 'two', ...changes }] });
}

const inFile = (path: string) => ({ TOKEN_KEYS_URL: undefined, TOKEN_KEYS_FILE: path });

test.each(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])(
  'AUT-02 a key with the private member %s is refused in every mode, and not repeated',
  (member) => {
    const path = keysWith({ [member]: 'canary-secret' });
    const line = wrong(`TOKEN_KEYS_FILE: ${path} holds a private key as keys[1]: only the issuer may have that`);
    expect(told(productionWith(inFile(path)))).toEqual([line]);
    expect(told({ TOKEN_ISSUER: 'me', TOKEN_AUDIENCE: 'me', TOKEN_KEYS_FILE: path })).toEqual([line]);
  },
);

test.each([{ kty: 'oct' }, { kty: 'OCT', k: 'canary-secret' }])(
  'AUT-02 a shared secret %j is refused in every mode',
  (key) => {
    const path = keysWith(key);
    const line = wrong(`TOKEN_KEYS_FILE: ${path} holds a shared secret as keys[1]: who can verify by it can sign`);
    expect(told(productionWith(inFile(path)))).toEqual([line]);
    expect(told({ TOKEN_ISSUER: 'me', TOKEN_AUDIENCE: 'me', TOKEN_KEYS_FILE: path })).toEqual([line]);
  },
);

test('AUT-02 production refuses the very keys that the embedded mode makes, whatever issuer is named', async () => {
  const { tokens } = await openSampleKeys(join(folder, 'embedded'));
  if (!('file' in tokens.keys)) throw new Error('sample keys are in a file');
  const path = tokens.keys.file;
  expect(told(productionWith(inFile(path)))).toEqual([
    wrong(`TOKEN_KEYS_FILE: ${path} holds a sample key as keys[0]: everybody can have its tokens`),
  ]);
  expect(told({ TOKEN_ISSUER: 'me', TOKEN_AUDIENCE: 'me', TOKEN_KEYS_FILE: path })).toEqual([]);
});

test('CAP-03 production refuses every biller of the simulator, and the names it refuses are those and no others', async () => {
  const world = await openKeptWorld({ dataDir: join(folder, 'simulator'), today: '2026-03-10' });
  const companies = world.billers.map(({ credentials }) => credentials.company);
  expect(SAMPLE_COMPANIES).toEqual(companies);
  const entries = companies.map((company, at) =>
    entryWith({ id: BILLER_ID.replace('7', String(at)), daffron: lineWith({ company }) }),
  );
  const BILLERS_FILE = fileWith('sample-companies.json', fileOf(...entries));
  expect(told(productionWith({ BILLERS_FILE }))).toEqual(
    companies.map((_, at) => wrong(`billers[${at}].daffron.company: is a company of the Daffron simulator`)),
  );
});

test('CIS-04 what an operation and what a call to Daffron may take agree by default, and must agree where they are set', () => {
  expect(told(PRODUCTION)).toEqual([]);
  const daffron = lineWith({ deadlineMs: 10_000 });
  const BILLERS_FILE = fileWith('slow.json', fileOf(entryWith({ daffron })));
  expect(told(productionWith({ BILLERS_FILE, REQUEST_TIMEOUT_MS: '10001' }))).toEqual([]);
  expect(told(productionWith({ BILLERS_FILE, REQUEST_TIMEOUT_MS: '10000' }))).toEqual([
    wrong(
      'billers[0].daffron.deadlineMs: must be less than REQUEST_TIMEOUT_MS (10000), or an operation ends before Daffron may answer',
    ),
  ]);
});

test.each([500, 8000, 15_000, 300_000])(
  'CIS-04 the sample billers agree with operations of %i ms',
  (requestTimeoutMs) => {
    const line = { endpoint: 'http://127.0.0.1:1/', userId: 'u', password: 'p', company: 'MILLCREEK', appName: 'EBPP' };
    const biller = {
      ...line,
      id: BILLER_ID,
      name: 'Mill Creek',
      timeZone: 'UTC',
      multiSpeak: '3.0' as const,
      invoiceTypes: [{ id: 42, name: 'Water' }],
    };
    const people = {
      owner: { billerId: BILLER_ID, userName: 'o', accountNumbers: [] },
      staff: { billerId: BILLER_ID, userName: 's' },
      guest: { billerId: BILLER_ID, accountNumber: '1' },
    };
    const ready = {
      type: 'ready' as const,
      url: line.endpoint,
      controlUrl: line.endpoint,
      billers: [biller],
      bifFiles: [],
      people,
      fresh: true,
    };
    const [sample] = readSampleBillers(ready, requestTimeoutMs);
    expect(sample?.daffron.deadlineMs).toBeLessThan(requestTimeoutMs);
  },
);

test('CAP-03 a watched folder must be one that this process may write to; without its name none is watched', () => {
  const bifFolder = { path: folder, pollMs: 5000, settleMs: 10_000 };
  expect(readConfig({ BIF_FOLDER: folder }).bifFolder).toEqual(bifFolder);
  expect(readConfig({ BIF_FOLDER_POLL_MS: '100' }).bifFolder).toBeUndefined();
  for (const path of [join(folder, 'nowhere'), KEYS_FILE]) {
    expect(told({ BIF_FOLDER: path })).toEqual([
      wrong(`BIF_FOLDER: ${path} is no folder that this process may write to`),
    ]);
  }
});

test('AUT-02 who gives a part of the token settings must give all of them, in the embedded mode too', () => {
  expect(told({ TOKEN_AUDIENCE: 'me' })).toEqual([
    wrong('TOKEN_ISSUER: is missing: whose tokens are believed'),
    wrong('TOKEN_KEYS_URL: is missing: give either TOKEN_KEYS_URL or TOKEN_KEYS_FILE'),
  ]);
});

test('CAP-03 a billers file that is not there or is not JSON is told by its path', () => {
  const none = join(folder, 'none.json');
  expect(told(productionWith({ BILLERS_FILE: none }))).toEqual([wrong(`BILLERS_FILE: ${none} cannot be read`)]);
  const odd = fileWith('odd.json', '{"billers": swordfish-77');
  expect(told(productionWith({ BILLERS_FILE: odd }))).toEqual([wrong(`BILLERS_FILE: ${odd} is not JSON`)]);
});

test('CIS-02 a secret in a file counts without the line end that editors leave', () => {
  const password = { file: fileWith('password', 'swordfish-78\r\n') };
  const BILLERS_FILE = fileWith('file-secret.json', fileOf(entryWith({ daffron: lineWith({ password }) })));
  expect(readConfig(productionWith({ BILLERS_FILE })).billers?.[0]?.daffron.password).toBe('swordfish-78');
});

test('CIS-02 an empty secret is none', () => {
  const password = { file: fileWith('empty', '\n') };
  const BILLERS_FILE = fileWith('empty-secret.json', fileOf(entryWith({ daffron: lineWith({ password }) })));
  expect(told(productionWith({ BILLERS_FILE, DAFFRON_USER: '' }))).toEqual([
    wrong('billers[0].daffron.userId: the variable DAFFRON_USER is not there or empty'),
    wrong(`billers[0].daffron.password: the file ${password.file} is not there or empty`),
  ]);
});

test('CIS-02 no password of a URL and no secret stands in a message', () => {
  const broken = {
    DATABASE_URL: 'postgres://u:db-secret-55@[',
    REDIS_URL: 'http://:cache-secret-66@x',
    TOKEN_ISSUER: '',
  };
  const text = told(productionWith(broken)).join('\n');
  expect(text).toContain('DATABASE_URL');
  for (const secret of ['db-secret-55', 'cache-secret-66', ...Object.values(SECRETS)])
    expect(text).not.toContain(secret);
});
