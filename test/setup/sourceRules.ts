/** What a source file may hold, how long it may be and what it may be called. Each rule returns its violations. */
import { FLOORS, NEIGHBOURS } from './importRules';
import type { SourceFile } from './parseSource';
import type { TreeFile } from './readTree';

/** A rule of the house says to stop and think at 300 lines; at this length the check fails. */
const LINES_MAX = 400;
/** A folder with more files than this is hard to take in at a glance and wants a wing. */
const FILES_MAX = 14;
/** Written by codegen, so its length is nobody's fault. */
const GENERATED = ['resolvers/generated.ts'];

/** Code that may print: commands whose output is their purpose, and tools and the test servers that a developer watches. */
export const MAY_PRINT: readonly string[] = [
  'tools/',
  'test/setup/',
  'simulator/main.ts',
  'simulator/sample.ts',
  'src/bif.ts',
  'src/start.ts',
];

const SQL_ROOMS = ['datasources/postgres/', 'datasources/bills/'];
/** The launcher creates the database that it launches. */
const SQL_ADMINISTRATION = /^src\/embedded\/postgres\w*\.ts$/;
const XML_ROOMS = ['datasources/daffron/', 'simulator/'];

/**
 * How SQL begins. Only a text whose first word is all capitals or all small is compared, so that a sentence for people
 * ("Update the due date and set ...") is not taken for a statement.
 */
const SQL_CASE = /^([A-Z]+|[a-z]+)\b/;
const SQL = [
  /^select\s([\s\S]*\sfrom\s|\s*(\d|\w+\())/i,
  /^(insert\s+into|delete\s+from|truncate\s+table|lock\s+table|set\s+local|set\s+transaction)\s/i,
  /^update\s+\S+\s+(as\s+)?(\w+\s+)?set\s/i,
  /^(create|alter|drop)\s+(or\s+replace\s+|unique\s+|materialized\s+|temp(orary)?\s+|unlogged\s+)?(table|index|view|schema|database|function|trigger|type|sequence|extension|role)\s/i,
  /^with\s+(recursive\s+)?\S+(\s*\([^)]*\))?\s+as\s+((not\s+)?materialized\s+)?\(/i,
  /^copy\s[\s\S]*\s(from|to)\s+std(in|out)\b/i,
  /^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|LISTEN|NOTIFY|VACUUM|ANALYZE)(\s|;|$)/,
];
const SQL_COMMENT = /^(\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)+/;
const XML = /<soap|<\?xml|xmlns/i;

/** What would make a rule depend on the moment, on chance or on something outside. */
const IMPURE = [
  'async',
  'await',
  'Promise',
  'Date.now',
  'new Date()',
  'Math.random',
  'performance',
  'process',
  'crypto',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'require',
  'console',
];
const OWN_CLOCK = ['Date.now', 'new Date()'];
const TEST_FILE = /\.test\.ts$/;
const SKIPPING =
  /^((test|it|describe)(\.concurrent|\.each)*\.(skip|only|todo|failing)|x(it|test|describe)|fit|fdescribe)$/;
const EMPTY_NAMES = new Set(['index', 'helper', 'helpers', 'util', 'utils', 'common', 'misc']);

/** The brackets keep this line from accusing itself. */
const LOOSE_END = /\b(TO[D]O|FIX[M]E)\b/;

/** A user's home, root's home, a shared work folder; not where it is the tail of another path or of an address. */
const MACHINE_PATH = /(?<![\w.~/})-])\/(work|root|home|Users)\/[\w.-]|[A-Z]:\\Users\\/;

function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => (place.endsWith('/') ? path.startsWith(place) : path === place));
}

function isOnFloor(path: string, floors: readonly string[]): boolean {
  return floors.includes(path.split('/')[0] ?? path);
}

/** Accuses each file for each of `names` that it uses. */
function usesOf(files: readonly SourceFile[], names: readonly string[], why: string): readonly string[] {
  return files.flatMap(({ path, uses }) =>
    names.filter((name) => uses.has(name)).map((name) => `${path} uses ${name}: ${why}`),
  );
}

/** `domain/` is pure: nothing asynchronous, no clock, no chance, nothing of the process. */
export function whatIsImpure(files: readonly SourceFile[]): readonly string[] {
  const domain = files.filter(({ path }) => isOnFloor(path, ['domain']));
  return usesOf(domain, IMPURE, 'domain/ is pure');
}

/** The clock is injected below the roof: neither `Date.now` nor a `new Date()` without argument. */
export function whoReadsTheClock(files: readonly SourceFile[]): readonly string[] {
  const below = files.filter(({ path }) => isOnFloor(path, ['datasources', 'resolvers']));
  return usesOf(below, OWN_CLOCK, 'the clock is handed in');
}

/** The environment is read once, in src/config.ts; tools and tests stand outside the house. */
export function whoReadsTheEnvironment(files: readonly SourceFile[]): readonly string[] {
  const others = files.filter(({ path }) => isOnFloor(path, [...FLOORS, ...NEIGHBOURS]) && path !== 'src/config.ts');
  return usesOf(others, ['process.env'], 'only src/config.ts reads the environment');
}

/** No decorators: tables are EntitySchema, and nothing else wants one. */
export function whoDecorates(files: readonly SourceFile[]): readonly string[] {
  return usesOf(files, ['@decorator'], 'no decorators');
}

/** The house logs, it does not print; those that may print are listed in MAY_PRINT. */
export function whoPrints(files: readonly SourceFile[]): readonly string[] {
  const silent = files.filter(({ path }) => !isIn(path, MAY_PRINT));
  return silent.flatMap(({ path, uses }) =>
    [...uses].filter((name) => name.startsWith('console.')).map((name) => `${path} uses ${name}: it may not print`),
  );
}

/** No test is skipped, left for later or run alone. */
export function whichTestsAreSkipped(files: readonly SourceFile[]): readonly string[] {
  const tests = files.filter(({ path }) => TEST_FILE.test(path));
  return tests.flatMap(({ path, uses }) =>
    [...uses].filter((name) => SKIPPING.test(name)).map((name) => `${path} uses ${name}: every test runs`),
  );
}

/** SQL is written only where tables live. */
export function whoWritesSql(files: readonly SourceFile[]): readonly string[] {
  const others = files.filter(
    ({ path }) =>
      isOnFloor(path, [...FLOORS, ...NEIGHBOURS]) && !isIn(path, SQL_ROOMS) && !SQL_ADMINISTRATION.test(path),
  );
  return others.flatMap(({ path, strings }) =>
    strings
      .map((text) => text.replace(SQL_COMMENT, ''))
      .filter((text) => SQL_CASE.test(text) && SQL.some((pattern) => pattern.test(text)))
      .map((text) => `${path} holds SQL: ${text.trim().slice(0, 60)}`),
  );
}

/** XML is written only where SOAP is spoken. */
export function whoWritesXml(files: readonly SourceFile[]): readonly string[] {
  const others = files.filter(({ path }) => isOnFloor(path, FLOORS) && !isIn(path, XML_ROOMS));
  return others.flatMap(({ path, strings }) =>
    strings.filter((text) => XML.test(text)).map((text) => `${path} holds XML: ${text.trim().slice(0, 60)}`),
  );
}

/** A file that only hands on what others export hides where things are. */
export function findBarrels(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ isBarrel }) => isBarrel)
    .map(({ path }) => `${path} only re-exports: import from the file itself`);
}

/** No file or folder is called index, helpers, utils, common or misc: such a name says nothing and draws everything. */
export function findEmptyNames(paths: readonly string[]): readonly string[] {
  const words = (path: string): readonly string[] => path.split('/').map((part) => part.split('.')[0] ?? part);
  return paths
    .filter((path) => words(path).some((word) => EMPTY_NAMES.has(word.toLowerCase())))
    .map((path) => `${path}: the name does not say what is in it`);
}

/** No source file is longer than 400 lines. */
export function findLongFiles(files: readonly TreeFile[]): readonly string[] {
  const written = files.filter(({ path }) => !GENERATED.includes(path));
  return written
    .map(({ path, text }) => ({ path, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > LINES_MAX)
    .map(({ path, lines }) => `${path} has ${lines} lines, at most ${LINES_MAX}`);
}

/** No folder of the house has more than 14 files of its own; the floors of test/ grow with the promises and are exempt. */
export function findFullFolders(paths: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const path of paths.filter((one) => isOnFloor(one, [...FLOORS, ...NEIGHBOURS, 'schema', 'tools']))) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > FILES_MAX)
    .map(([folder, count]) => `${folder}/ has ${count} files, at most ${FILES_MAX}: it wants a wing`);
}

/** Unfinished work that has no issue number is forgotten work. */
export function findLooseEnds(files: readonly TreeFile[]): readonly string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .filter((line) => LOOSE_END.test(line) && !/#\d+/.test(line))
      .map((line) => `${path}: ${line.trim().slice(0, 60)} (needs an issue number)`),
  );
}

/** No file of the project names a folder of somebody's machine. */
export function findMachinePaths(files: readonly TreeFile[]): readonly string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .filter((line) => MACHINE_PATH.test(line))
      .map((line) => `${path} names a folder of one machine: ${line.trim().slice(0, 80)}`),
  );
}

/** All test files share a server: whoever ends sessions on it ends those of his own database alone. */
export function whoEndsForeignSessions(files: readonly TreeFile[]): readonly string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split(/\bpg_terminate_backend\(/)
      .slice(1)
      .filter((statement) => !/^[^;`']*\bcurrent_database\(\)/.test(statement))
      .map(() => `${path} ends sessions of other databases: pg_terminate_backend needs datname = current_database()`),
  );
}
