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
await build();

const folder = mkdtempSync(join(tmpdir(), 'jest-result-'));
const resultFile = join(folder, 'result.json');
const tested = run([
  join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js'),
  // One for each core: left to itself jest keeps a core free, and half the machine waits.
  '--maxWorkers=2',
  '--json',
  `--outputFile=${resultFile}`,
  ...only,
]);
const {
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: todo,
  numRuntimeErrorTestSuites: broken,
} = JSON.parse(readFileSync(resultFile, 'utf8'));
rmSync(folder, { recursive: true });

if (pending + todo > 0) console.log(`${pending + todo} tests were not run, and a test that is not run fails.`);
if (broken > 0) console.log(`${broken} test files could not be loaded.`);
console.log(
  `checks ${checked === 0 ? 'passed' : 'FAILED'}; ${((performance.now() - begun) / 1000).toFixed(0)} s in all`,
);
console.log(`${passed} passed, ${failed + pending + todo + broken + (checked === 0 ? 0 : 1)} failed`);
process.exit(checked === 0 && tested === 0 && passed > 0 && pending + todo + broken === 0 ? 0 : 1);
