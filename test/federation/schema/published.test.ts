// The promise to clients and routers: what was published is kept, or its end is announced where they read it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PROJECT = resolve(__dirname, '../../..');

/** The field with its description. */
const PREPAID = /^ {2}"[^"\n]*"\n {2}prepaid: Boolean!\n/m;

/** A project whose promise is the contract of today, so that each test below sees its own change alone. */
const model = mkdtempSync(join(tmpdir(), 'contract-'));
let folder = model;
beforeAll(() => {
  cpSync(join(PROJECT, 'schema'), join(model, 'schema'), { recursive: true });
  declare();
  runTool('--publish');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'contract-'));
  cpSync(model, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));
afterAll(() => rmSync(model, { recursive: true }));

function runTool(...args: readonly string[]): { code: number; said: string } {
  const tool = [join(PROJECT, 'tools', 'contract.mjs'), '--project', folder, ...args];
  try {
    return { code: 0, said: execFileSync(process.execPath, tool, { encoding: 'utf8' }) };
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return { code: status, said: stdout };
  }
}

/** Writes a CHANGELOG with these lines under Unreleased, between sections that must not count. */
function declare(...lines: readonly string[]): void {
  writeFileSync(
    join(folder, 'CHANGELOG.md'),
    [
      '# Changelog',
      '',
      '## Unreleased',
      '',
      '### Changed',
      '- Something.',
      ...lines,
      '',
      '## 0.1.0',
      '- BREAKING: Account.prepaid was removed. Long ago.',
      '',
    ].join('\n'),
  );
}

function plant(file: string, from: string | RegExp, to: string): void {
  const path = join(folder, 'schema', file);
  const text = readFileSync(path, 'utf8');
  const planted = text.replace(from, to);
  if (planted === text) throw new Error(`"${String(from)}" is not in ${file}`);
  writeFileSync(path, planted);
}

const BREAKING = [
  ['a field is gone', 'account.graphql', PREPAID, '', 'Account.prepaid was removed.'],
  [
    'a field may be null',
    'account.graphql',
    'accountNumber: String!',
    'accountNumber: String',
    'Account.accountNumber changed type from String! to String.',
  ],
  [
    'a new argument is required',
    'base.graphql',
    'viewer: Viewer!',
    'viewer("For the test." of: ID!): Viewer!',
    'A required arg of on Query.viewer was added.',
  ],
  [
    'a value of an enum is gone',
    'balance.graphql',
    '  "The newest bill file."\n  BIF\n',
    '',
    'BIF was removed from enum type BalanceSource.',
  ],
  [
    'others can no longer extend an entity',
    'invoice.graphql',
    'type Invoice @key(fields: "id") @authenticated {',
    'type Invoice @authenticated {',
    'Invoice lost @key(fields: "id").',
  ],
  [
    'others can no longer answer a shared type',
    'base.graphql',
    'type Money @shareable {',
    'type Money {',
    'Money lost @shareable.',
  ],
  [
    'a field is closed to those who could read it',
    'customer.graphql',
    '  email: String',
    '  email: String @requiresScopes(scopes: [["staff"]])',
    'Customer.email gained @requiresScopes(scopes: [["staff"]]).',
  ],
] as const;

test('the contract of today keeps what was published', () => {
  const real = execFileSync(process.execPath, [join(PROJECT, 'tools', 'contract.mjs')], { encoding: 'utf8' });
  expect(real).toContain('the published contract is kept');
});

test.each(BREAKING)('refused unless it is announced: %s', (_what, file, from, to, change) => {
  plant(file, from, to);
  const refused = runTool();
  expect(refused).toMatchObject({ code: 1 });
  expect(refused.said).toContain(`breaks the published contract: ${change}\n`);
  declare(`- BREAKING: ${change} Clients ask for`, '  something else instead.');
  expect(runTool()).toMatchObject({ code: 0 });
});

test('an announcement that names another change, no remedy, or stands in an old release counts for nothing', () => {
  plant('account.graphql', PREPAID, '');
  // The section of release 0.1.0 announces it word for word.
  expect(runTool().code).toBe(1);
  declare('- BREAKING: Account.prepaid was removed.');
  expect(runTool().code).toBe(1);
  declare('- BREAKING: Account.underReview was removed. Ask for the status.');
  const refused = runTool();
  expect(refused.code).toBe(1);
  expect(refused.said).toContain('declares what is no breaking change: Account.underReview was removed.');
});

test('an announcement of a change that is not there is refused, so that clients are not alarmed for nothing', () => {
  declare('- BREAKING: Account.prepaid was removed. Ask for the balance.');
  expect(runTool().code).toBe(1);
});

test.each([
  ['an enum has one more value', 'viewer.graphql', '  SERVICE\n', '  SERVICE\n  "For the test."\n  AUDITOR\n'],
  [
    'an optional argument is new',
    'base.graphql',
    '  viewer: Viewer!',
    '  viewer("For the test." at: DateTime): Viewer!',
  ],
])('told and let through, for a client may be surprised: %s', (_what, file, from, to) => {
  plant(file, from, to);
  const { code, said } = runTool();
  expect(code).toBe(0);
  expect(said).toContain('may surprise a client: ');
});

test('let through without a word: fields, types and words that are new', () => {
  plant('account.graphql', PREPAID, '  "Kept."\n  prepaid: Boolean!\n  "For the test."\n  meter: Meter\n');
  plant(
    'account.graphql',
    '"A page of accounts."',
    '"For the test."\ntype Meter {\n  "For the test."\n  id: ID!\n}\n\n"A page of accounts, by number."',
  );
  plant('account.graphql', '"An account in a page."', '"One account in a page."');
  const { code, said } = runTool();
  expect(code).toBe(0);
  expect(said).toBe('the published contract is kept; 0 breaking changes are declared\n');
});

test('a release makes the contract as it is the promise', () => {
  plant('account.graphql', PREPAID, '');
  expect(runTool().code).toBe(1);
  runTool('--publish');
  expect(runTool().code).toBe(0);
});
