// How often one question is asked and when not at all: retries within a budget, and a breaker that spares a sick back end.
import { CALLER_GONE, CREDENTIALS, DEADLINE } from './failures';
import type { Outcome } from './failures';

export interface ResilienceSettings {
  /** How many times a read may be asked again. */
  readonly retries: number;
  /** `failures` in a row open the breaker; after `pauseMs` one call tries whether it may close. */
  readonly breaker: { readonly failures: number; readonly pauseMs: number };
}

/** Whether an attempt may go out: as usual, as the one that tries whether the back end is well again, or not. */
export type Permit = 'USUAL' | 'TRIAL' | 'NONE';

/** The rules for one back end. They only say what to do; the calls do it. */
export interface Resilience {
  /** Asked before each attempt; each one that goes out must be judged, or the breaker would wait for its trial for ever. */
  permit(): Permit;
  /** What became of an attempt that was permitted. */
  judge(permit: Permit, outcome: Outcome<unknown>): void;
  /** Whether the last that is known of the back end is that it is sick: it is spared, or tried with one call. */
  isBreakerOpen(): boolean;
  /** A new call earns its part of a retry. */
  earnRetry(): void;
  /** How long to wait, in milliseconds, before asking again (CIS-04); undefined where it must not be asked again. */
  takeRetry(outcome: Outcome<unknown>, retriesDone: number, remainingMs: number): number | undefined;
}

/** The code of a call that the breaker did not let out. */
export const BREAKER_OPEN = 'BREAKER_OPEN';

/** Refusals of our own house, and callers without time: asking again would only repeat them. */
const NEVER_AGAIN: readonly string[] = [BREAKER_OPEN, 'QUEUE_FULL', 'CLOSED', CALLER_GONE, DEADLINE];

/** Each call earns a tenth of a retry, so retries never add more than 10 % to the load of a sick back end. */
const BUDGET_PER_CALL = 0.1;
/** What a quiet time can save up: enough for the connections that a restart of the back end cuts. */
const BUDGET_MAX = 10;

/** The first wait; doubled each time and spread over its upper half, so that who failed together does not return together. */
const BACKOFF_FIRST_MS = 100;

/** An attempt with less time than this left would only be cut off. */
const ATTEMPT_WORTH_MS = 50;

/** After refused credentials: with a few calls in flight, fewer than five are then seen in a minute (lock-out danger). */
const CREDENTIALS_PAUSE_MS = 60_000;

/** The rules for one back end; `now` is the time against which a Retry-After date is read. */
export function openResilience(settings: ResilienceSettings, now: () => Date): Resilience {
  let budget = BUDGET_MAX;
  const breaker = new Breaker(settings.breaker);
  return {
    permit: () => breaker.permit(),
    judge: (permit, outcome) => breaker.judge(permit, outcome),
    isBreakerOpen: () => breaker.isOpen(),
    earnRetry: () => {
      budget = Math.min(BUDGET_MAX, budget + BUDGET_PER_CALL);
    },
    takeRetry: (outcome, retriesDone, remainingMs) => {
      if (outcome.ok || !isRetryable(outcome) || retriesDone >= settings.retries || budget < 1) return undefined;
      const backoffMs = BACKOFF_FIRST_MS * 2 ** retriesDone * (0.5 + Math.random() / 2);
      const waitMs = Math.max(backoffMs, readRetryAfterMs(outcome.retryAfter, now()));
      if (waitMs + ATTEMPT_WORTH_MS > remainingMs) return undefined;
      budget -= 1;
      return waitMs;
    },
  };
}

/**
 * Closed, it counts silences in a row. Open, it lets nobody out until its pause is over. Then it is on trial: one call
 * goes out and decides, and the others hear at once that it is open.
 */
class Breaker {
  readonly #settings: ResilienceSettings['breaker'];
  #state: 'CLOSED' | 'OPEN' | 'ON_TRIAL' = 'CLOSED';
  #inARow = 0;
  #credentialsRefused = false;
  /** On the monotonic clock: a wall clock set back would prolong the pause. */
  #pauseEndsAtMs = 0;

  constructor(settings: ResilienceSettings['breaker']) {
    this.#settings = settings;
  }

  permit(): Permit {
    if (this.#state === 'CLOSED') return 'USUAL';
    if (this.#state === 'ON_TRIAL' || performance.now() < this.#pauseEndsAtMs) return 'NONE';
    this.#state = 'ON_TRIAL';
    return 'TRIAL';
  }

  judge(permit: Permit, outcome: Outcome<unknown>): void {
    // A caller who left says nothing of the back end; yet the call that tries must not close the breaker by it.
    if (permit !== 'TRIAL' && isCallerGone(outcome)) return;
    if (isTrouble(outcome)) {
      this.#inARow += 1;
      // One refusal is enough: repeating wrong credentials locks accounts.
      this.#credentialsRefused ||= isCredentials(outcome);
      const isEnough = this.#credentialsRefused || this.#inARow >= this.#settings.failures;
      if (permit === 'TRIAL' || isEnough) this.#open();
    } else {
      this.#inARow = 0;
      if (permit === 'TRIAL') this.#close();
    }
  }

  isOpen(): boolean {
    return this.#state !== 'CLOSED';
  }

  #open(): void {
    // Calls that were out when it opened fail one after the other; they do not prolong the pause.
    if (this.#state === 'OPEN') return;
    this.#state = 'OPEN';
    const { pauseMs } = this.#settings;
    this.#pauseEndsAtMs =
      performance.now() + (this.#credentialsRefused ? Math.max(CREDENTIALS_PAUSE_MS, pauseMs) : pauseMs);
  }

  #close(): void {
    this.#credentialsRefused = false;
    // It may have been opened again by a call from before the trial.
    if (this.#state === 'ON_TRIAL') this.#state = 'CLOSED';
  }
}

function isCredentials(outcome: Outcome<unknown>): boolean {
  return !outcome.ok && outcome.failure.kind === 'refused' && outcome.failure.code === CREDENTIALS;
}

function isCallerGone(outcome: Outcome<unknown>): boolean {
  return !outcome.ok && outcome.failure.code === CALLER_GONE;
}

function isTrouble(outcome: Outcome<unknown>): boolean {
  return isCredentials(outcome) || (!outcome.ok && isSilence(outcome.failure.kind));
}

function isRetryable(outcome: Extract<Outcome<unknown>, { ok: false }>): boolean {
  return isSilence(outcome.failure.kind) && !NEVER_AGAIN.includes(outcome.failure.code);
}

function isSilence(kind: string): boolean {
  return kind === 'notSent' || kind === 'noAnswer';
}

/** Milliseconds of a Retry-After header, seconds or a date; 0 where there is none that can be read. */
function readRetryAfterMs(text: string | undefined, now: Date): number {
  if (text === undefined) return 0;
  const waitMs = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return waitMs > 0 ? waitMs : 0;
}
