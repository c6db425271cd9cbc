// The project's own tools: a build is whole or the old one, a test run ends with its counts, a lock file is never guessed.
import { makeToolProject, type ToolProject, type ToolRun } from '../setup/toolProject';

let project: ToolProject;

/** So many processes at once. */
const THREE = [1, 2, 3];

const START = `import { word } from './word';
declare const process: { readonly stdout: { write(text: string): void } };
process.stdout.write(word);
`;

beforeEach(async () => {
  project = await makeToolProject();
  await project.write('src/word.ts', `export const word: string = 'old';\n`);
  await project.write('src/start.ts', START);
  await project.write('schema/base.graphql', 'type Query { word: String }\n');
});
afterEach(async () => await project.remove());

/** The build that stands in dist/, as a start of it finds it. */
const start = async (): Promise<ToolRun> => await project.run('run.mjs', 'src/start');

describe('the build', () => {
  test('has all that a start reads, and leaves nothing lying about', async () => {
    expect(await project.run('build.mjs')).toEqual({ code: 0, printed: 'built into dist/\n' });
    expect(await project.list('dist')).toEqual(['.built', 'schema', 'src']);
    expect(await project.list('dist/schema')).toEqual(['base.graphql']);
    expect(await project.list('.cache')).toEqual([]);
    expect(await start()).toEqual({ code: 0, printed: 'old' });
  });

  test('that fails leaves the one that was there, byte for byte, and says so in few words', async () => {
    await project.run('build.mjs');
    const stamp = await project.read('dist/.built');
    await project.write('src/word.ts', `export const word: string = 7;\n`);
    const failed = await project.run('build.mjs');
    expect(failed.code).toBe(1);
    expect(failed.printed).toContain('src/word.ts');
    expect(failed.printed).toMatch(/^the sources do not compile$/m);
    expect(failed.printed).not.toMatch(/^ +at /m);
    expect(await project.read('dist/.built')).toBe(stamp);
    expect(await project.read('dist/src/word.js')).toContain('old');
    expect(await project.list('.cache')).toEqual([]);
  });

  test('of changed sources takes the place of the old one, without what was taken away', async () => {
    await project.write('src/gone.ts', 'export const gone = 1;\n');
    await project.run('build.mjs');
    expect(await project.list('dist/src')).toContain('gone.js');
    await project.write('src/gone.ts', 'export {};\n');
    await project.write('src/word.ts', `export const word: string = 'new';\n`);
    expect(await start()).toEqual({ code: 0, printed: 'new' });
    expect(await project.read('dist/src/gone.js')).not.toContain('gone =');
  });

  test('by several processes at once serves every one of them, and one whole build is left', async () => {
    const builds = THREE.map(async () => await project.run('build.mjs'));
    expect(await Promise.all(builds)).toEqual(THREE.map(() => ({ code: 0, printed: 'built into dist/\n' })));
    expect(await project.list('dist')).toEqual(['.built', 'schema', 'src']);
    expect(await project.list('.cache')).toEqual([]);
    await project.write('src/word.ts', `export const word: string = 'new';\n`);
    const starts = THREE.map(async () => await start());
    expect(await Promise.all(starts)).toEqual(THREE.map(() => ({ code: 0, printed: 'new' })));
    expect(await project.list('.cache')).toEqual([]);
  });
});

describe('the test run', () => {
  const COUNTS = { numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, numRuntimeErrorTestSuites: 0 };
  const writeJest = async (...lines: readonly string[]): Promise<void> =>
    await project.write('node_modules/jest/bin/jest.js', lines.join('\n'));
  /** With an argument, as for some of the tests, so that the checks of the whole tree are left out. */
  const runTests = async (): Promise<ToolRun & { readonly last: string | undefined }> => {
    const done = await project.run('test.mjs', 'some');
    return { ...done, last: done.printed.trimEnd().split('\n').at(-1) };
  };
  const writeResults = (counts: object): string => `
    const file = process.argv.find((each) => each.startsWith('--outputFile=')).slice('--outputFile='.length);
    require('node:fs').writeFileSync(file, '${JSON.stringify(counts)}');`;

  test('ends with the counts of jest', async () => {
    await writeJest(writeResults({ ...COUNTS, numPassedTests: 12 }));
    expect(await runTests()).toMatchObject({ code: 0, last: '12 passed, 0 failed' });
    await writeJest(writeResults({ ...COUNTS, numPassedTests: 12, numPendingTests: 1 }));
    expect(await runTests()).toMatchObject({ code: 1, last: '12 passed, 1 failed' });
  });

  test.each([
    ['ends before it writes its results', 'process.exit(1);'],
    ['ends as if all were well, without results', ''],
    ['is killed', `process.kill(process.pid, 'SIGKILL');`],
    ['writes half of its results', writeResults(COUNTS).replace(`}');`, `');`)],
  ])('in which jest %s fails in its last line and by its code, without a trace of ours', async (_name, text) => {
    await writeJest(text);
    const done = await runTests();
    expect(done).toMatchObject({ code: 1, last: '0 passed, 1 failed' });
    expect(done.printed).toContain('before it wrote its results');
    expect(done.printed).not.toMatch(/^ +at /m);
  });

  test('in which the sources do not compile fails in its last line too', async () => {
    await project.write('src/word.ts', `export const word: string = 7;\n`);
    const done = await runTests();
    expect(done).toMatchObject({ code: 1, last: '0 passed, 1 failed' });
    expect(done.printed).not.toMatch(/^ +at /m);
  });
});

describe('the lock file', () => {
  const writeLock = async (packages: object): Promise<void> =>
    await project.write('package-lock.json', JSON.stringify({ lockfileVersion: 3, packages }));
  const wants = (range: string) => ({ '': {}, 'node_modules/a': { optionalDependencies: { 'a-linux-x64': range } } });

  test.each(['1.2.3', '18.4.0-beta.17', '1.0.0+build.5'])(
    'that lacks a package wanted in version %s is completed with that very version',
    async (version) => {
      await writeLock(wants(version));
      expect(await project.run('lock.mjs')).toMatchObject({ code: 1 });
      expect(await project.run('lock.mjs', '--write')).toMatchObject({ code: 0 });
      expect(JSON.parse(await project.read('package-lock.json'))).toMatchObject({
        packages: { 'node_modules/a-linux-x64': { version, os: ['linux'], cpu: ['x64'], optional: true } },
      });
      expect(await project.run('lock.mjs')).toEqual({ code: 0, printed: 'package-lock.json is complete\n' });
    },
  );

  test.each(['^1.2.3', '~1.2.3', '1.x', '>=1.2.3', '1.2', '*', 'npm:b@1.2.3', '1.2.3 || 2.0.0'])(
    'that lacks a package wanted as %s is refused, not guessed, and left as it was',
    async (range) => {
      await writeLock(wants(range));
      const before = await project.read('package-lock.json');
      for (const args of [[], ['--write']]) {
        const { code, printed } = await project.run('lock.mjs', ...args);
        expect(code).toBe(1);
        expect(printed).toContain(`a-linux-x64@${range}, wanted by node_modules/a`);
      }
      expect(await project.read('package-lock.json')).toBe(before);
    },
  );

  test('may have a range for a package that it has', async () => {
    await writeLock({ ...wants('^1.2.3'), 'node_modules/a-linux-x64': { version: '1.2.9', optional: true } });
    expect(await project.run('lock.mjs')).toEqual({ code: 0, printed: 'package-lock.json is complete\n' });
  });
});
