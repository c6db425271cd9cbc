/** Each check of the papers and of the contract is shown to catch what it is there for. */
import * as papers from './setup/paperRules';
import { parseSources } from './setup/parseSource';

const row = (id: string, state: string): papers.RuleRow => ({ id, sentence: 'A promise.', state });

describe('the table of rules', () => {
  test('its rows are read, headings and other tables are not', () => {
    const text =
      '| Id | Rule | State |\n| --- | --- | --- |\n| PAY-05 | One commit. | done |\n\n| REGE-01 | A record. | not yet |\n| a | b | c |\n';
    expect(papers.readRuleTable(text)).toEqual([
      { id: 'PAY-05', sentence: 'One commit.', state: 'done' },
      { id: 'REGE-01', sentence: 'A record.', state: 'not yet' },
    ]);
  });

  test('an id that stands twice, an odd id, a missing sentence and an unknown state are caught', () => {
    expect(papers.whatIsWrongInTable([row('PAY-05', 'done'), row('REGE-01', 'not yet')])).toEqual([]);
    expect(papers.whatIsWrongInTable([row('PAY-05', 'done'), row('PAY-05', 'done')])).toEqual([
      'PAY-05 stands in the table twice',
    ]);
    const odd = [row('PAY-5', 'done'), { ...row('PAY-05', 'done'), sentence: '' }, row('PAY-06', 'nearly')];
    expect(papers.whatIsWrongInTable(odd)).toHaveLength(3);
  });

  test('a test that names a rule nobody wrote down is caught', () => {
    const tests = parseSources([{ path: 'test/a.test.ts', text: `test('PAY-05 and PAY-77: once', f); // PAY-78` }]);
    expect(papers.findUnknownRules(tests, [row('PAY-05', 'done'), row('PAY-77', 'done')])).toEqual([]);
    expect(papers.findUnknownRules(tests, [row('PAY-05', 'done')])).toEqual([
      'test/a.test.ts names PAY-77, which is not in docs/rules.md',
    ]);
  });

  test('a rule marked done that no test names is caught', () => {
    const tests = parseSources([
      { path: 'test/a.test.ts', text: `test.each([1])('REGE-01 kept', f); const a = 'PAY-05';` },
    ]);
    expect(papers.findUntestedRules(tests, [row('REGE-01', 'done'), row('PAY-06', 'not yet')])).toEqual([]);
    expect(papers.findUntestedRules(tests, [row('PAY-05', 'done')])).toEqual([
      `PAY-05 is marked done, and no test's title names it`,
    ]);
  });
});

describe('the documents', () => {
  const all = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'docs/rules.md',
    'docs/adr/0001-a.md',
  ];

  test('a missing paper is caught', () => {
    expect(papers.findMissingPapers(all)).toEqual([]);
    for (const paper of all) expect(papers.findMissingPapers(all.filter((path) => path !== paper))).toHaveLength(1);
  });

  test('a decision with an odd name, a gap and a number used twice are caught', () => {
    expect(papers.whatIsWrongWithDecisions(['docs/adr/0002-own-cache.md', 'docs/adr/0001-real-postgres.md'])).toEqual(
      [],
    );
    expect(papers.whatIsWrongWithDecisions(['docs/adr/0001_A.md'])).toHaveLength(1);
    expect(papers.whatIsWrongWithDecisions(['docs/adr/0001-a.md', 'docs/adr/0003-b.md'])).toHaveLength(1);
    expect(papers.whatIsWrongWithDecisions(['docs/adr/0001-a.md', 'docs/adr/0001-b.md'])).toHaveLength(1);
  });

  test('a link that leads nowhere is caught; addresses, anchors and code are not followed', () => {
    const text =
      '[a](../README.md#start) [b](adr/) [c](https://example.org/x) [d](#here) [e](rules.md "title") `[f](no)`\n```\n[g](no)\n```\n';
    const files = [...all.map((path) => ({ path, text: '' })), { path: 'docs/guide.md', text }];
    expect(papers.findDeadLinks(files)).toEqual([]);
    const planted = [...files, { path: 'docs/other.md', text: 'See [x](../gone.md) and [y](adr/0009-y.md).' }];
    expect(papers.findDeadLinks(planted)).toHaveLength(2);
  });
});

describe('one noun, one lift shaft', () => {
  test('a noun that lacks its file on a floor is caught; an exempt one needs none', () => {
    const clean = ['schema/base.graphql', 'schema/invoice.graphql', 'resolvers/invoice.ts', 'domain/invoice.ts'];
    expect(papers.findBrokenShafts(clean)).toEqual([]);
    expect(papers.findBrokenShafts(clean.filter((path) => path !== 'domain/invoice.ts'))).toEqual([
      'schema/invoice.graphql has no domain/invoice.ts',
    ]);
    expect(papers.findBrokenShafts(['schema/payment.graphql'])).toHaveLength(2);
  });

  test('each exemption gives its reason', () => {
    expect(papers.NO_SHAFT.filter(({ why }) => why.length < 20)).toEqual([]);
  });
});
