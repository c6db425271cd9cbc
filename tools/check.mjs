// `npm run check`: everything that can be known without a server, in under a minute.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (name) => join(ROOT, 'node_modules', '.bin', name);

const CHECKS = [
  ['lock file', process.execPath, [join(ROOT, 'tools', 'lock.mjs')]],
  ['codegen', bin('graphql-codegen'), ['--config', 'codegen.yml', '--check']],
  ['contract', process.execPath, [join(ROOT, 'tools', 'contract.mjs')]],
  ['types', bin('tsc'), ['-p', 'tsconfig.json']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['format', bin('prettier'), ['--check', '--log-level', 'warn', '.']],
];
// `npm test` runs these with all the others, and need not run them twice.
if (!process.argv.includes('--no-tests')) {
  CHECKS.push(['house and domain tests', bin('jest'), ['--selectProjects', 'rules', '--silent']]);
}

/** Runs a command and keeps what it prints. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code, output }));
  });
}

let failed = 0;
for (const [name, command, args] of CHECKS) {
  const begun = performance.now();
  const { code, output } = await run(command, args);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${String(name)} (${seconds} s)`);
  if (code !== 0) {
    failed += 1;
    console.log(output.trimEnd());
  }
}
process.exit(failed === 0 ? 0 : 1);
