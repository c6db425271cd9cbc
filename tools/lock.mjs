// Completes package-lock.json, or says what it lacks.
//
// A registry that does not carry every platform's binary makes npm write a lock file without those optional packages;
// `npm ci` then refuses the file ("Missing: ... from lock file"). The cure is an entry for each of them: version,
// platform and the mark that it is optional. `node tools/lock.mjs` checks (exit 1 when incomplete),
// `node tools/lock.mjs --write` completes.
import { readFileSync, writeFileSync } from 'node:fs';

const PATH = new URL('../package-lock.json', import.meta.url);

/** A version as npm writes it (semver 2.0). Binary packages are wanted in exactly one, that of the package they serve. */
const EXACT_VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/;
const OPERATING_SYSTEMS = [
  'darwin',
  'linux',
  'win32',
  'android',
  'freebsd',
  'openbsd',
  'netbsd',
  'sunos',
  'aix',
  'openharmony',
];
const PROCESSORS = ['x64', 'arm64', 'ia32', 'arm', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32'];

/** The platform that a binary package's name tells, for example `@oxlint/binding-linux-x64-musl`. */
function platformOf(name) {
  const words = name
    .split('/')
    .at(-1)
    .replace('windows', 'win32')
    .replace('armv7', 'arm')
    .replace('gnueabihf', 'gnu')
    .split(/[-.]/);
  const os = OPERATING_SYSTEMS.filter((word) => words.includes(word));
  const cpu = PROCESSORS.filter((word) => words.includes(word));
  const libc =
    words.includes('musl') || words.includes('musleabihf') ? ['musl'] : words.includes('gnu') ? ['glibc'] : [];
  return { ...(cpu.length > 0 && { cpu }), ...(libc.length > 0 && { libc }), ...(os.length > 0 && { os }) };
}

/** Where npm would look for `name` from the package at `from`: its own folder first, then each folder above. */
function findEntry(packages, from, name) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (path in packages) return path;
    if (at === '') return undefined;
  }
}

const lock = JSON.parse(readFileSync(PATH, 'utf8'));
const missing = new Map();
const vague = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (findEntry(lock.packages, path, name) !== undefined) continue;
    if (!EXACT_VERSION.test(range)) {
      vague.push(`${name}@${range}, wanted by ${path === '' ? 'this project' : path}`);
      continue;
    }
    missing.set(`node_modules/${name}`, {
      version: range,
      ...platformOf(name),
      ...(entry.dev === true && { dev: true }),
      optional: true,
    });
  }
}
const resolved = Object.values(lock.packages).filter((entry) => entry.resolved?.startsWith('http')).length;
if (resolved > 0) {
  console.error(
    `package-lock.json names ${resolved} download addresses; keep omit-lockfile-registry-resolved=true in .npmrc`,
  );
  process.exit(1);
}
if (vague.length > 0) {
  console.error(
    'package-lock.json lacks optional packages whose version is a range, and which one npm would take is not for a guess;' +
      ' take them into the lock file with `npm install --package-lock-only` where the registry has them:',
  );
  for (const line of vague) console.error(`  ${line}`);
  process.exit(1);
}
if (missing.size === 0) {
  console.log('package-lock.json is complete');
} else if (process.argv.includes('--write')) {
  for (const [path, entry] of missing) lock.packages[path] = entry;
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  writeFileSync(PATH, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${missing.size} optional packages of other platforms added`);
} else {
  console.error(
    `package-lock.json lacks ${missing.size} optional packages, and npm ci would refuse it; run npm run lock:complete:`,
  );
  for (const path of missing.keys()) console.error(`  ${path}`);
  process.exit(1);
}
