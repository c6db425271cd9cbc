// The forms in which Redis may be told: one server, sentinels, a cluster; anything else is refused at the start.
import { parseRedisAddress } from '../../../datasources/cache/redisAddress';

test('one server is given as a URL', () => {
  expect(parseRedisAddress('redis://host:6379/1')).toEqual({ kind: 'single', url: 'redis://host:6379/1' });
  expect(parseRedisAddress('rediss://:secret@host')).toEqual({ kind: 'single', url: 'rediss://:secret@host' });
});

test('sentinels are given with the name of their master, and with what its servers want to see', () => {
  expect(parseRedisAddress('rediss+sentinel://user:p%40ss@one,two:5000,[::1]:7/main')).toEqual({
    kind: 'sentinel',
    nodes: [
      { host: 'one', port: 26_379 },
      { host: 'two', port: 5000 },
      { host: '::1', port: 7 },
    ],
    name: 'main',
    credentials: { username: 'user', password: 'p@ss', tls: {} },
  });
});

test('a cluster is given by some of its servers', () => {
  expect(parseRedisAddress('redis+cluster://:secret@one,two:7001')).toEqual({
    kind: 'cluster',
    nodes: [
      { host: 'one', port: 6379 },
      { host: 'two', port: 7001 },
    ],
    credentials: { password: 'secret' },
  });
});

test.each([
  '',
  'host:6379',
  'http://host',
  'redis://',
  'redis+sentinel://host:26379',
  'redis+sentinel://host/',
  'redis+cluster://host/1',
  'redis+cluster://host,',
  'redis+cluster://ho st',
  'redis+cluster://host:port',
  'redis+cluster://host:123456',
  'redis+cluster://host:99999',
  'redis+cluster://host:0',
  'redis+cluster://user:50%@host',
  'redis://user:50%@host',
])('%j is no address', (text) => {
  expect(parseRedisAddress(text)).toBeUndefined();
});
