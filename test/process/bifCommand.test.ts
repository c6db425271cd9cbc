// `npm run bif` as a user meets it: a sample file, a check, an import, and the exit codes a script acts on.
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { copyProject, type ProjectCopy } from '../setup/projectCopy';
import { createTestDatabase, type TestDatabase } from '../setup/servers';

jest.setTimeout(120_000);

let project: ProjectCopy;
let database: TestDatabase;
let sample: string;

beforeAll(async () => {
  project = await copyProject(undefined);
  database = await createTestDatabase();
  sample = path.join(project.folder, 'sample.bif');
});
afterAll(async () => {
  await project.remove();
  await database.drop();
});

async function bif(...args: string[]): Promise<{ code: unknown; printed: string }> {
  const started = project.start('src/bif', args, { DATABASE_URL: database.url });
  return { code: await started.closed, printed: started.printed() };
}

test('INV-01 a sample file is made, checked without a trace, imported, and known the second time', async () => {
  expect((await bif('sample', '--rows', '200', '--out', sample)).code).toBe(0);
  const checked = await bif('check', sample, '--json');
  expect(checked.code).toBe(0);
  expect(checked.printed).toContain('"dryRun":true');
  const imported = await bif('import', sample);
  expect(imported.code).toBe(0);
  expect(imported.printed).toMatch(/^new +200$/m);
  const again = await bif('import', sample);
  expect(again.code).toBe(0);
  expect(again.printed).toContain('This file was imported before; no row was changed.');
});

test('INV-05 a bad row ends with code 1 and its line, a bad file with 2, wrong use with 3', async () => {
  const lines = readFileSync(sample, 'utf8').split('\n').slice(0, 3);
  const bad = path.join(project.folder, 'bad.bif');
  await writeFile(bad, [...lines.slice(0, 2), (lines[2] ?? '').replace(/\|MO\||\|CO\|/, '|M0|')].join('\n'));
  const rejected = await bif('check', bad);
  expect(rejected.code).toBe(1);
  expect(rejected.printed).toMatch(/^row 3 rejected: State: STATE_INVALID/m);
  const cut = path.join(project.folder, 'cut.bif');
  await writeFile(cut, [...lines.slice(0, 2), '#TRAILER|7|0.00'].join('\n'));
  const refused = await bif('import', cut);
  expect(refused.code).toBe(2);
  expect(refused.printed).toContain('REFUSED TRAILER_COUNT_WRONG');
  expect((await bif('import')).code).toBe(3);
  expect((await bif('import', path.join(project.folder, 'none.bif'))).code).toBe(3);
});
