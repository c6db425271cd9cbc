/** The papers and the contract: the table of rules, the documents and their links, the nouns. Each rule returns its violations. */
import { posix } from 'node:path';
import type { SourceFile } from './parseSource';
import type { TreeFile } from './readTree';

/** One row of docs/rules.md. */
export interface RuleRow {
  readonly id: string;
  readonly sentence: string;
  readonly state: string;
}

/** What a reader of a new house looks for first. */
const PAPERS = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/rules.md'];
const STATES = ['done', 'not yet'];
const RULE_ID = /\b[A-Z]{3,4}-\d\d\b/g;
const ROW = /^\|\s*([A-Z]+-\d+)\s*\|(.*)\|([^|]*)\|\s*$/gm;
const DECISION = /^docs\/adr\/(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md$/;

/** A noun of the contract that has no file of its name on some floor, and why. */
interface Exemption {
  readonly noun: string;
  readonly floors: readonly string[];
  readonly why: string;
}

export const NO_SHAFT: readonly Exemption[] = [
  { noun: 'base', floors: ['resolvers', 'domain'], why: 'scalars, directives and root types belong to no noun' },
  { noun: 'viewer', floors: ['domain'], why: 'the viewer is the caller himself, whom domain/caller.ts describes' },
];

/** Reads the rows of docs/rules.md, in its order. */
export function readRuleTable(markdown: string): readonly RuleRow[] {
  return [...markdown.matchAll(ROW)].map(([, id = '', sentence = '', state = '']) => ({
    id,
    sentence: sentence.trim(),
    state: state.trim(),
  }));
}

function idsNamedBy(files: readonly SourceFile[]): readonly { readonly path: string; readonly id: string }[] {
  return files.flatMap(({ path, titles }) =>
    titles.flatMap((title) => [...title.matchAll(RULE_ID)].map(([id]) => ({ path, id }))),
  );
}

/** Each id once, in the form of an id, with a sentence and a state that exists. */
export function whatIsWrongInTable(rows: readonly RuleRow[]): readonly string[] {
  const seen = new Set<string>();
  return rows.flatMap(({ id, sentence, state }) => {
    const wrong = [
      ...(seen.has(id) ? [`${id} stands in the table twice`] : []),
      ...(/^[A-Z]{3,4}-\d\d$/.test(id) ? [] : [`${id} is not three or four capitals, a dash and two digits`]),
      ...(sentence.endsWith('.') ? [] : [`${id} has no sentence`]),
      ...(STATES.includes(state) ? [] : [`${id} has the state "${state}", which is not one of: ${STATES.join(', ')}`]),
    ];
    seen.add(id);
    return wrong;
  });
}

/** A rule that a test's title names exists in the table. */
export function findUnknownRules(tests: readonly SourceFile[], rows: readonly RuleRow[]): readonly string[] {
  const known = new Set(rows.map(({ id }) => id));
  return idsNamedBy(tests)
    .filter(({ id }) => !known.has(id))
    .map(({ path, id }) => `${path} names ${id}, which is not in docs/rules.md`);
}

/** A rule that the table calls done is named by the title of at least one test. */
export function findUntestedRules(tests: readonly SourceFile[], rows: readonly RuleRow[]): readonly string[] {
  const named = new Set(idsNamedBy(tests).map(({ id }) => id));
  return rows
    .filter(({ id, state }) => state === 'done' && !named.has(id))
    .map(({ id }) => `${id} is marked done, and no test's title names it`);
}

/** The papers exist, and at least one decision is written down. */
export function findMissingPapers(paths: readonly string[]): readonly string[] {
  const missing = PAPERS.filter((paper) => !paths.includes(paper));
  const decisions = paths.some((path) => path.startsWith('docs/adr/')) ? [] : ['docs/adr/'];
  return [...missing, ...decisions].map((paper) => `${paper} is missing`);
}

/** Decisions are called NNNN-title.md and numbered from 0001 without gaps. */
export function whatIsWrongWithDecisions(paths: readonly string[]): readonly string[] {
  const decisions = paths.filter((path) => path.startsWith('docs/adr/')).sort();
  const misnamed = decisions
    .filter((path) => !DECISION.test(path))
    .map((path) => `${path} is not called NNNN-title.md`);
  const numbers = decisions.flatMap((path) => DECISION.exec(path)?.[1] ?? []);
  const gaps = numbers.flatMap((number, place) => {
    const expected = String(place + 1).padStart(4, '0');
    return number === expected ? [] : [`docs/adr/: ${number} stands where ${expected} belongs`];
  });
  return [...misnamed, ...gaps];
}

/** A relative link in a Markdown file leads to a file or a folder of the project; code is not searched for links. */
export function findDeadLinks(files: readonly TreeFile[]): readonly string[] {
  const paths = files.map(({ path }) => path);
  const exists = (target: string): boolean => paths.some((path) => path === target || path.startsWith(`${target}/`));
  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) => {
      const prose = text.replace(/^( *)```[\s\S]*?^\1```/gm, '').replace(/`[^`\n]*`/g, '');
      return [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)]
        .map(([, link = '']) => link.replace(/#.*$/, ''))
        .filter((link) => link !== '' && !/^[a-z][a-z0-9+.-]*:/i.test(link))
        .filter((link) => !exists(posix.join(posix.dirname(path), link).replace(/\/$/, '')))
        .map((link) => `${path} links to ${link}, which is not there`);
    });
}

/** The nouns of the contract: the names of the files in schema/. */
export function listNouns(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => /^schema\/(\w+)\.graphql$/.exec(path)?.[1] ?? []);
}

/** One noun, one lift shaft: schema/<noun>.graphql has resolvers/<noun>.ts and domain/<noun>.ts, or a reason in NO_SHAFT. */
export function findBrokenShafts(paths: readonly string[]): readonly string[] {
  const isExempt = (noun: string, floor: string): boolean =>
    NO_SHAFT.some((exempt) => exempt.noun === noun && exempt.floors.includes(floor));
  return listNouns(paths).flatMap((noun) =>
    ['resolvers', 'domain']
      .filter((floor) => !isExempt(noun, floor) && !paths.includes(`${floor}/${noun}.ts`))
      .map((floor) => `schema/${noun}.graphql has no ${floor}/${noun}.ts`),
  );
}
