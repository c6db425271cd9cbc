// Builds the house and the simulator into dist/: compiled sources, and the files that they read beside them.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.built');
/** Where builds are made: on the same volume as dist/, and out of sight of Git and of every tool. */
const WORKSHOP = join(ROOT, '.cache');
const DRAFT = /^(build|old)-/;
const FLOORS = ['src', 'resolvers', 'datasources', 'domain', 'simulator', 'supergraph', 'schema'];
const INPUTS = [...FLOORS, 'tsconfig.json', 'tsconfig.build.json'];

/** No build takes an hour; a folder that is older was left by one that was killed. */
const DRAFT_AGE_MAX_MS = 3_600_000;

/** Two builds that end at once may find each other's dist/ in their way; that it happens this often is no accident. */
const RENAMES_MAX = 20;

/** Files that are read and not imported; they stand at the same place in the build. */
const COPIED = /\.(graphql|wsdl|html|css|js)$/;

/** The explorer's page, and what it takes of packages as a browser runs it: a production install needs none of them. */
const PAGE = join('src', 'embedded', 'page');
const PAGE_PACKAGES = {
  graphiql: ['graphiql.min.css', 'graphiql.min.js'],
  react: ['umd/react.production.min.js'],
  'react-dom': ['umd/react-dom.production.min.js'],
};

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

/**
 * Builds in a folder of its own, which gets the name dist/ when it is whole: a service that runs from dist/ never sees
 * half a build, and one that fails leaves the build that was there.
 */
export function build() {
  buildUnless(() => false);
}

/** Builds where a source is newer; a production install without the compiler runs the build that it has. */
export function buildIfStale() {
  if (!isStale()) return;
  if (findCompiler() === undefined && existsSync(STAMP)) return;
  // Another start may have built the same sources meanwhile, and runs from what it built: leave it to him.
  buildUnless(() => !isStale());
}

function buildUnless(isSettled) {
  const compiler = findCompiler();
  if (compiler === undefined) {
    throw new Error('the compiler is not installed: run `npm ci` without --omit=dev, then `npm run build`');
  }
  const startedAt = new Date();
  mkdirSync(WORKSHOP, { recursive: true });
  removeLeftovers(startedAt);
  const draft = makeFolder('build');
  try {
    const args = [compiler, '-p', join(ROOT, 'tsconfig.build.json'), '--outDir', draft];
    const compiled = spawnSync(process.execPath, args, { stdio: 'inherit' });
    if (compiled.status !== 0) throw new Error('the sources do not compile');
    for (const floor of FLOORS) copyRead(floor, draft);
    if (existsSync(join(ROOT, PAGE))) copyPackages(join(draft, PAGE));
    const stamp = join(draft, '.built');
    // The stamp bears the time before compiling, so that a file saved meanwhile is seen as newer.
    writeFileSync(stamp, startedAt.toISOString());
    utimesSync(stamp, startedAt, startedAt);
    if (!isSettled()) putInPlace(draft);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** A folder with files in it cannot be replaced in one step: the old one is renamed away, and the new one follows at once. */
function putInPlace(draft) {
  const old = makeFolder('old');
  try {
    for (let turn = 1; ; turn += 1) {
      try {
        if (existsSync(DIST)) renameSync(DIST, join(old, String(turn)));
        renameSync(draft, DIST);
        return;
      } catch (error) {
        // The other of two builds was here between these steps: took the old one away, or put its own in place.
        const isRace = ['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code);
        if (isRace && turn < RENAMES_MAX) continue;
        if (!existsSync(DIST) && existsSync(join(old, String(turn)))) renameSync(join(old, String(turn)), DIST);
        throw error;
      }
    }
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

/** Open to whom this user's folders are open: a build by root may be run by another user. */
function makeFolder(kind) {
  const folder = join(WORKSHOP, `${kind}-${randomUUID()}`);
  mkdirSync(folder);
  return folder;
}

function removeLeftovers(now) {
  for (const name of readdirSync(WORKSHOP).filter((entry) => DRAFT.test(entry))) {
    const path = join(WORKSHOP, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined && now.getTime() - stat.mtimeMs > DRAFT_AGE_MAX_MS)
      rmSync(path, { recursive: true, force: true });
  }
}

function copyRead(folder, draft) {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) copyRead(path, draft);
    else if (COPIED.test(entry.name)) {
      mkdirSync(join(draft, folder), { recursive: true });
      cpSync(join(ROOT, path), join(draft, path));
    }
  }
}

function copyPackages(folder) {
  for (const [name, files] of Object.entries(PAGE_PACKAGES)) {
    for (const file of files) cpSync(join(ROOT, 'node_modules', name, file), join(folder, basename(file)));
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
  try {
    build();
    console.log('built into dist/');
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
