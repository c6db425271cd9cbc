// Certificates and keys of a biller, told at the start where they are wrong, and never shown.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBillers } from '../../../src/billersFile';
import { entryWith, fileOf, lineWith, SECRETS } from './billerEntry';

const pem = (name: string): string => readFileSync(join(__dirname, '../../fixtures/tls', name), 'utf8');
const CA = pem('ca.pem');
const CERTIFICATE = pem('client.pem');
const KEY = pem('client.key');
const OTHER_KEY = pem('server.key');

const LOCKED_KEY = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open-sesame' },
}).privateKey;

/** A certificate by its looks, and nothing that OpenSSL could read. */
const HOLLOW = '-----BEGIN CERTIFICATE-----\nY2FuYXJ5LW1hdGVyaWFs\n-----END CERTIFICATE-----\n';

function read(texts: Readonly<Record<string, string>>) {
  const tls = Object.fromEntries(Object.keys(texts).map((part) => [part, { file: part }]));
  return readBillers(fileOf(entryWith({ daffron: lineWith({ tls }) })), (reference) =>
    'env' in reference ? SECRETS[reference.env] : texts[reference.file],
  );
}

const told = (texts: Readonly<Record<string, string>>): readonly string[] =>
  read(texts).problems.map(({ code, setting, message }) => `${code} ${setting}: ${message}`);

const wrong = (part: string, message: string): string =>
  `CONFIGURATION_INVALID billers[0].daffron.tls.${part}: ${message}`;

const BAD_CERTIFICATES = 'holds no PEM certificates, or one that cannot be read';
const BAD_KEY = 'holds no PEM private key that can be read without a passphrase';

test.each<readonly [string, Readonly<Record<string, string>>]>([
  ['an authority', { ca: CA }],
  ['an authority, a certificate and its key', { ca: CA, certificate: CERTIFICATE, key: KEY }],
  ['a bundle of authorities with comments', { ca: `# our own\n${CA}\n# another\n${CERTIFICATE}` }],
  ['a certificate with the chain above it', { certificate: `${CERTIFICATE}${CA}`, key: KEY }],
  ['a file that holds certificate and key', { certificate: `${CERTIFICATE}${KEY}`, key: `${CERTIFICATE}${KEY}` }],
])('CIS-02 good material is taken: %s', (_name, texts) => {
  expect(told(texts)).toEqual([]);
});

test.each(['canary-material', HOLLOW, `${CA}${HOLLOW}`, CA.slice(0, -40), KEY, CA.replace('BEGIN', 'START')])(
  'CAP-03 an authority that cannot be read is told, which Node itself would silently leave out: %#',
  (ca) => {
    expect(told({ ca })).toEqual([wrong('ca', BAD_CERTIFICATES)]);
  },
);

test.each(['canary-material', HOLLOW, `${CERTIFICATE}${HOLLOW}`, CERTIFICATE.slice(0, -40), KEY])(
  'CAP-03 a client certificate that cannot be read is told: %#',
  (certificate) => {
    expect(told({ certificate, key: KEY })).toEqual([wrong('certificate', BAD_CERTIFICATES)]);
  },
);

test.each(['canary-material', CERTIFICATE, KEY.slice(0, 60), LOCKED_KEY])(
  'CAP-03 a key that cannot be read is told: %#',
  (key) => {
    expect(told({ certificate: CERTIFICATE, key })).toEqual([wrong('key', BAD_KEY)]);
  },
);

test('CAP-03 a key that belongs to another certificate is told', () => {
  const misfit = [wrong('key', 'does not fit the certificate, the first one of its file')];
  expect(told({ certificate: CERTIFICATE, key: OTHER_KEY })).toEqual(misfit);
  expect(told({ certificate: `${CA}${CERTIFICATE}`, key: KEY })).toEqual(misfit);
});

test('CAP-03 all that is wrong with the material is told at once, and what is not there is told as that alone', () => {
  expect(told({ ca: 'x', certificate: 'x', key: 'x' })).toEqual([
    wrong('ca', BAD_CERTIFICATES),
    wrong('certificate', BAD_CERTIFICATES),
    wrong('key', BAD_KEY),
  ]);
  expect(told({ ca: '', certificate: CERTIFICATE, key: '' })).toEqual([
    wrong('ca', 'the file ca is not there or empty'),
    wrong('key', 'the file key is not there or empty'),
  ]);
});

test('CIS-02 neither the material nor what a library says of it stands in a message', () => {
  const texts = [
    { ca: 'canary-material' },
    { ca: HOLLOW },
    { certificate: CERTIFICATE, key: OTHER_KEY },
    { certificate: HOLLOW, key: 'canary-material' },
  ];
  const text = texts.flatMap((each) => told(each)).join('\n');
  expect(text).toContain('CONFIGURATION_INVALID');
  const bodies = [HOLLOW, CERTIFICATE, KEY, OTHER_KEY].flatMap((each) => each.split('\n').slice(1, -2));
  for (const canary of ['canary', 'error:', 'OSSL', ...bodies]) expect(text).not.toContain(canary);
});
