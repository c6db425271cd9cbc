/** Who may import whom. Each rule takes the parsed files and returns its violations; an empty list is a clean house. */
import type { SourceFile } from './parseSource';

/** The floors, from the ground up. An import may point to its own floor or to a lower one. */
export const FLOORS: readonly string[] = ['domain', 'datasources', 'resolvers', 'src'];

/** What stands beside the house and shares no code with it: what plays Daffron, and the graph in which the house is one part. */
export const NEIGHBOURS: readonly string[] = ['simulator', 'supergraph'];

/** The parts of `datasources/`, from the ground up; what is not named (balances, bills/, processor) is one above the ground. */
const WING_HEIGHTS: Readonly<Record<string, number>> = {
  daffron: 0,
  departures: 0,
  postgres: 0,
  enrolments: 2,
  payments: 2,
  sources: 3,
};
const USUAL_WING_HEIGHT = 1;

/** Daffron knows no table, and a table or a bill knows no XML, whatever their heights. */
const STRANGERS: readonly (readonly [string, string])[] = [
  ['daffron', 'postgres'],
  ['daffron', 'bills'],
];

/** One import between two files of the project. */
interface Link {
  readonly from: string;
  readonly to: string;
}

function topOf(path: string): string {
  return path.split('/')[0] ?? path;
}

/** The part of datasources/ that a file belongs to: `daffron` for datasources/daffron/replies.ts, `sources` for datasources/sources.ts. */
function wingOf(path: string): string {
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}

/** The noun that a file on a floor is about by its name: `invoice` for resolvers/invoice.ts. */
function nounOf(path: string): string {
  return (path.split('/').at(-1) ?? '').replace(/\.ts$/, '');
}

function linksOf(files: readonly SourceFile[]): readonly Link[] {
  return files.flatMap((file) =>
    file.imports.flatMap(({ target }) => (target === undefined ? [] : [{ from: file.path, to: target }])),
  );
}

function violations(links: readonly Link[], why: string): readonly string[] {
  return links.map(({ from, to }) => `${from} imports ${to}: ${why}`);
}

/** src -> resolvers -> datasources -> domain, and no floor leans on what is not a floor (tools, for example). */
export function whoLooksUp(files: readonly SourceFile[]): readonly string[] {
  const onFloors = linksOf(files).filter(({ from }) => FLOORS.includes(topOf(from)));
  const up = onFloors.filter(({ from, to }) => FLOORS.indexOf(topOf(to)) > FLOORS.indexOf(topOf(from)));
  const out = onFloors.filter(({ to }) => !FLOORS.includes(topOf(to)));
  return [...violations(up, 'imports look down, never up'), ...violations(out, 'a floor imports floors only')];
}

/** `domain/` imports only `domain/`: no package, and nothing of Node. */
export function whatDomainImports(files: readonly SourceFile[]): readonly string[] {
  const domain = files.filter((file) => topOf(file.path) === 'domain');
  const foreign = domain.flatMap(({ path, imports }) =>
    imports
      .filter(({ target = '' }) => topOf(target) !== 'domain')
      .map(({ specifier }) => ({ from: path, to: specifier })),
  );
  return violations(foreign, 'domain/ imports only domain/');
}

/** Neighbours and the house share no code: a neighbour imports only itself and packages, and tests alone import it. */
export function whoMixesWithNeighbours(files: readonly SourceFile[]): readonly string[] {
  const links = linksOf(files);
  const outOf = links.filter(({ from, to }) => NEIGHBOURS.includes(topOf(from)) && topOf(to) !== topOf(from));
  const into = links.filter(
    ({ from, to }) => NEIGHBOURS.includes(topOf(to)) && ![...NEIGHBOURS, 'test'].includes(topOf(from)),
  );
  return violations([...outOf, ...into], 'what stands beside the house shares no code with it');
}

/** Nothing imports `test/` but `test/`, and `bench/` the servers that its set-up starts. */
export function whoImportsTests(files: readonly SourceFile[]): readonly string[] {
  const mayImport = (from: string, to: string): boolean =>
    topOf(from) === 'test' || (topOf(from) === 'bench' && to.startsWith('test/setup/'));
  const links = linksOf(files).filter(({ from, to }) => topOf(to) === 'test' && !mayImport(from, to));
  return violations(links, 'only tests import tests');
}

/** `bench/` measures from outside: nothing imports it, and of the house it may use only what starts a database. */
export function whoMixesWithBench(files: readonly SourceFile[]): readonly string[] {
  const links = linksOf(files);
  const into = links.filter(({ from, to }) => topOf(to) === 'bench' && topOf(from) !== 'bench');
  const outOf = links.filter(
    ({ from, to }) => topOf(from) === 'bench' && FLOORS.includes(topOf(to)) && !to.startsWith('src/embedded/'),
  );
  return [
    ...violations(into, 'nothing imports the bench'),
    ...violations(outOf, 'the bench meets the house as a process'),
  ];
}

/** In `resolvers/`, context.ts alone imports `datasources/`, types included. */
export function whoBypassesContext(files: readonly SourceFile[]): readonly string[] {
  const links = linksOf(files).filter(
    ({ from, to }) => topOf(from) === 'resolvers' && from !== 'resolvers/context.ts' && topOf(to) === 'datasources',
  );
  return violations(links, 'in resolvers/ only context.ts imports datasources/');
}

/**
 * In `resolvers/`, the file of a noun is imported by resolvers.ts alone, which merges them. So nouns neither import each
 * other nor meet behind a shared file. `nouns` are the names of the files in schema/.
 */
export function whichNounsMeet(files: readonly SourceFile[], nouns: readonly string[]): readonly string[] {
  const links = linksOf(files).filter(
    ({ from, to }) =>
      topOf(from) === 'resolvers' &&
      topOf(to) === 'resolvers' &&
      from !== 'resolvers/resolvers.ts' &&
      nouns.includes(nounOf(to)),
  );
  return violations(links, 'only resolvers.ts imports the file of a noun');
}

/** In `datasources/`: sources -> payments/, enrolments/ -> bills/, balances and the like -> daffron/, postgres/, and who waits. */
export function whichSourcesLookUp(files: readonly SourceFile[]): readonly string[] {
  const height = (path: string): number => WING_HEIGHTS[wingOf(path)] ?? USUAL_WING_HEIGHT;
  const inside = linksOf(files).filter(({ from, to }) => topOf(from) === 'datasources' && topOf(to) === 'datasources');
  const up = inside.filter(({ from, to }) => height(to) > height(from));
  const areStrangers = (one: string, other: string): boolean =>
    STRANGERS.some((pair) => one !== other && pair.includes(one) && pair.includes(other));
  const strange = inside.filter((link) => !up.includes(link) && areStrangers(wingOf(link.from), wingOf(link.to)));
  return [
    ...violations(up, 'in datasources/ too, imports look down'),
    ...violations(strange, 'Daffron knows no table, and tables and bills know no XML'),
  ];
}

/** No circle of files on the floors or beside them; types count, for a circle of types is still two files that are one. */
export function findCircles(files: readonly SourceFile[]): readonly string[] {
  const housed = files.filter(({ path }) => [...FLOORS, ...NEIGHBOURS].includes(topOf(path)));
  const targets = new Map(housed.map((file) => [file.path, linksOf([file]).map((link) => link.to)]));
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) circles.push(`a circle: ${[...trail.slice(start), path].join(' -> ')}`);
    if (start >= 0 || done.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of targets.keys()) visit(path, []);
  return circles;
}
