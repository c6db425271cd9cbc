// The whole service for one test file: real Postgres, the simulator over HTTP, real tokens, and a clock that tests move.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BifReport } from '../../datasources/bills/bifReport';
import { startSimulator, type Simulator } from '../../simulator/startSimulator';
import { readBillers, type BillerSettings } from '../../src/billersFile';
import { openSampleKeys, type SampleClaims, type SampleKeys } from '../../src/embedded/sampleKeys';
import type { RouterTrust } from '../../src/http/trustSettings';
import { DEFAULT_LIMITS, type LimitSettings } from '../../src/limits/limitSettings';
import { openLog, type Logger } from '../../src/log';
import { openService, type Service, type ServiceTools } from '../../src/service';
import { createTestDatabase } from '../setup/servers';
import { suiteExecutor } from '../setup/suiteExecutor';
import { billFile, type BillRow } from './testBills';
import { CEDAR, MILL } from './testBillers';

export type Json = any; // oxlint-disable-line typescript/no-explicit-any -- each test states the form it expects

/** What a caller receives. */
export interface Answer {
  readonly status: number;
  readonly data: Json;
  readonly errors:
    readonly { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[] | undefined;
  readonly text: string;
}

export interface TestHouse {
  readonly service: Service;
  readonly simulator: Simulator;
  readonly keys: SampleKeys;
  /** The instant that the service takes for now. */
  now: Date;
  token(claims: SampleClaims): Promise<string>;
  /** A token of a payer, with the accounts that he claims. */
  payer(userName: string, accounts: readonly string[], more?: Partial<SampleClaims>): Promise<string>;
  staff(billerId?: string): Promise<string>;
  guest(account: string): Promise<string>;
  ask(token: string, query: string, variables?: Record<string, unknown>): Promise<Answer>;
  /** Imports rows through the door that production uses. */
  bills(rows: readonly BillRow[], billerId?: string): Promise<BifReport>;
  /** Sets one account's books at the simulator. */
  book(account: string, items: readonly object[], more?: object): Promise<void>;
  /** How many GetPayableItemsList the simulator has seen since the last `reset`. */
  soapCalls(): number;
  close(): Promise<void>;
}

export interface TestHouseOptions {
  /** Settings of the cooperative that differ from the sample's. */
  readonly cedar?: Record<string, unknown>;
  readonly redisUrl?: string;
  /** What the cooperative's Daffron speaks; absent: 4.1. */
  readonly multiSpeak?: '3.0';
  /** Puts something between the service and its database: given the database's URL, gives the one to use. */
  readonly reachDatabase?: (url: string) => Promise<string>;
  readonly daffron?: Record<string, unknown>;
  readonly log?: Logger;
  readonly mode?: 'production' | 'embedded';
  readonly requestTimeoutMs?: number;
  readonly bifSilenceMs?: number;
  /** What looks at the service while it works. */
  readonly sight?: Pick<ServiceTools, 'metrics' | 'tracing'>;
  readonly limits?: Partial<LimitSettings>;
  readonly router?: RouterTrust;
  /** Timers and readings of the test's own. */
  readonly tools?: Pick<ServiceTools, 'timers' | 'readings'>;
}

/** For tests that count calls: on a busy machine a retry would count, too. */
export const PATIENT = { attemptTimeoutMs: 20_000, deadlineMs: 25_000 } as const;

export const PASSWORD_CANARY = 'canary-Pa55&word';

const served = (id: string, name: string, timeZone: string) => ({
  id,
  name,
  timeZone,
  invoiceTypes: [
    { id: 42, name: 'Electric', chargeCodes: ['ELEC'] },
    { id: 43, name: 'Area lighting', chargeCodes: ['LIGHT'] },
  ],
  credentials: { userId: 'ebpp', password: PASSWORD_CANARY, company: 'COOP', appName: 'EBPP' },
});

export async function openTestHouse(options: TestHouseOptions = {}): Promise<TestHouse> {
  const folder = mkdtempSync(join(tmpdir(), 'house-'));
  const keys = await openSampleKeys(folder);
  const database = await createTestDatabase();

  const simulator = await startSimulator({
    world: {
      books: [],
      billers: [
        { ...served(CEDAR, 'Cedar', 'America/Chicago'), multiSpeak: options.multiSpeak ?? '4.1' },
        served(MILL, 'Mill', 'America/Denver'),
      ],
    },
  });
  const clock = { now: new Date('2026-03-05T15:00:00Z') };
  const closeOutside = async (): Promise<void> => {
    await simulator.stop();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  };
  const service = await openService(
    {
      mode: options.mode ?? 'embedded',
      host: '127.0.0.1',
      port: 0,
      dataDir: folder,
      databaseUrl: (await options.reachDatabase?.(database.url)) ?? database.url,
      databasePoolMax: 5,
      databaseStatementTimeoutMs: 5000,
      databaseConnectTimeoutMs: 2000,
      redisUrl: options.redisUrl,
      redisTimeoutMs: 40,
      balanceTtlSeconds: 86_400,
      requestTimeoutMs: options.requestTimeoutMs ?? 15_000,
      bifBytesMax: 1_000_000,
      bifSilenceMs: options.bifSilenceMs ?? 30_000,
      bifFolder: undefined,
      logLevel: 'silent',
      executor: suiteExecutor(),
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      tokens: keys.tokens,
      router: options.router,
      billers: settingsOf(simulator, options),
    },
    { log: options.log ?? openLog('silent'), now: () => clock.now, ...options.sight, ...options.tools },
  ).catch(async (error: unknown) => {
    await closeOutside();
    throw error;
  });
  const house: TestHouse = {
    service,
    simulator,
    keys,
    get now() {
      return clock.now;
    },
    set now(instant) {
      clock.now = instant;
    },
    token: async (claims) => await keys.sign(claims, clock.now),
    payer: async (userName, accounts, more) =>
      await house.token({ sub: userName, biller: CEDAR, role: 'OWNER', username: userName, accounts, ...more }),
    staff: async (billerId = CEDAR) =>
      await house.token({ sub: 'staff', biller: billerId, role: 'CSR', username: 'staff' }),
    guest: async (account) => await house.token({ sub: 'guest', biller: CEDAR, role: 'GUEST', grant: { account } }),
    ask: async (token, query, variables) => {
      const response = await service.server.inject({
        method: 'POST',
        url: '/graphql',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        payload: JSON.stringify({ query, variables }),
      });
      const body = response.json();
      return { status: response.statusCode, data: body.data, errors: body.errors, text: response.body };
    },
    bills: async (rows, billerId = CEDAR) => {
      const biller = service.billers.get(billerId);
      if (biller === undefined) throw new Error(`no biller ${billerId}`);
      return await service.door.ingest(
        biller,
        'test.bif',
        Readable.from([Buffer.from(billFile(rows))]),
        () => clock.now,
      );
    },
    book: async (account, items, more = {}) => await simulator.setBook({ biller: CEDAR, account, items, ...more }),
    soapCalls: () => simulator.stats().operations['GetPayableItemsList'] ?? 0,
    close: async () => {
      await service.close();
      await closeOutside();
    },
  };
  return house;
}

/** The settings of both billers as the house is opened with them, or as somebody changed them since. */
export function settingsOf(
  simulator: Simulator,
  options: Pick<TestHouseOptions, 'cedar' | 'daffron'>,
): readonly BillerSettings[] {
  const entries = simulator.billers.map((biller) => ({
    id: biller.id,
    name: biller.name,
    timeZone: biller.timeZone,
    autoConveyance: false,
    invoiceTypes: biller.invoiceTypes,
    ...(biller.id === CEDAR && options.cedar),
    daffron: {
      version: biller.multiSpeak,
      endpoint: biller.endpoint,
      allowPlainHttp: true,
      userId: { env: 'USER' },
      password: { env: 'PASSWORD' },
      company: biller.company,
      appName: biller.appName,
      deadlineMs: 1500,
      attemptTimeoutMs: 400,
      ...(biller.id === CEDAR && options.daffron),
    },
  }));
  const { settings, problems } = readBillers({ billers: entries }, (reference) =>
    'env' in reference ? (reference.env === 'USER' ? 'ebpp' : PASSWORD_CANARY) : undefined,
  );
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return settings;
}
