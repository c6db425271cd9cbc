// The whole suite on the compiled executor (ADR 0040): `npm run test:compiled`.
const { projects, testTimeout } = require('./jest.config.cjs');

module.exports = {
  projects: projects
    .filter(({ displayName }) => displayName !== 'compiled')
    .map((project) => ({ ...project, globals: { suiteExecutor: 'compiled' } })),
  testTimeout,
};
