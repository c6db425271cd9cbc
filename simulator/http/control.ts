// The control door: JSON over HTTP by which tests set faults and books, and read what the simulator saw.
import { z } from 'zod';
import { readBookEntry, type Books } from '../books';
import type { Fault, FaultRegister } from '../faults';
import type { Stats, StatsReport } from './stats';

/** Whether the SOAP port listens; turned off and on by the fault `down`. */
export interface Listening {
  /** Refuses connections from now on, and cuts those that are open. */
  down(): Promise<void>;
  /** Listens again, on the same port. */
  up(): Promise<void>;
}

/** What can be done to a simulator from outside, over HTTP or by a call within one process. */
export interface Control {
  /** Sets a fault: `{mode, biller?, account?, operation?, params?, times?}`. Throws a ZodError for anything else. */
  setFault(order: unknown): Promise<Fault>;
  /** Clears one fault, or all; the server comes up again if it was down. */
  clearFaults(id?: number): Promise<void>;
  /** Sets one account's books, in the JSON form of `readBookEntry`. Throws a ZodError for anything else. */
  setBook(entry: unknown): Promise<void>;
  /** Forgets an account: `{biller, account}`. Throws a ZodError for anything else. */
  removeBook(key: unknown): Promise<void>;
  stats(): StatsReport;
  /** No fault, counters at zero, books as they were at the start. */
  reset(): Promise<void>;
}

const bookKey = z.strictObject({ biller: z.string(), account: z.string() });

/** Binds the parts of a simulator together. `keepBooks` writes the books to where they are kept, if anywhere. */
export function openControl(parts: {
  faults: FaultRegister;
  books: Books;
  stats: Stats;
  listening: Listening;
  keepBooks: () => Promise<void>;
}): Control {
  const { faults, books, stats, listening, keepBooks } = parts;
  let comingUp: NodeJS.Timeout | undefined;
  const clearFaults = async (id?: number): Promise<void> => {
    faults.clear(id);
    if (faults.list().some((fault) => fault.mode === 'down')) return;
    clearTimeout(comingUp);
    await listening.up();
  };
  return {
    setFault: async (order) => {
      const fault = faults.set(order);
      if (fault.mode === 'down') {
        await listening.down();
        const { forMs } = fault.params;
        if (forMs !== undefined) comingUp = setTimeout(() => void clearFaults(fault.id), forMs).unref();
      }
      return fault;
    },
    clearFaults,
    setBook: async (entry) => {
      books.set(readBookEntry(entry));
      await keepBooks();
    },
    removeBook: async (key) => {
      const { biller, account } = bookKey.parse(key);
      books.remove(biller, account);
      await keepBooks();
    },
    stats: () => stats.report(),
    reset: async () => {
      await clearFaults();
      stats.reset();
      books.restore();
      await keepBooks();
    },
  };
}

/** A request at the control door; `body` is text, empty where there is none. */
export interface ControlRequest {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly body: string;
}

export interface ControlReply {
  readonly status: number;
  readonly json: unknown;
}

/** Whether the path belongs to the control door. */
export function isControlPath(path: string): boolean {
  return path === '/stats' || path.startsWith('/control/');
}

async function route(control: Control, { method, url, body }: ControlRequest): Promise<unknown> {
  const { pathname, searchParams } = new URL(url, 'http://control');
  const json = (): unknown => JSON.parse(body);
  switch (`${method} ${pathname}`) {
    case 'GET /stats':
    case 'GET /control/stats':
      return control.stats();
    case 'POST /control/fault':
      return control.setFault(json());
    case 'DELETE /control/fault': {
      const id = searchParams.get('id');
      await control.clearFaults(id === null ? undefined : Number(id));
      return {};
    }
    case 'POST /control/book':
      await control.setBook(json());
      return {};
    case 'DELETE /control/book':
      await control.removeBook(json());
      return {};
    case 'POST /control/reset':
      await control.reset();
      return {};
    default:
      return undefined;
  }
}

/** Answers a request at the control door: 400 says what is wrong with its JSON, 404 that there is no such thing. */
export async function answerControl(control: Control, request: ControlRequest): Promise<ControlReply> {
  try {
    const json = await route(control, request);
    return json === undefined ? { status: 404, json: { error: 'no such control' } } : { status: 200, json };
  } catch (error) {
    if (error instanceof z.ZodError) return { status: 400, json: { error: z.prettifyError(error) } };
    if (error instanceof SyntaxError) return { status: 400, json: { error: error.message } };
    throw error;
  }
}
