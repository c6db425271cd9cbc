// The service put together: settings in, a running server out. Production, the embedded mode and the tests all start here.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { createBillFileDoor, type BillFileDoor } from '../datasources/bills/ingestBif';
import { BIF_LIMITS } from '../datasources/bills/readBif';
import type { BalanceStore } from '../datasources/cache/keptBalance';
import { openMemoryStore } from '../datasources/cache/memoryStore';
import { openRedisStore } from '../datasources/cache/redisStore';
import { openDaffron, type Daffron } from '../datasources/daffron/daffron';
import { openDatabase, type Database } from '../datasources/postgres/database';
import { openSources, type Sources } from '../datasources/sources';
import { openLoadShedder, openLoopDelay, type LoadReadings } from './http/loadShedder';
import type { Timers } from './http/timers';
import { openTrust } from './http/trust';
import { openBillerLines, type BillerLines } from './billers/billerLines';
import type { BillerSettings } from './billersFile';
import { openClosers, type Closers } from './closers';
import type { Config, TokenSettings } from './config';
import { startGraphql, type GraphqlSettings } from './graphql';
import { calmLogger, type Logger } from './log';
import { createServer } from './http/server';
import { openHealth, type Health } from './sight/health';
import type { Metrics } from './sight/metrics';
import { tracedDaffron, tracedDatabase, tracedStore } from './sight/tracing/traced';
import type { Tracing } from './sight/tracing/tracing';
import { watchedDoor } from './sight/watchedDoor';

/** Settings with every embedded part already put in the place of what was not given. */
export interface ServiceSettings extends Omit<
  Config,
  'databaseUrl' | 'tokens' | 'billers' | 'metricsPort' | 'tracesEndpoint' | 'stopDrainMs'
> {
  readonly databaseUrl: string;
  readonly tokens: TokenSettings;
  readonly billers: readonly BillerSettings[];
}

export interface Service {
  readonly server: FastifyInstance;
  readonly sources: Sources;
  readonly database: Database;
  readonly door: BillFileDoor;
  readonly billers: BillerLines;
  readonly health: Health;
  /** What goes on beside the requests, to be ended with the service. */
  readonly jobs: Pick<Closers, 'add'>;
  close(): Promise<void>;
}

export interface ServiceTools {
  readonly log: Logger;
  readonly now: () => Date;
  readonly health?: Health;
  readonly metrics?: Metrics | undefined;
  readonly tracing?: Tracing | undefined;
  /** What tests put in the place of the process's own load and timers. */
  readonly readings?: LoadReadings;
  readonly timers?: Timers;
}

/** Kept balances in memory: about 1 kB each, so 100 MB at the most; an embedded service has a few hundred. */
const MEMORY_ENTRIES_MAX = 100_000;

/** Opens every part; whatever was opened is closed again where a later part fails. */
export async function openService(settings: ServiceSettings, tools: ServiceTools): Promise<Service> {
  const { now, timers, metrics, tracing, health = openHealth() } = tools;
  const log = calmLogger(tools.log);
  const closers = openClosers();
  try {
    const bare = await openDatabase(
      {
        url: settings.databaseUrl,
        poolMax: settings.databasePoolMax,
        statementTimeoutMs: settings.databaseStatementTimeoutMs,
        connectTimeoutMs: settings.databaseConnectTimeoutMs,
      },
      (error) => log.warn({ code: 'DATABASE_CONNECTION', type: error.name }, 'an idle connection ended'),
    );
    closers.add(() => bare.close());
    const database = tracing === undefined ? bare : tracedDatabase(bare, tracing);
    const store = openStore(settings, { log, metrics, tracing });
    closers.add(() => store.close());
    const billers = await openBillerLines(settings.billers, {
      open: async (biller) => await openLine(biller, { log, now, metrics, tracing }),
      graceMs: settings.requestTimeoutMs,
    });
    closers.add(() => billers.close());
    const sources = openSources({
      billers,
      database,
      store,
      lineOf: (biller) => billers.lineOf(biller),
      now,
      ...(metrics && {
        onBalance: {
          onAnswer: (source, stale) => metrics.balanceAnswer(source, stale),
          onJoined: () => metrics.joinedCall(),
        },
      }),
      onTrouble: (code, detail) => log.warn({ code, ...factsOf(detail) }, 'trouble'),
    });
    closers.add(() => sources.balances.settled());
    const { limits } = settings;
    const isProduction = settings.mode === 'production';
    const apollo = await startGraphql({
      isProduction,
      limits,
      log,
      openGateway: await gatewayOf(settings),
      sight: tools,
    });
    closers.add(() => apollo.stop());
    const door = watchedDoor(createBillFileDoor({ orm: database.orm }), tools);
    const readings = tools.readings ?? openReadings(billers, closers);
    const server = createServer({
      apollo,
      sources,
      identify: openTrust(settings.tokens, settings.router, now),
      limits,
      load: openLoadShedder(limits.load, readings),
      isProduction,
      ...(timers && { timers }),
      bif: {
        door: watchedDoor(openHttpDoor(database, settings), tools),
        billers,
        bytesMax: settings.bifBytesMax,
        now,
      },
      log,
      sight: { log, health, metrics, tracing },
      requestTimeoutMs: settings.requestTimeoutMs,
    });
    // Works of the process that are no requests: they end after the last request, and before what they use is closed.
    const jobs = openClosers();
    closers.add(() => jobs.close());
    closers.add(() => server.close());
    health.started({
      database: () => database.readiness(),
      cache: () => store.isThere(),
      breakersOpen: () => billers.list().filter((biller) => billers.lineOf(biller).state().isBreakerOpen).length,
      elapsedMs: () => performance.now(),
    });
    metrics?.watch({
      daffrons: () => billers.list().map((biller) => [biller.id, billers.lineOf(biller).state()] as const),
      pools: () => database.pools(),
    });
    return { server, sources, database, door, billers, health, jobs, close: () => closers.close() };
  } catch (error) {
    return await closers.closeAfter(error);
  }
}

/** The compiler is loaded where it is wanted, and nowhere else. */
async function gatewayOf({ executor }: ServiceSettings): Promise<GraphqlSettings['openGateway']> {
  if (executor === 'ordinary') return undefined;
  const { openCompiledGateway } = await import('./compiled/compiledExecutor.js');
  return openCompiledGateway;
}

function openReadings(billers: BillerLines, closers: Closers): LoadReadings {
  const loop = openLoopDelay();
  closers.add(() => Promise.resolve(loop.close()));
  const queueOf: LoadReadings['queueOf'] = (billerId) => {
    const biller = billers.get(billerId);
    return biller && billers.lineOf(biller).state();
  };
  return { loopDelayMs: loop.loopDelayMs, queueOf };
}

/** Of an error its type alone, since its message may quote what it met; other details are ids and counts of ours. */
function factsOf(detail: unknown): object {
  if (detail instanceof Error) return { type: detail.name };
  return typeof detail === 'object' && detail !== null ? detail : {};
}

/** Over HTTP a file may be smaller than one from disk and its sender may not fall silent, whatever he announced. */
function openHttpDoor(database: Database, { bifBytesMax, bifSilenceMs }: ServiceSettings): BillFileDoor {
  const fileBytes = Math.min(bifBytesMax, BIF_LIMITS.fileBytes);
  return createBillFileDoor({ orm: database.orm, limits: { ...BIF_LIMITS, fileBytes, silenceMs: bifSilenceMs } });
}

type Sight = Pick<ServiceTools, 'log' | 'metrics' | 'tracing'>;

function openStore(settings: ServiceSettings, sight: Sight): BalanceStore {
  const store = openBareStore(settings, sight);
  return sight.tracing === undefined ? store : tracedStore(store, sight.tracing);
}

function openBareStore(settings: ServiceSettings, { log, metrics }: Sight): BalanceStore {
  if (settings.redisUrl === undefined) {
    return openMemoryStore({ entriesMax: MEMORY_ENTRIES_MAX, ttlSeconds: settings.balanceTtlSeconds });
  }
  return openRedisStore(
    { url: settings.redisUrl, ttlSeconds: settings.balanceTtlSeconds, commandTimeoutMs: settings.redisTimeoutMs },
    (trouble) => {
      metrics?.cacheTrouble(trouble);
      log.debug({ code: `REDIS_${trouble}` }, 'cache trouble');
    },
  );
}

async function openLine(
  { biller, daffron: line }: BillerSettings,
  { log, now, metrics, tracing }: ServiceTools,
): Promise<Daffron> {
  const daffron = await openDaffron(line, {
    billerId: biller.id,
    timeZone: biller.timeZone,
    now,
    newMessageId: randomUUID,
    onCall: (call) => {
      metrics?.daffronCall(call);
      // A request may cause dozens; the figures count them, and a line is worth it where one went wrong.
      log[call.outcome === 'ok' ? 'debug' : 'info'](call, 'daffron call');
    },
  });
  return tracing === undefined ? daffron : tracedDaffron(daffron, biller.id, tracing);
}
