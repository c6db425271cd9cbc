/** Source files are read as they are meant, and each rule on imports is shown to catch what it is there for. */
import * as imports from './setup/importRules';
import { plantFile, plantHouse } from './setup/plantHouse';
import { readIgnored } from './setup/readTree';

describe('reading a source file', () => {
  test('every way to import is seen, types included', () => {
    const text = `import type { A } from './a'; import { type B } from './b'; import './c'; export * from './d';
      export type { E } from './e'; import f = require('./f'); type G = import('./g').G; const h = require('./h');
      const i = import('./i'); const j = import(\`./j\`); // import './no'
      const k = "import './no'";`;
    const found = plantFile('domain/x.ts', text).imports.map(({ specifier }) => specifier);
    expect(found.sort().join(' ')).toBe('./a ./b ./c ./d ./e ./f ./g ./h ./i ./j');
  });

  test('an import is tied to the file that it means', () => {
    const [file] = plantHouse({
      'src/jobs/a.ts': `import '../b'; import './c.js'; import 'd';`,
      'src/b.ts': '',
      'src/jobs/c.ts': '',
    });
    expect(file?.imports.map(({ target }) => target)).toEqual(['src/b.ts', 'src/jobs/c.ts', undefined]);
  });

  test('process.env is found however it is reached, and not in a comment or a property', () => {
    const ways = [
      'process.env.PORT',
      `process['env']`,
      'process?.env',
      'globalThis.process.env',
      'const { env } = process',
      `import { env } from 'node:process'`,
    ];
    for (const way of ways) expect([way, plantFile('src/a.ts', way).uses.has('process.env')]).toEqual([way, true]);
    expect(
      plantFile('src/a.ts', '// process.env\nconst a = { process: b.process, "process.env": 1 };').uses.has('process'),
    ).toBe(false);
  });

  test('titles are read from tests, tables of tests and descriptions', () => {
    const text = `test('a', f); it.each([1])('b %s', f); describe.each\`x\`('c', f); test(\`d \${e}\`, f); contest('no', f);`;
    expect(plantFile('test/a.test.ts', text).titles).toEqual(['a', 'b %s', 'c', 'd ${}']);
  });

  test('code that cannot be read is named', () => {
    expect(() => plantFile('src/broken.ts', 'const = ;')).toThrow('src/broken.ts');
  });

  test('what git ignores is left out of the tree', () => {
    const ignored = readIgnored('# made here\ndist/\n.data\n*.log\n');
    expect(['dist', '.data', 'a.log', '.git', 'node_modules', 'src'].filter(ignored)).toEqual([
      'dist',
      '.data',
      'a.log',
      '.git',
      'node_modules',
    ]);
    expect(() => readIgnored('build/*/out')).toThrow('build/*/out');
  });
});

describe('who may import whom', () => {
  test('a floor that imports a higher one, or something beside the house, is caught', () => {
    const clean = plantHouse({
      'src/http/server.ts': `import '../resolvers/context'; import 'fastify';`,
      'resolvers/context.ts': `import type { D } from '../domain/day';`,
    });
    expect(imports.whoLooksUp(clean)).toEqual([]);
    const planted = plantHouse({
      'domain/day.ts': `import type { S } from '../datasources/sources';`,
      'src/a.ts': `import '../tools/lock.mjs';`,
    });
    expect(imports.whoLooksUp(planted)).toHaveLength(2);
  });

  test('domain that imports a package or Node is caught', () => {
    expect(imports.whatDomainImports(plantHouse({ 'domain/a.ts': `import './b';` }))).toEqual([]);
    const planted = plantHouse({ 'domain/a.ts': `import 'zod'; import { x } from 'node:util'; import '../src/b';` });
    expect(imports.whatDomainImports(planted)).toHaveLength(3);
  });

  test('a simulator or a second subgraph that shares code with the house is caught, both ways', () => {
    const clean = plantHouse({
      'simulator/main.ts': `import './books'; import 'soap';`,
      'supergraph/outages/main.ts': `import '../childProcess'; import 'graphql';`,
      'test/a.ts': `import '../simulator/books'; import '../supergraph/compose';`,
    });
    expect(imports.whoMixesWithNeighbours(clean)).toEqual([]);
    const planted = plantHouse({
      'simulator/main.ts': `import '../domain/money';`,
      'src/start.ts': `import '../simulator/main';`,
      'supergraph/outages/main.ts': `import '../../resolvers/ids'; import '../../simulator/cases';`,
      'src/graphql.ts': `import '../supergraph/compose';`,
    });
    expect(imports.whoMixesWithNeighbours(planted)).toHaveLength(5);
  });

  test('code that imports a test is caught', () => {
    expect(imports.whoImportsTests(plantHouse({ 'test/a.ts': `import './b';` }))).toEqual([]);
    expect(imports.whoImportsTests(plantHouse({ 'tools/a.mjs': `import '../test/b';` }))).toHaveLength(1);
    expect(imports.whoImportsTests(plantHouse({ 'bench/a.ts': `import '../test/setup/servers';` }))).toEqual([]);
    expect(imports.whoImportsTests(plantHouse({ 'bench/a.ts': `import '../test/fixtures/books';` }))).toHaveLength(1);
  });

  test('code that leans on the bench, and a bench that reaches into the house, are caught', () => {
    expect(imports.whoMixesWithBench(plantHouse({ 'bench/a.ts': `import '../src/embedded/freePort';` }))).toEqual([]);
    expect(imports.whoMixesWithBench(plantHouse({ 'bench/a.ts': `import '../domain/money';` }))).toHaveLength(1);
    expect(imports.whoMixesWithBench(plantHouse({ 'tools/a.mjs': `import '../bench/world';` }))).toHaveLength(1);
  });

  test('a resolver that reaches for a data source is caught, even for a type', () => {
    expect(
      imports.whoBypassesContext(plantHouse({ 'resolvers/context.ts': `import '../datasources/sources';` })),
    ).toEqual([]);
    const planted = plantHouse({ 'resolvers/invoice.ts': `import type { S } from '../datasources/sources';` });
    expect(imports.whoBypassesContext(planted)).toHaveLength(1);
  });

  test('nouns that import each other, or meet behind a shared file, are caught', () => {
    const nouns = ['account', 'invoice'];
    const clean = plantHouse({
      'resolvers/resolvers.ts': `import './account';`,
      'resolvers/account.ts': `import './ids';`,
    });
    expect(imports.whichNounsMeet(clean, nouns)).toEqual([]);
    const planted = plantHouse({
      'resolvers/account.ts': `import './invoice';`,
      'resolvers/ids.ts': `import './invoice';`,
    });
    expect(imports.whichNounsMeet(planted, nouns)).toHaveLength(2);
  });

  test('a data source that looks up, or SOAP that knows tables, is caught', () => {
    const clean = plantHouse({
      'datasources/sources.ts': `import './balances'; import './payments/ledger';`,
      'datasources/payments/ledger.ts': `import '../bills/bills';`,
      'datasources/balances.ts': `import './daffron/daffron'; import './postgres/tables';`,
      'datasources/daffron/daffron.ts': `import './replies';`,
    });
    expect(imports.whichSourcesLookUp(clean)).toEqual([]);
    const planted = [
      ['balances.ts', './sources'],
      ['bills/bills.ts', '../payments/ledger'],
      ['postgres/tables.ts', '../bills/bills'],
      ['daffron/daffron.ts', '../postgres/tables'],
      ['postgres/tables.ts', '../daffron/replies'],
      ['bills/bills.ts', '../daffron/replies'],
      ['daffron/replies.ts', '../bills/bills'],
    ] as const;
    for (const [from, to] of planted) {
      const found = imports.whichSourcesLookUp(plantHouse({ [`datasources/${from}`]: `import '${to}';` }));
      expect([from, to, found.length]).toEqual([from, to, 1]);
    }
  });

  test('a circle of files is caught, also when a type closes it', () => {
    expect(
      imports.findCircles(
        plantHouse({ 'domain/a.ts': `import './b'; import './c';`, 'domain/b.ts': `import './c';`, 'domain/c.ts': '' }),
      ),
    ).toEqual([]);
    const planted = plantHouse({
      'domain/a.ts': `import './b';`,
      'domain/b.ts': `import './c';`,
      'domain/c.ts': `import type { A } from './a';`,
    });
    expect(imports.findCircles(planted)).toEqual([
      'a circle: domain/a.ts -> domain/b.ts -> domain/c.ts -> domain/a.ts',
    ]);
  });
});
