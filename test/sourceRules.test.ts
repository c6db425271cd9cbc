/** Each rule on what source files hold, and on their names and sizes, is shown to catch what it is there for. */
import { plantHouse, plantTree } from './setup/plantHouse';
import * as sources from './setup/sourceRules';

describe('what a source file may hold', () => {
  test.each([
    'async function f() {}',
    'const p: Promise<void> = q;',
    'Date.now()',
    'new Date()',
    'Math.random()',
    'setTimeout(f, 1)',
    'for await (const a of b) {}',
  ])('a rule of domain that is not pure is caught: %s', (text) => {
    expect(sources.whatIsImpure(plantHouse({ 'domain/a.ts': text }))).not.toEqual([]);
    expect(sources.whatIsImpure(plantHouse({ 'src/a.ts': text }))).toEqual([]);
  });

  test('a rule of domain that is given its moment is left alone', () => {
    expect(
      sources.whatIsImpure(
        plantHouse({ 'domain/a.ts': 'const a = (now: Date) => new Date(now.getTime() + Date.UTC(2026, 0));' }),
      ),
    ).toEqual([]);
  });

  test('a data source that reads the clock by itself is caught', () => {
    expect(
      sources.whoReadsTheClock(plantHouse({ 'datasources/a.ts': 'const a = new Date(1);', 'src/a.ts': 'Date.now();' })),
    ).toEqual([]);
    expect(
      sources.whoReadsTheClock(plantHouse({ 'datasources/a.ts': 'new Date;', 'resolvers/b.ts': 'Date.now();' })),
    ).toHaveLength(2);
  });

  test('reading the environment outside src/config.ts is caught', () => {
    expect(
      sources.whoReadsTheEnvironment(
        plantHouse({ 'src/config.ts': 'process.env;', 'tools/a.mjs': 'process.env;', 'test/a.ts': 'process.env;' }),
      ),
    ).toEqual([]);
    expect(
      sources.whoReadsTheEnvironment(
        plantHouse({ 'src/http/server.ts': 'process.env.PORT;', 'simulator/main.ts': 'process.env;' }),
      ),
    ).toHaveLength(2);
  });

  test('a decorator is caught', () => {
    expect(sources.whoDecorates(plantHouse({ 'datasources/a.ts': 'class A { @Column() b = 1; }' }))).toHaveLength(1);
  });

  test('printing is caught, except where output is the purpose', () => {
    expect(
      sources.whoPrints(plantHouse({ 'simulator/main.ts': 'console.log(1);', 'tools/a.mjs': 'console.error(1);' })),
    ).toEqual([]);
    expect(
      sources.whoPrints(plantHouse({ 'src/http/server.ts': 'console.log(1);', 'test/a.test.ts': 'console.warn(1);' })),
    ).toHaveLength(2);
  });

  test.each(['test.skip', 'it.only', 'describe.only', 'test.todo', 'test.only.each([1])', 'xit', 'fdescribe'])(
    'a test that is skipped or runs alone is caught: %s',
    (call) => {
      expect(sources.whichTestsAreSkipped(plantHouse({ 'test/a.test.ts': `${call}('a', f);` }))).toHaveLength(1);
    },
  );

  test.each([
    'SELECT 1',
    'select id from bill',
    'INSERT INTO a',
    'update bill set a = 1',
    'DELETE FROM a',
    'CREATE UNIQUE INDEX a',
    'ALTER TABLE a',
    'WITH a AS (SELECT 1)',
    'BEGIN',
    '  -- why\n  DROP TABLE a',
  ])('SQL outside its rooms is caught: %s', (text) => {
    const file = `const a = \`${text}  \`;`;
    expect(sources.whoWritesSql(plantHouse({ 'datasources/balances.ts': file }))).toHaveLength(1);
    expect(
      sources.whoWritesSql(
        plantHouse({ 'datasources/postgres/a.ts': file, 'datasources/bills/a.ts': file, 'test/a.ts': file }),
      ),
    ).toEqual([]);
  });

  test('a sentence for people is no SQL', () => {
    const texts = [
      'Select an account from the list',
      'create the database first',
      'with care as ever',
      'COMMITTING',
      'Update a set b',
      'begin',
    ];
    expect(sources.whoWritesSql(plantHouse({ 'src/a.ts': texts.map((text) => `f('${text}');`).join('\n') }))).toEqual(
      [],
    );
  });

  test('XML outside the rooms of SOAP is caught', () => {
    const files = ['<soap:Body>', '<?xml version="1.0"?>', 'a xmlns="b"'].map((text, place) => [
      `src/${place}.ts`,
      `f('${text}');`,
    ]);
    expect(sources.whoWritesXml(plantHouse(Object.fromEntries(files)))).toHaveLength(3);
    expect(
      sources.whoWritesXml(
        plantHouse({ 'datasources/daffron/envelopes.ts': `f('<soap:Body>');`, 'src/a.ts': `f('a < b');` }),
      ),
    ).toEqual([]);
  });

  test('a file that only re-exports is caught', () => {
    const barrels = plantHouse({
      'domain/a.ts': `export * from './b'; export type { C } from './c';`,
      'domain/d.ts': `import { e } from './e'; export { e };`,
    });
    expect(sources.findBarrels(barrels)).toHaveLength(2);
    expect(
      sources.findBarrels(
        plantHouse({ 'domain/a.ts': `export * from './b'; export const c = 1;`, 'src/b.ts': `import './c';` }),
      ),
    ).toEqual([]);
  });
});

describe('names, sizes and loose ends', () => {
  test('a name that says nothing is caught', () => {
    expect(
      sources.findEmptyNames(['src/index.ts', 'domain/Utils.ts', 'src/common/a.ts', 'test/helpers.test.ts']),
    ).toHaveLength(4);
    expect(sources.findEmptyNames(['src/http/server.ts', 'domain/indexes.ts'])).toEqual([]);
  });

  test('a file of 401 lines is caught, one of 400 is not', () => {
    const lines = (count: number): string => 'a;\n'.repeat(count);
    expect(sources.findLongFiles(plantTree({ 'src/a.ts': lines(400), 'resolvers/generated.ts': lines(5000) }))).toEqual(
      [],
    );
    expect(sources.findLongFiles(plantTree({ 'src/a.ts': lines(401) }))).toEqual([
      'src/a.ts has 401 lines, at most 400',
    ]);
  });

  test('a folder of 15 files is caught, one of 14 is not, and test floors may grow', () => {
    const folder = (name: string, count: number): string[] =>
      Array.from({ length: count }, (_, place) => `${name}/${place}.ts`);
    expect(
      sources.findFullFolders([...folder('src', 14), ...folder('src/jobs', 14), ...folder('test/domain', 40)]),
    ).toEqual([]);
    expect(sources.findFullFolders(folder('datasources/bills', 15))).toEqual([
      'datasources/bills/ has 15 files, at most 14: it wants a wing',
    ]);
  });

  test('unfinished work without an issue number is caught', () => {
    const mark = ['TO', 'DO'].join('');
    expect(sources.findLooseEnds(plantTree({ 'src/a.ts': `// ${mark} #12: later` }))).toEqual([]);
    expect(sources.findLooseEnds(plantTree({ 'src/a.ts': `a;\n// ${mark}: later` }))).toHaveLength(1);
  });

  test('a statement that ends sessions of other databases is caught', () => {
    const ending = ['pg_terminate', 'backend(pid) FROM pg_stat_activity WHERE '].join('_');
    const own = `${ending}datname = current_database()`;
    expect(sources.whoEndsForeignSessions(plantTree({ 'test/a.ts': `read('SELECT ${own}');` }))).toEqual([]);
    expect(
      sources.whoEndsForeignSessions(
        plantTree({ 'test/a.ts': `read('SELECT ${ending}true'); read('SELECT ${own}');` }),
      ),
    ).toHaveLength(1);
  });

  test('the folder of somebody is caught, an address and a relative path are not', () => {
    const rooms = ['work', 'root', 'home', 'Users'];
    const planted = rooms.map((room) => `cd ${['', room, 'ann'].join('/')}`).join('\n');
    expect(sources.findMachinePaths(plantTree({ 'README.md': planted }))).toHaveLength(rooms.length);
    // Named apart, so that this file itself holds no such path.
    const relative = 'work';
    expect(
      sources.findMachinePaths(
        plantTree({ 'README.md': `https://example.org/home/ann ../${relative}/a ~/${relative}/b 'a home/b'` }),
      ),
    ).toEqual([]);
  });
});
