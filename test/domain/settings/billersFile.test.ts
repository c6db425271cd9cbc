// The billers' settings file: what it may say, the exact words where it is wrong, and secrets that it only names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBillers } from '../../../src/billersFile';
import { BILLER_ID, entryWith, fileOf, lineWith, SECRETS } from './billerEntry';

const FILES: Readonly<Record<string, string>> = Object.fromEntries(
  ['ca.pem', 'client.pem', 'client.key'].map((name) => [
    name,
    readFileSync(join(__dirname, '../../fixtures/tls', name), 'utf8'),
  ]),
);

const read = (file: unknown) =>
  readBillers(file, (reference) => ('env' in reference ? SECRETS[reference.env] : FILES[reference.file]));

/** Every problem of a file as one line each. */
const told = (file: unknown): readonly string[] =>
  read(file).problems.map(({ code, setting, message }) => `${code} ${setting}: ${message}`);

const wrong = (line: string): string => `CONFIGURATION_INVALID ${line}`;

test('CAP-03 the shortest entry is right, and required options are on without being named', () => {
  const { settings, problems } = read(fileOf(entryWith()));
  expect(problems).toEqual([]);
  expect(settings[0]?.biller).toMatchObject({
    id: BILLER_ID,
    authenticationType: 'USERNAME_AND_PASSWORD',
    billingModel: 'BALANCE_FORWARD',
    autoConveyance: false,
    billPresentment: 'OTHER',
    batchClosure: { mode: 'AUTO', closesAt: '23:59:59' },
    linksFromAssertion: false,
    coOwnerNamesVisible: false,
    options: {
      blockOlderInvoices: true,
      paymentOrder: 'MOST_RECENT_INVOICE_FIRST',
      preselectOpenInvoices: false,
      overrideRefreshCheck: true,
      multipleCustomerLogin: true,
      allowCoOwners: true,
      maximumCoOwners: 15,
      blockFlagsFromDaffron: true,
    },
  });
});

test('CIS-04 the line to Daffron has bounds without being told: calls, queue, deadline, retries, bytes, breaker', () => {
  expect(read(fileOf(entryWith())).settings[0]?.daffron).toEqual({
    version: '4.1',
    endpoint: 'https://cis.example.org/CB_Server',
    userId: 'cis-user-91',
    password: 'swordfish-77',
    header: { company: 'Ozark Hills', appName: 'daffron-subgraph', appVersion: '1' },
    maxConcurrent: 16,
    queueMax: 2000,
    deadlineMs: 10_000,
    attemptTimeoutMs: 5000,
    retries: 2,
    responseBytesMax: 1_048_576,
    breaker: { failures: 10, pauseMs: 5000 },
  });
});

test('AUT-01 the id of a biller is one in any case', () => {
  const { settings } = read(fileOf(entryWith({ id: BILLER_ID.toUpperCase() })));
  expect(settings[0]?.biller.id).toBe(BILLER_ID);
  expect(told(fileOf(entryWith(), entryWith({ id: BILLER_ID.toUpperCase() })))).toEqual([
    wrong('billers[1].id: stands in this file twice'),
  ]);
});

test.each([
  [{ billingModel: 'OPEN_ITEM' }, 'billingModel: must be BALANCE_FORWARD; open item billing is not supported (BAL-11)'],
  [{ authenticationType: 'SAML' }, 'authenticationType: must be USERNAME_AND_PASSWORD (LOG-01)'],
  [{ autoConveyance: undefined }, 'autoConveyance: must be decided: true or false (CNV-01)'],
  [{ options: { maximumCoOwners: 14 } }, 'options.maximumCoOwners: option 79 must be 15 (COO-04)'],
  [{ options: { blockOlderInvoices: false } }, 'options.blockOlderInvoices: option 40 must be on (BAL-01)'],
  [{ options: { paymentOrder: 'x' } }, 'options.paymentOrder: option 41 must be MOST_RECENT_INVOICE_FIRST (BAL-03)'],
  [{ options: { multipleCustomerLogin: false } }, 'options.multipleCustomerLogin: option 74 must be on (MUL-01)'],
  [{ options: { allowCoOwners: false } }, 'options.allowCoOwners: option 78 must be on (COO-01)'],
  [
    { options: { blockFlagsFromDaffron: false } },
    'options.blockFlagsFromDaffron: advanced setting 32 must be on (BLK-02)',
  ],
])('CAP-03 %j in the file is refused by the path of the setting', (changes, line) => {
  expect(told(fileOf(entryWith(), entryWith({ id: BILLER_ID.replace('7', '8'), ...changes })))).toEqual([
    wrong(`billers[1].${line}`),
  ]);
});

test('CAP-03 whatever is wrong anywhere in the file is told at once, rules and secrets beside form', () => {
  const first = entryWith({
    colour: 'blue',
    billingModel: 'OPEN_ITEM',
    daffron: lineWith({ password: { env: 'NONE' } }),
  });
  const second = entryWith({ timeZone: 'Springfield', daffron: lineWith({ retries: 9 }), autoConveyance: undefined });
  expect(told(fileOf(first, second))).toEqual([
    wrong('billers[0]: Unrecognized key: "colour"'),
    wrong('billers[0].billingModel: must be BALANCE_FORWARD; open item billing is not supported (BAL-11)'),
    wrong('billers[0].daffron.password: the variable NONE is not there or empty'),
    wrong('billers[1].timeZone: must be an IANA time zone'),
    wrong('billers[1].daffron.retries: Too big: expected number to be <=5'),
    wrong('billers[1].autoConveyance: must be decided: true or false (CNV-01)'),
  ]);
});

test.each([
  ['of the file', { billers: [entryWith()], colour: 1 }, 'BILLERS_FILE: Unrecognized key: "colour"'],
  ['of a biller', fileOf(entryWith({ colour: 1 })), 'billers[0]: Unrecognized key: "colour"'],
  ['of the line', fileOf(entryWith({ daffron: lineWith({ x: 1 }) })), 'billers[0].daffron: Unrecognized key: "x"'],
  ['of options', fileOf(entryWith({ options: { x: 1 } })), 'billers[0].options: Unrecognized key: "x"'],
])('CAP-03 a key that nobody knows is refused: %s', (_name, file, line) => {
  expect(told(file)).toEqual([wrong(line)]);
});

test.each([null, 'text', [], 7])('CAP-03 %j is no settings file', (file) => {
  expect(told(file)).toEqual([expect.stringContaining('CONFIGURATION_INVALID BILLERS_FILE: Invalid input')]);
});

test('CAP-03 a file without billers, and a biller that is none, are refused', () => {
  expect(told(fileOf())).toEqual([wrong('billers: Too small: expected array to have >=1 items')]);
  expect(told({ billers: ['x'] })).toEqual([wrong('billers[0]: Invalid input: expected object, received string')]);
});

test.each([
  [{ id: '42' }, 'id: must be a GUID'],
  [{ timeZone: '+05:00' }, 'timeZone: must be an IANA time zone'],
  [{ billImageHosts: ['https://x'] }, 'billImageHosts[0]: must be a host name in lower case'],
  [
    { batchClosure: { mode: 'AUTO', closesAt: '24:00:00' } },
    'batchClosure.closesAt: must be a time of day as HH:MM:SS',
  ],
  [{ bifColumnNames: { Nothing: 'X' } }, 'bifColumnNames: renames a column that a bill file does not have'],
  [{ daffron: lineWith({ version: '5.0' }) }, 'daffron.version: must be "4.1" or "3.0"'],
  [
    { daffron: lineWith({ version: '3.0', context: 'Testing' }) },
    'daffron.context: is not in the header of MultiSpeak 3.0',
  ],
  [{ daffron: lineWith({ endpoint: 'ftp://x' }) }, 'daffron.endpoint: must be an http or https URL'],
  [
    { daffron: lineWith({ tls: { certificate: { file: 'client.pem' } } }) },
    'daffron.tls: certificate and key go together',
  ],
  [
    { invoiceTypes: [{ id: 42, name: 'a' }, { id: 42, name: 'b' }] }, // prettier-ignore
    'invoiceTypes: has one id twice',
  ],
])('CAP-03 %j is told in exact words', (changes, line) => {
  expect(told(fileOf(entryWith(changes)))).toEqual([wrong(`billers[0].${line}`)]);
});

test('CIS-02 a secret comes from the environment or from a file', () => {
  const tls = { ca: { file: 'ca.pem' }, certificate: { file: 'client.pem' }, key: { file: 'client.key' } };
  const { settings, problems } = read(fileOf(entryWith({ daffron: lineWith({ tls }) })));
  expect(problems).toEqual([]);
  expect(settings[0]?.daffron.tls).toEqual({
    ca: FILES['ca.pem'],
    cert: FILES['client.pem'],
    key: FILES['client.key'],
  });
});

test('CIS-02 a secret that is not where its name points is told by that name', () => {
  const daffron = lineWith({
    userId: { env: 'NOBODY' },
    password: { file: 'secrets/none' },
    tls: { ca: { file: 'no.pem' } },
  });
  expect(told(fileOf(entryWith({ daffron })))).toEqual([
    wrong('billers[0].daffron.userId: the variable NOBODY is not there or empty'),
    wrong('billers[0].daffron.password: the file secrets/none is not there or empty'),
    wrong('billers[0].daffron.tls.ca: the file no.pem is not there or empty'),
  ]);
});

test.each(['hunter2-in-the-file', { value: 'hunter2-in-the-file' }, { env: 'A', file: 'B' }, {}])(
  'CIS-02 a secret written into the file, or named in two ways, is refused and not repeated: %#',
  (password) => {
    expect(told(fileOf(entryWith({ daffron: lineWith({ password }) })))).toEqual([
      wrong(
        'billers[0].daffron.password: must be {"env": "NAME"} or {"file": "PATH"}: a secret is named here, never written',
      ),
    ]);
  },
);

test('CIS-02 a password in the address is refused and not repeated', () => {
  const endpoint = 'https://cis-user:hunter2-in-the-file@cis.example.org/CB_Server';
  expect(told(fileOf(entryWith({ daffron: lineWith({ endpoint }) })))).toEqual([
    wrong('billers[0].daffron.endpoint: must not hold a name or a password: userId and password name them'),
  ]);
});

test('CIS-02 no value of a secret stands in any message, however wrong the file is', () => {
  const worst = entryWith({
    id: 1,
    options: { maximumCoOwners: 1 },
    daffron: lineWith({ endpoint: 'x', company: '' }),
  });
  const text = [told(fileOf(worst)), told(fileOf(entryWith(), entryWith()))].join('\n');
  expect(text).toContain('CONFIGURATION_INVALID');
  for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
});

test('CIS-02 plain http to Daffron is refused unless it is asked for by name', () => {
  const endpoint = 'http://127.0.0.1:8080/CB_Server';
  expect(told(fileOf(entryWith({ daffron: lineWith({ endpoint }) })))).toEqual([
    wrong('billers[0].daffron.endpoint: must be https, or allowPlainHttp must be true'),
  ]);
  expect(told(fileOf(entryWith({ daffron: lineWith({ endpoint, allowPlainHttp: true }) })))).toEqual([]);
  expect(told(fileOf(entryWith({ daffron: lineWith({ endpoint: 'HTTPS://cis.example.org/' }) })))).toEqual([]);
});

const siteWith = (...searchColumns: readonly string[]) =>
  fileOf(entryWith({ virtualSites: [{ id: 'main', invoiceTypeId: 42, searchColumns }] }));

test.each([['AccountNumber', 'Zip'], ['RegistrationValue'], ['Custom1'], ['Custom10', 'CustomerName']])(
  'VST-01 bills may be found by any columns of the file, the biller’s own ones too: %s %s',
  (...columns) => {
    expect(told(siteWith(...columns))).toEqual([]);
  },
);

test.each(['Custom0', 'Custom11', 'accountnumber', 'Password', '__proto__'])('VST-01 %s is no column', (column) => {
  expect(told(siteWith('AccountNumber', column))).toEqual([
    wrong(`billers[0].virtualSites[0].searchColumns: ${column} is no column of a bill file (VST-01)`),
  ]);
});

test('VST-01 a site looks for bills of a type that the biller has', () => {
  const virtualSites = [{ id: 'main', invoiceTypeId: 7, searchColumns: ['AccountNumber'] }];
  expect(told(fileOf(entryWith({ virtualSites })))).toEqual([
    wrong('billers[0].virtualSites: main names invoice type 7, which is not configured'),
  ]);
});

test.each([['CustomerName'], ['Zip'], ['City'], ['CustomerName', 'CustomerName'], ['Zip', 'Zip', 'Zip']])(
  'VST-07 one column that is easily guessed is not enough, nor the same one twice: %s',
  (...columns) => {
    expect(told(siteWith(...columns))).toEqual([
      wrong(
        'billers[0].virtualSites[0].searchColumns: needs a second column: this one alone is easily guessed (VST-07)',
      ),
    ]);
  },
);

test('SSO-02 in a session of another site payment methods, AutoPay and paperless may be changed, the rest not', () => {
  expect(read(fileOf(entryWith())).settings[0]?.biller.ssoChangeOptions).toEqual({
    profile: false,
    password: false,
    contact: false,
    paymentMethods: true,
    autoPay: true,
    paperless: true,
    coOwners: false,
  });
});

test('TYP-01 any number of invoice types may be configured, and none is assumed', () => {
  const invoiceTypes = [7, 42, 43].map((id) => ({ id, name: `Type ${id}` }));
  const { settings } = read(fileOf(entryWith({ invoiceTypes })));
  expect(settings[0]?.biller.invoiceTypes.map(({ id }) => id)).toEqual([7, 42, 43]);
  expect(told(fileOf(entryWith({ invoiceTypes: [] })))).toEqual([
    wrong('billers[0].invoiceTypes: Too small: expected array to have >=1 items'),
  ]);
});

test.each([
  ['chargeCodes', [['ELEC'], ['LIGHT', ' elec ']], 'invoiceTypes[1].chargeCodes: elec stands at invoice type 42 too'],
  [
    'descriptions',
    [['Night Light'], ['night light']],
    'invoiceTypes[1].descriptions: night light stands at invoice type 42 too',
  ],
  ['chargeCodes', [['A'], ['B'], ['a']], 'invoiceTypes[2].chargeCodes: a stands at invoice type 42 too'],
])(
  'TYP-02 a label of %s belongs to one type, or money would go to whichever stands first: %j',
  (kind, labels, line) => {
    const invoiceTypes = labels.map((known, at) => ({ id: 42 + at, name: `Type ${at}`, [kind]: known }));
    expect(told(fileOf(entryWith({ invoiceTypes })))).toEqual([wrong(`billers[0].${line}`)]);
  },
);

test('TYP-02 a label twice at one type is one, and a code may be spelt as another type’s description', () => {
  const invoiceTypes = [
    { id: 42, name: 'Electric', chargeCodes: ['ELEC', 'elec '] },
    { id: 43, name: 'Lighting', descriptions: ['ELEC'] },
  ];
  expect(told(fileOf(entryWith({ invoiceTypes })))).toEqual([]);
});

test('VST-01 each virtual site of a biller has an id of its own', () => {
  const site = { id: 'pay', invoiceTypeId: 42, searchColumns: ['AccountNumber'] };
  const virtualSites = [site, { ...site, id: 'main' }, { ...site, searchColumns: ['Custom1'] }, site];
  expect(told(fileOf(entryWith({ virtualSites })))).toEqual([wrong('billers[0].virtualSites: has the id pay twice')]);
  expect(told(fileOf(entryWith({ virtualSites: [site] })))).toEqual([]);
});

test.each([
  [9_999, 10_000, []],
  [10_000, 10_000, [10_000]],
  [15_001, 15_000, [15_000]],
])(
  'CIS-04 a line of %i ms within operations of %i ms must be over before them',
  (deadlineMs, requestTimeoutMs, limits) => {
    const file = fileOf(entryWith({ daffron: lineWith({ deadlineMs }) }));
    const { problems } = readBillers(file, () => 'x', { requestTimeoutMs, refusedCompanies: [] });
    expect(problems).toEqual(
      limits.map((limit) => ({
        code: 'CONFIGURATION_INVALID',
        setting: 'billers[0].daffron.deadlineMs',
        message: `must be less than REQUEST_TIMEOUT_MS (${limit}), or an operation ends before Daffron may answer`,
      })),
    );
  },
);
