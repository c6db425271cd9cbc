// Production mode: it starts with everything given or not at all, and says all that is missing at once.
import { copyProject, type ProjectCopy } from '../setup/projectCopy';

let project: ProjectCopy;

beforeAll(async () => {
  project = await copyProject(undefined);
}, 60_000);
afterAll(async () => await project.remove());

test('CAP-03 production without its settings ends with code 3 and names every one of them', async () => {
  const started = project.start('src/start', [], { NODE_ENV: 'production' });
  expect(await started.closed).toBe(3);
  for (const name of [
    'DATABASE_URL',
    'REDIS_URL',
    'BILLERS_FILE',
    'TOKEN_ISSUER',
    'TOKEN_AUDIENCE',
    'TOKEN_KEYS_URL',
  ]) {
    expect(started.printed()).toMatch(new RegExp(`^CONFIGURATION_INVALID ${name}: is missing`, 'm'));
  }
});

test('a wrong setting ends the start, with the setting named and its value left out', async () => {
  const started = project.start('src/start', [], { DATABASE_URL: 'mysql://user:canary-secret@host/db', PORT: 'x' });
  expect(await started.closed).toBe(3);
  expect(started.printed()).toContain('CONFIGURATION_INVALID DATABASE_URL: ');
  expect(started.printed()).toContain('CONFIGURATION_INVALID PORT: ');
  expect(started.printed()).not.toContain('canary-secret');
});
