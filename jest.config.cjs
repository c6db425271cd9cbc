const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  // Some packages ship as ES modules only, or import at run time; jest on Node 20 loads them when they are compiled like our own files.
  transform: {
    '^.+\\.[tj]s$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  // An import at run time names the built file; the tests compile its source.
  moduleNameMapper: { '^(\\./(tracing/otlpTracing|compiled/compiledExecutor))\\.js$': '$1' },
  transformIgnorePatterns: ['/node_modules/(?!(jose|cookie|@opentelemetry/otlp-exporter-base)/)'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.data', '<rootDir>/.cache'],
};

const COMPATIBILITY = `${__dirname}/node_modules/@apollo/federation-subgraph-compatibility-tests/dist`;

/** What tells most about an executor in the least time; `npm run test:compiled` runs everything (ADR 0040). */
const COMPILED = [
  'graphql/{balances,balanceLists,contract,entities,errors,invoices,read,visibility}',
  'graphql/hostile/{access,audit,limits}',
];

/**
 * `rules` needs nothing but the tree; `house` starts a real Postgres and a real Redis once for all its files; `compiled` is a part of it
 * on the compiled executor; `compatibility` is Apollo's suite for subgraphs, against a products subgraph that our server factory serves.
 */
module.exports = {
  projects: [
    {
      ...common,
      displayName: 'rules',
      testMatch: ['<rootDir>/test/*.test.ts', '<rootDir>/test/{domain,federation/schema}/**/*.test.ts'],
    },
    {
      ...common,
      displayName: 'house',
      testMatch: [
        '<rootDir>/test/{datasources,graphql,process,simulator}/**/*.test.ts',
        '<rootDir>/test/federation/*.test.ts',
      ],
      globalSetup: '<rootDir>/test/setup/startServers.ts',
      globalTeardown: '<rootDir>/test/setup/stopServers.ts',
    },
    {
      ...common,
      displayName: 'compiled',
      testMatch: COMPILED.map((path) => `<rootDir>/test/${path}.test.ts`),
      globals: { suiteExecutor: 'compiled' },
      globalSetup: '<rootDir>/test/setup/startServers.ts',
      globalTeardown: '<rootDir>/test/setup/stopServers.ts',
    },
    {
      ...common,
      displayName: 'compatibility',
      // Apollo's own tests, as they stand in the package. As the root it is all that jest looks through.
      rootDir: COMPATIBILITY,
      testMatch: ['<rootDir>/tests/*.test.js'],
      testPathIgnorePatterns: [],
      modulePathIgnorePatterns: [],
      haste: { retainAllFiles: true },
      globalSetup: `${__dirname}/test/federation/compatibility/startSuite.ts`,
      globalTeardown: `${__dirname}/test/federation/compatibility/stopSuite.ts`,
      setupFiles: [`${__dirname}/test/federation/compatibility/aimAtRouter.cjs`],
    },
  ],
  testTimeout: 30_000,
};
