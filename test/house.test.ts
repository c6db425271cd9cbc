/**
 * Holds the rules of the house over the whole tree, so that a review need not. That each rule catches what it is there
 * for is shown in importRules.test.ts, sourceRules.test.ts and paperRules.test.ts.
 */
import { join } from 'node:path';
import * as imports from './setup/importRules';
import * as papers from './setup/paperRules';
import { parseSources } from './setup/parseSource';
import { readTree } from './setup/readTree';
import * as sources from './setup/sourceRules';

const tree = readTree(join(__dirname, '..'));
const paths = tree.map(({ path }) => path);
const files = parseSources(tree);
const tests = files.filter(({ path }) => path.endsWith('.test.ts'));
/** What people write and read as code: sources and the contract, without papers, settings and sample data. */
const written = tree.filter(({ path }) => path.endsWith('.graphql') || files.some((file) => file.path === path));
const rules = papers.readRuleTable(tree.find(({ path }) => path === 'docs/rules.md')?.text ?? '');

test('every floor was read, so that an empty answer below means a clean house', () => {
  const floors = [...imports.FLOORS, ...imports.NEIGHBOURS, 'schema', 'test', 'tools', 'docs'];
  expect(floors.filter((floor) => !paths.some((path) => path.startsWith(`${floor}/`)))).toEqual([]);
  expect(rules.length).toBeGreaterThan(200);
});

describe('imports', () => {
  test('look down, never up: src -> resolvers -> datasources -> domain', () => {
    expect(imports.whoLooksUp(files)).toEqual([]);
  });

  test('of domain/ stay within domain/', () => {
    expect(imports.whatDomainImports(files)).toEqual([]);
  });

  test('tie the simulator and the supergraph to nothing of the house', () => {
    expect(imports.whoMixesWithNeighbours(files)).toEqual([]);
  });

  test('of test/ are made by tests only', () => {
    expect(imports.whoImportsTests(files)).toEqual([]);
  });

  test('keep the bench outside: it meets the house as a process, and nothing leans on it', () => {
    expect(imports.whoMixesWithBench(files)).toEqual([]);
  });

  test('of data sources are made by resolvers/context.ts only', () => {
    expect(imports.whoBypassesContext(files)).toEqual([]);
  });

  test('keep the nouns of resolvers/ apart', () => {
    expect(imports.whichNounsMeet(files, papers.listNouns(paths))).toEqual([]);
  });

  test('look down within datasources/ too', () => {
    expect(imports.whichSourcesLookUp(files)).toEqual([]);
  });

  test('run in no circle, types included', () => {
    expect(imports.findCircles(files)).toEqual([]);
  });
});

describe('source files', () => {
  test('of domain/ are pure: no clock, no chance, nothing asynchronous', () => {
    expect(sources.whatIsImpure(files)).toEqual([]);
  });

  test('TIM-02 below the roof are handed the clock', () => {
    expect(sources.whoReadsTheClock(files)).toEqual([]);
  });

  test('leave the environment to src/config.ts', () => {
    expect(sources.whoReadsTheEnvironment(files)).toEqual([]);
  });

  test('hold SQL only in datasources/postgres/ and datasources/bills/', () => {
    expect(sources.whoWritesSql(files)).toEqual([]);
  });

  test('hold XML only in datasources/daffron/ and simulator/', () => {
    expect(sources.whoWritesXml(files)).toEqual([]);
  });

  test('bear no decorators', () => {
    expect(sources.whoDecorates(files)).toEqual([]);
  });

  test('print only where output is their purpose', () => {
    expect(sources.whoPrints(files)).toEqual([]);
  });

  test('are no barrels', () => {
    expect(sources.findBarrels(files)).toEqual([]);
  });

  test('have names that say what is in them', () => {
    expect(sources.findEmptyNames(written.map(({ path }) => path))).toEqual([]);
  });

  test('stay under 400 lines, and folders under 15 files', () => {
    expect([...sources.findLongFiles(written), ...sources.findFullFolders(paths)]).toEqual([]);
  });

  test('end no sessions of other databases', () => {
    expect(sources.whoEndsForeignSessions(written)).toEqual([]);
  });

  test('leave no work undone without an issue number', () => {
    expect(sources.findLooseEnds(written)).toEqual([]);
  });
});

describe('tests', () => {
  test('all run: none is skipped, none runs alone', () => {
    expect(sources.whichTestsAreSkipped(tests)).toEqual([]);
  });

  test('name only rules that docs/rules.md has', () => {
    expect(papers.findUnknownRules(tests, rules)).toEqual([]);
  });

  test('name every rule that is marked done', () => {
    expect(papers.findUntestedRules(tests, rules)).toEqual([]);
  });
});

describe('papers', () => {
  test('the table of rules has each id once, with a sentence and a state', () => {
    expect(papers.whatIsWrongInTable(rules)).toEqual([]);
  });

  test('the papers that a newcomer looks for exist', () => {
    expect(papers.findMissingPapers(paths)).toEqual([]);
  });

  test('decisions are called NNNN-title.md and numbered without gaps', () => {
    expect(papers.whatIsWrongWithDecisions(paths)).toEqual([]);
  });

  test('links lead to files that exist', () => {
    expect(papers.findDeadLinks(tree)).toEqual([]);
  });

  test('each noun of the contract has its file on every floor', () => {
    expect(papers.findBrokenShafts(paths)).toEqual([]);
  });

  test('no file names a folder of one machine', () => {
    expect(sources.findMachinePaths(tree)).toEqual([]);
  });
});
