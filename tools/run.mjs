// Runs an entry of the build, made anew where a source is newer: `node tools/run.mjs src/start ...`.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { buildIfStale, ROOT } from './build.mjs';

const [entry, ...rest] = process.argv.slice(2);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`This needs Node 20.19 or later; this is Node ${process.versions.node}.`);
  process.exit(3);
}
try {
  buildIfStale();
} catch (error) {
  console.error(error.message);
  process.exit(3);
}
const path = join(ROOT, 'dist', `${entry}.js`);
process.argv.splice(1, process.argv.length - 1, path, ...rest);
createRequire(import.meta.url)(path);
