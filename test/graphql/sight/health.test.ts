// The probes over real parts that go and come back: ready, degraded and not ready are told apart, by codes alone.
import { openRedisRelay, type RedisRelay } from '../../fixtures/redisRelay';
import { testRedisUrl } from '../../setup/servers';
import { accountQuery } from '../readAccount';
import { bill } from '../testBills';
import { openTestHouse, type TestHouse } from '../testHouse';

let house: TestHouse;
let redis: RedisRelay;
let postgres: RedisRelay;

beforeAll(async () => {
  redis = await openRedisRelay(testRedisUrl());
  house = await openTestHouse({
    redisUrl: redis.url,
    // One failure opens the breaker, and it stays open for as long as the tests run.
    daffron: { retries: 0, breaker: { failures: 1, pauseMs: 60_000 } },
    reachDatabase: async (url) => {
      // The relay forwards bytes, whatever they mean.
      postgres = await openRedisRelay(url);
      const through = new URL(url);
      through.host = new URL(postgres.url).host;
      return through.href;
    },
  });
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  await house.close();
  await redis.close();
  await postgres.close();
});

async function probe(url = '/health/ready'): Promise<{ status: number; body: unknown; text: string }> {
  const response = await house.service.server.inject({ method: 'GET', url });
  return { status: response.statusCode, body: response.json(), text: response.body };
}

/** Looks until the answer is that one; an answer is kept for a second. One that never comes is found by the test's limit. */
async function until(status: number, body: object): Promise<void> {
  for (;;) {
    const answer = await probe();
    if (answer.status === status && JSON.stringify(answer.body) === JSON.stringify(body)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const READY = { status: 'READY', trouble: [] };

test('a process that answers lives, and whoever probes it needs no token', async () => {
  expect(await probe('/health/live')).toMatchObject({ status: 200, body: { status: 'LIVE' } });
  await until(200, READY);
  expect((await house.service.server.inject({ method: 'GET', url: '/health/other' })).statusCode).toBe(401);
});

test('O1 with Redis away it is degraded and still to be sent requests; it mends by itself', async () => {
  redis.target = null;
  await redis.close();
  await until(200, { status: 'DEGRADED', trouble: ['CACHE_AWAY'] });
  // What was there stays true of the rest.
  expect((await house.ask(await house.staff(), '{ viewer { userName } }')).errors).toBeUndefined();
});

test('with Postgres away it is not ready, and lives; it is ready again when Postgres is back', async () => {
  const away = jest.spyOn(house.service.database, 'readiness').mockResolvedValue('AWAY');
  await until(503, { status: 'NOT_READY', trouble: ['POSTGRES_AWAY', 'CACHE_AWAY'] });
  expect((await probe('/health/live')).status).toBe(200);
  away.mockRestore();
  await until(200, { status: 'DEGRADED', trouble: ['CACHE_AWAY'] });
});

test('the database itself tells away from behind: a server that refuses, and one without the last migrations', async () => {
  const { database } = house.service;
  expect(await database.readiness()).toBe('READY');
  const kept: { timestamp: string; name: string }[] = await database.orm.query('SELECT * FROM migrations');
  await database.orm.query('DELETE FROM migrations');
  expect(await database.readiness()).toBe('MIGRATIONS_MISSING');
  await database.orm.query('ALTER TABLE migrations RENAME TO elsewhere');
  expect(await database.readiness()).toBe('MIGRATIONS_MISSING');
  await database.orm.query('ALTER TABLE elsewhere RENAME TO migrations');
  for (const { timestamp, name } of kept) {
    await database.orm.query('INSERT INTO migrations (timestamp, name) VALUES ($1, $2)', [timestamp, name]);
  }
  expect(await database.readiness()).toBe('READY');
  const { target } = postgres;
  postgres.target = null;
  await database.orm.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  expect(await database.readiness()).toBe('AWAY');
  postgres.target = target;
  expect(await database.readiness()).toBe('READY');
});

test('readers who hold every connection do not make the database look away', async () => {
  const { database } = house.service;
  const held = Array.from({ length: 5 }, () => database.read('hold', 'SELECT pg_sleep(1)', []));
  const later = database.read('wait', 'SELECT 1', []);
  expect(database.pools().read).toMatchObject({ total: 5, idle: 0, waiting: 1 });
  expect(await database.readiness()).toBe('READY');
  expect(database.pools().read.waiting).toBe(1);
  await Promise.all([...held, later]);
});

test('a hundred probes at once cost one look', async () => {
  const look = jest.spyOn(house.service.database, 'readiness');
  await until(200, { status: 'DEGRADED', trouble: ['CACHE_AWAY'] });
  look.mockClear();
  await Promise.all(Array.from({ length: 100 }, async () => await probe()));
  expect(look.mock.calls.length).toBeLessThanOrEqual(1);
});

test('a part that hangs is one that is away, within the patience of a probe', async () => {
  jest.spyOn(house.service.database, 'readiness').mockReturnValue(new Promise(() => undefined));
  await until(503, { status: 'NOT_READY', trouble: ['POSTGRES_AWAY', 'CACHE_AWAY'] });
});

test('with a Daffron breaker open it is degraded, and no code says whose or where', async () => {
  await house.bills([bill('1001', 'C-1', '30.00')]);
  await house.simulator.setFault({ mode: 'http503' });
  await house.ask(await house.staff(), accountQuery('balance { source }'), { n: '1001' });
  await until(200, { status: 'DEGRADED', trouble: ['CACHE_AWAY', 'DAFFRON_BREAKER_OPEN'] });
  expect((await probe()).text).toMatch(/^[A-Za-z_{}[\]":,]+$/);
});

test('once it stops it is not ready, whatever else is well, and every answer asks its client to leave', async () => {
  house.service.health.stopping();
  const response = await house.service.server.inject({ method: 'GET', url: '/health/ready' });
  expect([response.statusCode, response.json()]).toEqual([503, { status: 'STOPPING', trouble: [] }]);
  expect(response.headers.connection).toBe('close');
  expect((await house.ask(await house.staff(), '{ viewer { userName } }')).status).toBe(200);
});
