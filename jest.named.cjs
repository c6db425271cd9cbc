// Tests behind commands of their own: they need programs that a plain `npm test` is not to fetch. See CONTRIBUTING.md.
const { projects, testTimeout } = require('./jest.config.cjs');

const house = projects.find(({ displayName }) => displayName === 'house');
const { globalSetup: _setup, globalTeardown: _teardown, ...withoutServers } = house;

module.exports = {
  projects: [
    { ...withoutServers, displayName: 'browser', testMatch: ['<rootDir>/test/browser/**/*.test.ts'] },
    { ...withoutServers, displayName: 'rendered', testMatch: ['<rootDir>/test/rendered/**/*.test.ts'] },
    { ...house, displayName: 'container', testMatch: ['<rootDir>/test/container/**/*.test.ts'] },
  ],
  testTimeout,
};
