// `npm start`: the service, with embedded parts where none were given, on sample data; or in production with everything given.
import { parseArgs } from 'node:util';
import type { BillerSettings } from './billersFile';
import { openClosers } from './closers';
import { ConfigurationError, readBillersAgain, readConfig, type Config } from './config';
import { openEmbedded } from './embedded/embedded';
import { openExplorer } from './embedded/explorer';
import { importSampleFiles } from './embedded/sampleData';
import { openFolderJob } from './jobs/importFolder';
import { watchFolder } from './jobs/watchFolder';
import { openLog, type Log } from './log';
import { showProgress } from './progress';
import { listen } from './http/server';
import { createReload } from './billers/reloadBillers';
import { openService, type Service, type ServiceSettings } from './service';
import { openLobby } from './sight/healthDoor';
import { openSight, type Sight } from './sight/sight';
import { STOP_TIMEOUT_MS, stopInOrder } from './sight/stop';
import { watchUnhandled } from './sight/unhandled';
import { welcome } from './welcome';

/** Wrong settings; a supervisor need not try again. */
const EXIT_CONFIGURATION = 3;

/** As a shell counts the end by an interrupt. */
const EXIT_INTERRUPTED = 130;

const now = (): Date => new Date();
const say = (line: string): void => void process.stdout.write(`${line}\n`);

interface Running {
  close(): Promise<void>;
  /** Takes the billers' file as it is now; absent in the embedded mode, which has none. */
  reload?(): Promise<void>;
}

async function start(): Promise<Running> {
  const { values } = parseArgs({ options: { fresh: { type: 'boolean', default: false } } });
  const config = readConfig();
  const isProduction = config.mode === 'production';
  // A service gets this signal from who changed its billers; on somebody's own machine his terminal has closed (ADR 32).
  process.on('SIGHUP', isProduction ? hangUp : () => stop(0));
  if (isProduction && values.fresh) throw new Error('--fresh is for the embedded mode');
  // On somebody's own machine the log would bury what the start has to say; it goes where LOG_LEVEL was given.
  const log = isProduction ? openLog(config.logLevel) : openLog(process.stdout.isTTY ? 'warn' : config.logLevel, 2);
  const sight = await openSight(config, log);
  watchUnhandled({ log, metrics: sight.metrics, end: () => stop(1) });
  const opened = isProduction
    ? await startProduction(config, log, sight)
    : await startEmbedded(config, log, sight, values.fresh);
  return {
    ...opened,
    close: async () => {
      log.info({ code: 'STOPPING' }, 'stopping');
      await opened.close();
      await sight.close();
      log.info({ code: 'STOPPED' }, 'stopped');
      await log.flush();
    },
  };
}

async function startProduction(config: Config, log: Log, sight: Sight): Promise<Running> {
  const { databaseUrl, tokens, billers } = config;
  if (databaseUrl === undefined || tokens === undefined || billers === undefined) {
    throw new Error('production settings passed without their required parts');
  }
  const closers = openClosers();
  const lobby = await openLobby(sight.health, config.host, config.port).catch(tellPort(config.port));
  closers.add(() => lobby.close());
  try {
    const service = await openService({ ...config, databaseUrl, tokens, billers }, { log, now, ...sight });
    await closers.close();
    closers.add(() => service.close());
    const { url } = await openDoors(service, config);
    const leaveFolder = watchBillFolder(service, config, log, sight);
    log.info({ url, metrics: sight.metricsUrl, billers: billers.length }, 'ready');
    const readAgain = (): readonly BillerSettings[] => readBillersAgain(config);
    return {
      close: () => {
        leaveFolder();
        return stopInOrder(service, config.stopDrainMs, log);
      },
      reload: createReload({ billers: service.billers, readAgain, log, metrics: sight.metrics }),
    };
  } catch (error) {
    return await closers.closeAfter(error);
  }
}

async function startEmbedded(config: Config, log: Log, sight: Sight, fresh: boolean): Promise<Running> {
  // Started by another process (`npm run supergraph`), it ends with it, however that one ends.
  process.once('disconnect', () => stop(0));
  const elapsedMs = (): number => performance.now();
  const progress = showProgress(process.stdout, elapsedMs);
  progress.step('starting the database and the Daffron simulator');
  const closers = openClosers();
  const parts = await openEmbedded(config, { fresh, now, say: (line) => progress.done(line) });
  closers.add(() => parts.close());
  try {
    const service = await openService(parts.settings, { log, now, ...sight });
    closers.add(() => service.close());
    const imported = await importSampleFiles(service.door, service.billers, parts.simulator.bifFiles, now, progress);
    void service.server.register(openExplorer({ tokens: parts.tokens, people: parts.simulator.people }));
    const { url } = await openDoors(service, parts.settings);
    const leaveFolder = watchBillFolder(service, config, log, sight);
    closers.add(() => {
      leaveFolder();
      return stopInOrder(service, config.stopDrainMs, log);
    });
    progress.done(
      imported.bills > 0
        ? `imported ${imported.bills} bills from ${imported.files} files`
        : 'found the data of an earlier start',
    );
    for (const line of welcome({ url, parts, seconds: process.uptime() })) say(line);
    // That one starts the rest of a graph around this service, and is told where it is.
    process.send?.({ type: 'ready', url, tokens: parts.tokens, trust: parts.settings.tokens });
    return closers;
  } catch (error) {
    return await closers.closeAfter(error);
  }
}

/**
 * Where a folder is set, bill files that appear there are imported as long as the service runs. Gives what leaves the folder
 * at once; a file that is being stored then is waited for as the requests are.
 */
function watchBillFolder(service: Service, { bifFolder }: Config, log: Log, { metrics }: Sight): () => void {
  if (bifFolder === undefined) return () => undefined;
  const { billers, door, database } = service;
  const monotonicMs = (): number => performance.now();
  const parts = { ...bifFolder, billers, door, orm: database.orm, log, metrics, now, monotonicMs };
  const watch = watchFolder(openFolderJob(parts), bifFolder.pollMs);
  service.jobs.add(() => watch.close());
  return () => watch.leave();
}

async function openDoors(
  service: Service,
  { host, port }: Pick<ServiceSettings, 'host' | 'port'>,
): Promise<{ url: string }> {
  return await listen(service.server, host, port).catch(tellPort(port));
}

function tellPort(port: number): (error: unknown) => never {
  return (error) => {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw isTaken ? new Error(`port ${port} is taken; give another one by PORT`, { cause: error }) : error;
  };
}

let running: Running | undefined;
let isStopping = false;

/**
 * The first signal ends in order; a second one, or half a minute, ends at once. Before everything has started there is
 * nothing to hand over: the exit takes the database along, and the simulator follows its parent.
 */
function stop(exitCode: number): void {
  if (isStopping || running === undefined) process.exit(exitCode === 0 ? EXIT_INTERRUPTED : exitCode);
  isStopping = true;
  setTimeout(() => process.exit(1), STOP_TIMEOUT_MS).unref();
  running.close().then(
    () => process.exit(exitCode),
    (error: unknown) => fail(error),
  );
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  // What could not be closed after it comes with it.
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  process.exit(errors.some((one) => one instanceof ConfigurationError) ? EXIT_CONFIGURATION : 1);
}

/** One that comes during the start waits for its end: the file may have changed after it was read. A start that fails says so itself. */
function hangUp(): void {
  if (!isStopping)
    starting.then(
      async (started) => await started.reload?.(),
      () => undefined,
    );
}

// A terminal or a reader that has gone away is no reason to end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(0));
const starting = start();
starting.then((started) => {
  running = started;
}, fail);
