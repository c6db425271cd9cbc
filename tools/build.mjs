// Builds the house and the simulator into dist/: compiled sources, and the files that they read beside them.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.built');
const FLOORS = ['src', 'resolvers', 'datasources', 'domain', 'simulator', 'schema'];
const INPUTS = [...FLOORS, 'tsconfig.json', 'tsconfig.build.json'];

/** Files that are read and not imported; they stand at the same place in the build. */
const COPIED = /\.(graphql|wsdl)$/;

/** Whether a source is newer than the build. */
export function isStale() {
  if (!existsSync(STAMP)) return true;
  const builtAt = statSync(STAMP).mtimeMs;
  return INPUTS.some((input) => existsSync(join(ROOT, input)) && newestOf(join(ROOT, input)) > builtAt);
}

/** A folder's own time counts too: a file that was taken away leaves no other trace. */
function newestOf(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path).reduce((newest, name) => Math.max(newest, newestOf(join(path, name))), stat.mtimeMs);
}

export function build() {
  const compiler = findCompiler();
  if (compiler === undefined) {
    throw new Error('the compiler is not installed: run `npm ci` without --omit=dev, then `npm run build`');
  }
  const startedAt = new Date();
  rmSync(DIST, { recursive: true, force: true });
  const compiled = spawnSync(process.execPath, [compiler, '-p', join(ROOT, 'tsconfig.build.json')], {
    stdio: 'inherit',
  });
  if (compiled.status !== 0) throw new Error('the sources do not compile');
  for (const floor of FLOORS) copyRead(floor);
  // The stamp bears the time before compiling, so that a file saved meanwhile is seen as newer.
  writeFileSync(STAMP, startedAt.toISOString());
  return import('node:fs').then(({ utimesSync }) => utimesSync(STAMP, startedAt, startedAt));
}

/** Builds where a source is newer; a production install without the compiler runs the build that it has. */
export async function buildIfStale() {
  if (!isStale()) return;
  if (findCompiler() === undefined && existsSync(STAMP)) return;
  await build();
}

function copyRead(folder) {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) copyRead(path);
    else if (COPIED.test(entry.name)) {
      mkdirSync(join(DIST, folder), { recursive: true });
      cpSync(join(ROOT, path), join(DIST, path));
    }
  }
}

function findCompiler() {
  try {
    const require = createRequire(import.meta.url);
    return join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await build();
  console.log('built into dist/');
}
