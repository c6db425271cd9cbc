// The contract beside a second subgraph: the three composers take them, refuse what does not fit, and hand our hints to routers.
import { COMPOSERS, withoutSecurity, type Subgraph } from '../../../supergraph/compose';
import { changed, DAFFRON, listUses, OUTAGES } from './subgraphs';

type ComposerName = keyof typeof COMPOSERS;
const NAMES: readonly ComposerName[] = ['apollo', 'guild', 'wundergraph'];

const HINTS = ['authenticated', 'cost', 'listSize', 'tag'];

/** Changes that would break a graph in production, each by one of the two teams, and what a composer's answer must name. */
const MISFITS = [
  [
    'our account loses the key by which others extend it',
    'Account',
    [changed(DAFFRON, 'type Account @key(fields: "id")', 'type Account'), OUTAGES],
  ],
  [
    'a shared field gets another type here than there',
    'InvoiceType.id',
    [changed(DAFFRON, '  id: Int!', '  id: ID!'), sharing()],
  ],
  [
    'a type of ours becomes a scalar there',
    'Invoice',
    [DAFFRON, changed(OUTAGES, 'scalar DateTime', 'scalar DateTime\nscalar Invoice')],
  ],
  [
    'a field that is ours alone is claimed there',
    'accountNumber',
    [DAFFRON, changed(OUTAGES, '  outages: [Outage!]!', '  accountNumber: String!\n  outages: [Outage!]!')],
  ],
  [
    'an entity is keyed there by a field that ours does not have',
    'Customer',
    [
      DAFFRON,
      changed(OUTAGES, 'type Customer @key(fields: "id") {', 'type Customer @key(fields: "meter") { meter: ID!'),
    ],
  ],
] as const;

/** Outages that share a type of ours, so that both teams must keep it alike. */
function sharing(): Subgraph {
  const importing = changed(OUTAGES, '"@listSize"]', '"@listSize", "@shareable"]');
  const typed = changed(importing, '  cause: OutageCause!', '  cause: OutageCause!\n  supply: InvoiceType');
  return { ...typed, sdl: `${typed.sdl}\ntype InvoiceType @shareable { id: Int! name: String! }` };
}

describe.each(NAMES)('composed by %s', (name) => {
  const compose = COMPOSERS[name];

  test('the contract and the outages are one graph, also while they share a type', () => {
    expect(compose([DAFFRON, OUTAGES]).problems).toEqual([]);
    expect(compose([DAFFRON, sharing()]).problems).toEqual([]);
  });

  test.each(MISFITS)('a change that does not fit is refused: %s', (_what, culprit, subgraphs) => {
    const { supergraph, problems } = compose(subgraphs);
    expect(supergraph).toBeUndefined();
    expect(problems.join('\n')).toContain(culprit);
  });

  test('the graph for a gateway that cannot check callers asks for no checks', () => {
    const { supergraph = '', problems } = compose([DAFFRON, OUTAGES].map(withoutSecurity));
    expect(problems).toEqual([]);
    expect(supergraph).toContain('openOutages');
    expect(supergraph).not.toContain('@authenticated');
  });
});

describe('what routers are told', () => {
  const told = listUses(DAFFRON.sdl, HINTS);

  test.each(['apollo', 'guild'] as const)('every hint of the contract stands in the supergraph of %s', (name) => {
    const { supergraph = '' } = COMPOSERS[name]([DAFFRON, OUTAGES]);
    expect(listUses(supergraph, HINTS)).toEqual(expect.arrayContaining([...told]));
  });

  test('callers, tags: in the graph of wundergraph, whose router has costs in a configuration of its own', () => {
    const { supergraph = '' } = COMPOSERS.wundergraph([DAFFRON, OUTAGES]);
    const hints = ['authenticated', 'tag'];
    expect(listUses(supergraph, hints)).toEqual(expect.arrayContaining([...listUses(DAFFRON.sdl, hints)]));
  });

  test('every type through which anything is reached needs a caller', () => {
    const roots = [
      ...(/^type Query \{([\s\S]*?)^\}/m.exec(DAFFRON.sdl)?.[1] ?? '').matchAll(/\): \[?(\w+)|^ {2}\w+: (\w+)/gm),
    ];
    const types = new Set([
      ...roots.map(([, listed, plain]) => listed ?? plain ?? ''),
      ...[...DAFFRON.sdl.matchAll(/^type (\w+) @key/gm)].map(([, entity = '']) => entity),
    ]);
    expect([...types].sort()).toEqual(['Account', 'Biller', 'CoOwner', 'Customer', 'Invoice', 'Viewer']);
    for (const type of types) expect(told).toContain(`${type} @authenticated`);
  });

  test('every list of pages is sized by its argument, and a balance costs what a call to Daffron costs', () => {
    const pages = [...DAFFRON.sdl.matchAll(/\): \w+Connection!/g)].length;
    const sized = told.filter((use) => use.includes('slicingArguments: ["first"]'));
    expect(sized).toHaveLength(pages);
    for (const use of sized) expect(use).toContain('sizedFields: ["edges", "nodes"]');
    expect(told).toEqual(
      expect.arrayContaining([
        'Query.accounts @listSize(assumedSize: 200)',
        'Account.balance @cost(weight: 10)',
        'Invoice.balance @cost(weight: 10)',
        'Customer.email @tag(name: "personal")',
      ]),
    );
  });
});
