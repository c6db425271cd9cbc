// Daffron over SOAP, for one biller: operations of MultiSpeak as questions that always get an answer or a failure.
import { isAccountNumber } from '../../domain/account';
import type { AnySignal } from '../departures';
import { openCallGate } from './callGate';
import { Call } from './calls/call';
import type { CallFigures } from './calls/call';
import { Deadlines } from './calls/deadlines';
import { DIALECTS } from './dialects';
import type { MultiSpeakVersion } from './dialects';
import type { ReplyReader } from './envelopeReader';
import type { Envelope } from './envelopes';
import { openEnvelopes } from './envelopes';
import { CREDENTIALS } from './failures';
import type { DaffronAnswer, Outcome } from './failures';
import { READERS } from './replies';
import type { PayableItemsReply } from './replies';
import { openResilience } from './resilience';
import { openTransport } from './transport';

export type { DaffronAnswer, DaffronFailure } from './failures';
export type { PayableItemsReply, WireItem } from './replies';

/** One biller's line to Daffron. All of it is given by the caller; nothing is read from the environment. */
export interface DaffronSettings {
  readonly version: MultiSpeakVersion;
  /** The URL of the CB service; whether plain http may be used is the caller's decision. */
  readonly endpoint: string;
  readonly userId: string;
  readonly password: string;
  readonly header: {
    readonly company: string;
    readonly appName: string;
    readonly appVersion: string;
    readonly context?: string;
  };
  /** PEM texts: an own CA in place of the public ones, and a client certificate with its key. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Calls in flight at a time, each on a connection of its own. */
  readonly maxConcurrent: number;
  /** Callers who may wait for their turn; the next one is refused. */
  readonly queueMax: number;
  /** Total for one operation: waiting, attempts and pauses. */
  readonly deadlineMs: number;
  readonly attemptTimeoutMs: number;
  readonly retries: number;
  /** Size of a whole answer, decoded; beyond it the connection is dropped. */
  readonly responseBytesMax: number;
  readonly breaker: { readonly failures: number; readonly pauseMs: number };
}

export interface CallOptions {
  /** Fires when the caller no longer wants the answer. */
  readonly signal?: AnySignal;
}

/** What a finished call tells logs and metrics: ids, words of ours and figures, never what was said. */
export interface DaffronCallEvent {
  readonly operation: string;
  readonly billerId: string;
  readonly outcome: 'ok' | 'notSent' | 'noAnswer' | 'unreadable' | 'refused';
  /** The failure's code; null when it went well. */
  readonly code: string | null;
  readonly ms: number;
  /** Of these, how long it waited for its turn. */
  readonly waitMs: number;
  readonly attempts: number;
}

/** How the line to one Daffron is at this moment. */
export interface DaffronState {
  readonly waiting: number;
  /** How many may wait; the next one is refused. */
  readonly waitingMax: number;
  readonly inFlight: number;
  readonly isBreakerOpen: boolean;
}

export interface DaffronDeps {
  readonly billerId: string;
  /** IANA zone of the biller, for the days in the answers. */
  readonly timeZone: string;
  readonly now: () => Date;
  readonly newMessageId: () => string;
  readonly onCall?: (event: DaffronCallEvent) => void;
}

/** None of these throws or rejects for anything a back end does: trouble is a failure in the answer. */
export interface Daffron {
  /** What the account owes now. Throws for a text that is not an account number: it must be checked before. */
  fetchPayableItems(accountNumber: string, options?: CallOptions): Promise<DaffronAnswer<PayableItemsReply>>;
  /** Whether the service is well: a code for each trouble it names, none when all is well. */
  ping(options?: CallOptions): Promise<DaffronAnswer<readonly string[]>>;
  /** The operations this server really has. */
  fetchMethods(options?: CallOptions): Promise<DaffronAnswer<readonly string[]>>;
  /** For health and metrics; asks nobody. */
  state(): DaffronState;
  /** Refuses new calls, waits for those in flight (their deadline bounds it) and drops the connections. */
  close(): Promise<void>;
}

/** Credentials count as proven this long after an answer that was not their refusal. */
const PROVEN_MS = 10_000;
/** Until they are proven so few calls go out at once: a burst with wrong ones would lock the account at Daffron. */
const UNPROVEN_CALLS_MAX = 3;

/** Opens the line of one biller; nothing is sent yet. Throws for settings that can never work. */
export async function openDaffron(settings: DaffronSettings, deps: DaffronDeps): Promise<Daffron> {
  const { version, endpoint, userId, password, header } = settings;
  const readers = READERS[version];
  const transport = openTransport(settings, deps.now);
  const envelopes = await openEnvelopes(DIALECTS[version], endpoint, { userId, password, ...header }, deps);
  const resilience = openResilience(settings, deps.now);
  const proof = openProof(settings.maxConcurrent);
  const gate = openCallGate({ placesNow: proof.placesNow, queueMax: settings.queueMax });
  const { deadlineMs } = settings;
  const deadlines = new Deadlines(deadlineMs);
  const { timeZone } = deps;
  const line = { gate, resilience, transport, deadlineMs, deadlines, timeZone, onAttempt: proof.note };

  function call<T>(
    reader: ReplyReader<T>,
    parameters: Readonly<Record<string, string>>,
    caller: AnySignal | undefined,
  ): Promise<DaffronAnswer<T>> {
    return new Promise((resolve, reject) => {
      const onEnd = (outcome: Outcome<T>, figures: CallFigures): void => {
        deps.onCall?.(eventOf(reader.operation, deps.billerId, outcome, figures));
        resolve(outcome.ok ? outcome : { ok: false, failure: outcome.failure });
      };
      const write = (): Envelope => envelopes.write(reader.operation, parameters);
      new Call(line, { reader, write, caller, onEnd, onBug: reject }).start();
    });
  }

  return {
    fetchPayableItems: async (accountNumber, options) => {
      if (!isAccountNumber(accountNumber)) throw new TypeError('not an account number');
      return call(readers.payableItems, { accountNumber }, options?.signal);
    },
    ping: (options) => call(readers.ping, {}, options?.signal),
    fetchMethods: (options) => call(readers.methods, {}, options?.signal),
    state: () => {
      const { waiting, inside } = gate.crowd();
      return { waiting, waitingMax: settings.queueMax, inFlight: inside, isBreakerOpen: resilience.isBreakerOpen() };
    },
    close: async () => {
      await gate.close();
      await transport.close();
    },
  };
}

function eventOf(
  operation: string,
  billerId: string,
  outcome: Outcome<unknown>,
  { startedAt, waitMs, attempts }: CallFigures,
): DaffronCallEvent {
  return {
    operation,
    billerId,
    outcome: outcome.ok ? 'ok' : outcome.failure.kind,
    code: outcome.ok ? null : outcome.failure.code,
    ms: performance.now() - startedAt,
    waitMs,
    attempts,
  };
}

/** Follows whether the credentials were accepted lately, and how many calls may go out on that. */
function openProof(maxConcurrent: number): {
  readonly placesNow: () => number;
  readonly note: (outcome: Outcome<unknown>) => void;
} {
  let provenUntilMs = -Infinity;
  return {
    placesNow: () => (performance.now() < provenUntilMs ? maxConcurrent : Math.min(maxConcurrent, UNPROVEN_CALLS_MAX)),
    note: (outcome) => {
      if (outcome.ok || outcome.failure.kind === 'unreadable') provenUntilMs = performance.now() + PROVEN_MS;
      else if (outcome.failure.kind === 'refused') {
        provenUntilMs = outcome.failure.code === CREDENTIALS ? -Infinity : performance.now() + PROVEN_MS;
      }
    },
  };
}
