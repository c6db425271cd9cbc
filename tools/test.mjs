// `npm test`: the checks, the build, and every test on a real Postgres and a real Redis. Ends with a line of counts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, ROOT } from './build.mjs';

const begun = performance.now();
const only = process.argv.slice(2);
const run = (args) => spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' }).status ?? 1;

const checked = only.length > 0 ? 0 : run([join(ROOT, 'tools', 'check.mjs'), '--no-tests']);
const { code: tested, counts } = buildAndTest();
const {
  numPassedTests: passed = 0,
  numFailedTests: failed = 0,
  numPendingTests: pending = 0,
  numTodoTests: todo = 0,
  numRuntimeErrorTestSuites: broken = 0,
} = counts ?? {};
// What fails beside the tests is counted with them, so that the last line alone says how it went.
const isUnexplained = (tested !== 0 || counts === undefined) && failed + pending + todo + broken === 0;
const beside = (checked === 0 ? 0 : 1) + (isUnexplained ? 1 : 0);

if (pending + todo > 0) console.log(`${pending + todo} tests were not run, and a test that is not run fails.`);
if (broken > 0) console.log(`${broken} test files could not be loaded.`);
console.log(
  `checks ${checked === 0 ? 'passed' : 'FAILED'}; ${((performance.now() - begun) / 1000).toFixed(0)} s in all`,
);
console.log(`${passed} passed, ${failed + pending + todo + broken + beside} failed`);
process.exit(tested === 0 && passed > 0 && pending + todo + broken + beside === 0 ? 0 : 1);

/** The counts are absent where it did not come to tests, or jest ended before it could tell them. */
function buildAndTest() {
  try {
    build();
  } catch (error) {
    console.log(`The build failed: ${error.message}`);
    return { code: 1, counts: undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), 'jest-result-'));
  try {
    const resultFile = join(folder, 'result.json');
    const code = run([
      join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
      // One for each core: left to itself jest keeps a core free, and half the machine waits.
      '--maxWorkers=2',
      '--json',
      `--outputFile=${resultFile}`,
      ...only,
    ]);
    return { code, counts: readCounts(resultFile, code) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readCounts(resultFile, code) {
  try {
    return JSON.parse(readFileSync(resultFile, 'utf8'));
  } catch {
    console.log(`jest ended with code ${code} before it wrote its results; what it said stands above.`);
    return undefined;
  }
}
