// Starts a simulator: opens or makes its world, and serves it on loopback. Used by the process of `npm start` and, in
// tests, within the test's own process.
import { randomBytes } from 'node:crypto';
import { openBooks, type BookEntry } from './books';
import { openDaffron, pathOf, versionOf, type ServedBiller, type SoapRequest } from './daffron';
import { openFaults } from './faults';
import { openControl, type Control } from './http/control';
import { answerAtControl, answerAtDoor } from './http/frontDoor';
import { openPort } from './http/ports';
import { openStats } from './http/stats';
import { openKeptWorld, type KeptWorld, type People } from './keptWorld';
import { CEDAR_RIDGE, type MultiSpeakVersion } from './world/billers';
import type { Day } from './world/calendar';

/** A world made by hand: some accounts, no customers and no bill files. */
export interface SmallWorld {
  readonly books: readonly BookEntry[];
  /** Absent: the sample cooperative alone, with credentials made up for this run. */
  readonly billers?: readonly ServedBiller[];
}

export interface SimulatorOptions {
  /** Where books and bill files are kept. Needed unless `world` is given, which is kept nowhere. */
  readonly dataDir?: string;
  /** The day as of which the sample world is made. Needed with `dataDir`; a world found there keeps its own. */
  readonly today?: Day;
  /** Absent: the seed of the sample world. */
  readonly seed?: number;
  /** Absent or 0: a free port. */
  readonly port?: number;
  /** How long each answer takes; absent: no longer than it needs. */
  readonly latencyMs?: number;
  readonly world?: SmallWorld;
  /** Absent: the clock of the machine. */
  readonly now?: () => Date;
  /** Told of each SOAP request as it came, credentials and all. */
  readonly onRequest?: (request: SoapRequest) => void;
}

/** What the starting process is told of a biller. */
export interface ReadyBiller {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly multiSpeak: MultiSpeakVersion;
  readonly endpoint: string;
  readonly userId: string;
  readonly password: string;
  readonly company: string;
  readonly appName: string;
  readonly invoiceTypes: ServedBiller['invoiceTypes'];
}

/** What the starting process is told. */
export interface ReadyMessage {
  readonly type: 'ready';
  /** Root of the SOAP port. */
  readonly url: string;
  /** Root of the control port, which stays open when the SOAP port is down. */
  readonly controlUrl: string;
  readonly billers: readonly ReadyBiller[];
  /** Absolute paths in the order in which they are to be imported. */
  readonly bifFiles: readonly string[];
  /** Who may be shown the sample world; absent in a world made by hand. */
  readonly people?: People;
  /** Whether the world was made by this start, not found. */
  readonly fresh: boolean;
}

export interface Simulator extends Control {
  readonly ready: ReadyMessage;
  /** Root of the SOAP port. */
  readonly url: string;
  readonly controlUrl: string;
  /** The billers, with endpoint and credentials. */
  readonly billers: readonly ReadyBiller[];
  /** Cuts all connections and frees the ports. */
  stop(): Promise<void>;
}

/** The cooperative with a password that no other run has. */
function handMadeBiller(): ServedBiller {
  const { id, name, timeZone, invoiceTypes } = CEDAR_RIDGE;
  const password = randomBytes(12).toString('base64url');
  const credentials = { userId: 'ebpp', password, company: 'CEDAR', appName: 'EBPP' };
  return { id, name, timeZone, invoiceTypes, credentials };
}

async function openWorld(options: SimulatorOptions): Promise<KeptWorld> {
  const { dataDir, today, seed, world } = options;
  if (world !== undefined) {
    const books = openBooks(world.books);
    const billers = world.billers ?? [handMadeBiller()];
    return { books, billers, bifFiles: [], fresh: true, keepBooks: () => Promise.resolve() };
  }
  if (dataDir === undefined || today === undefined) {
    throw new Error('a simulator needs a data folder and a day, or a world made by hand');
  }
  return openKeptWorld({ dataDir, today, ...(seed !== undefined && { seed }) });
}

/**
 * Starts a simulator and resolves when it answers. Rejects when the port is taken, the data folder cannot be used, or
 * neither a data folder nor a world is given.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { books, billers, bifFiles, people, fresh, keepBooks } = await openWorld(options);
  const { port = 0, latencyMs = 0, now = () => new Date(), onRequest } = options;
  const faults = openFaults();
  const stats = openStats();
  const daffron = await openDaffron({ books, billers, now });
  const door = {
    billers,
    books,
    daffron,
    faults,
    stats,
    latencyMs,
    now,
    ...(onRequest !== undefined && { onRequest }),
  };
  const soapPort = await openPort((request, response) => answerAtDoor(door, control, request, response), port, stats);
  const control = openControl({ faults, books, stats, listening: soapPort, keepBooks });
  const controlPort = await openPort((request, response) => answerAtControl(control, request, response), 0);
  const ready: ReadyMessage = {
    type: 'ready',
    url: soapPort.url,
    controlUrl: controlPort.url,
    billers: billers.map(({ credentials, ...biller }) => ({
      ...biller,
      multiSpeak: versionOf(biller),
      endpoint: soapPort.url + pathOf(biller.id),
      ...credentials,
    })),
    bifFiles,
    ...(people !== undefined && { people }),
    fresh,
  };
  return {
    ...control,
    ready,
    url: ready.url,
    controlUrl: ready.controlUrl,
    billers: ready.billers,
    stop: async () => {
      // A fault that would bring the port up again by itself must not do so afterwards.
      await control.clearFaults();
      await Promise.all([soapPort.down(), controlPort.down()]);
    },
  };
}
