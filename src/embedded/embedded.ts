// The embedded mode: each part that production brings along is opened here, unless its URL was given.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { dayIn } from '../../domain/day';
import type { BillerSettings } from '../billersFile';
import { openClosers, type Closers } from '../closers';
import type { Config } from '../config';
import { PROJECT_ROOT } from '../projectFiles';
import type { ServiceSettings } from '../service';
import { openEmbeddedPostgres, removeEmbeddedPostgres } from './postgres';
import { readSampleBillers } from './sampleBillers';
import { openSampleKeys, signSampleTokens, type SampleTokens } from './sampleKeys';
import { startSimulatorProcess, type SimulatorProcess, type SimulatorReady } from './simulatorProcess';

/** The zone of the sample cooperative: its today is the day for which the sample world is made. */
const SAMPLE_ZONE = 'America/Chicago';

export interface EmbeddedParts {
  readonly settings: ServiceSettings;
  readonly simulator: SimulatorReady;
  /** Absent where keys were given: only their owner can sign. */
  readonly tokens: SampleTokens | undefined;
  close(): Promise<void>;
}

export interface EmbeddedTools {
  readonly fresh: boolean;
  readonly now: () => Date;
  readonly say: (line: string) => void;
}

/** Opens database, simulator and keys; what was opened is closed again where a later one fails. */
export async function openEmbedded(config: Config, tools: EmbeddedTools): Promise<EmbeddedParts> {
  const closers = openClosers();
  try {
    const databasePlace = placeOf(config, tools.say);
    if (tools.fresh) await beginAnew(config, tools.say);
    const databaseUrl = config.databaseUrl ?? (await openDatabaseOf(databasePlace, closers));
    const simulatorDir = join(config.dataDir, 'simulator');
    // The sample world is made for the day on which it is first asked for.
    const simulator = await startSimulatorProcess(simulatorDir, dayIn(SAMPLE_ZONE, tools.now()), (code) =>
      tools.say(`The Daffron simulator ended (${code ?? 'signal'}); balances are stale from now on.`),
    );
    closers.add(() => simulator.stop());
    const keys = config.tokens === undefined ? await openSampleKeys(config.dataDir) : undefined;
    const settings: ServiceSettings = {
      ...config,
      databaseUrl,
      billers: readSampleBillers(simulator.ready, config.requestTimeoutMs),
      tokens: keys?.tokens ?? required(config.tokens),
    };
    const tokens = keys === undefined ? undefined : await signSampleTokens(keys, simulator.ready, tools.now());
    return { settings, simulator: simulator.ready, tokens, close: () => closers.close() };
  } catch (error) {
    return await closers.closeAfter(error);
  }
}

export interface SharedParts {
  readonly databaseUrl: string;
  readonly billers: readonly BillerSettings[];
  close(): Promise<void>;
}

/** Database and billers for a command: those of a service that runs, or started for as long as the command takes. */
export async function openShared(config: Config, tools: Omit<EmbeddedTools, 'fresh'>): Promise<SharedParts> {
  const simulatorDir = join(config.dataDir, 'simulator');
  const simulator = await startSimulatorProcess(simulatorDir, dayIn(SAMPLE_ZONE, tools.now()), () => undefined);
  // The simulator was asked for its billers only.
  const billers = await readThenStop(simulator, config.requestTimeoutMs);
  if (config.databaseUrl !== undefined) {
    return { databaseUrl: config.databaseUrl, billers, close: () => Promise.resolve() };
  }
  const postgres = await openEmbeddedPostgres({ ...placeOf(config, tools.say), share: true });
  return { databaseUrl: postgres.url, billers, close: () => postgres.stop() };
}

async function readThenStop(simulator: SimulatorProcess, requestTimeoutMs: number): Promise<readonly BillerSettings[]> {
  try {
    return readSampleBillers(simulator.ready, requestTimeoutMs);
  } finally {
    await simulator.stop();
  }
}

/** Where the embedded database of these settings lives; commands that only use it ask for the same place. */
function placeOf(config: Config, say: (line: string) => void) {
  return { dataDir: join(config.dataDir, 'postgres'), projectRoot: PROJECT_ROOT, log: say };
}

async function openDatabaseOf(place: ReturnType<typeof placeOf>, closers: Closers): Promise<string> {
  const postgres = await openEmbeddedPostgres(place);
  closers.add(() => postgres.stop());
  return postgres.url;
}

async function beginAnew(config: Config, say: (line: string) => void): Promise<void> {
  if (config.databaseUrl !== undefined) {
    throw new Error(
      '--fresh empties the embedded database only; a database that was given by DATABASE_URL is not ours to empty',
    );
  }
  await removeEmbeddedPostgres(placeOf(config, say));
  for (const name of ['simulator', 'sample-private-key.json', 'sample-public-keys.json']) {
    rmSync(join(config.dataDir, name), { recursive: true, force: true });
  }
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('token settings are neither given nor made');
  return value;
}
