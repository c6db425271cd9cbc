// How often one question is asked and when not at all: retries within a budget, and a breaker that spares a sick back end.
import { BrokenCircuitError, circuitBreaker, CircuitState, DelegateBackoff, handleResultType, retry } from 'cockatiel';
import type { IBackoff } from 'cockatiel';
import { CALLER_GONE, CREDENTIALS, DEADLINE, failed } from './failures';
import type { Outcome } from './failures';

export interface ResilienceSettings {
  /** How many times a read may be asked again. */
  readonly retries: number;
  /** `failures` in a row open the breaker; after `pauseMs` one call tries whether it may close. */
  readonly breaker: { readonly failures: number; readonly pauseMs: number };
}

export interface Resilience {
  /** One attempt through the breaker; while it is open the attempt is not made and the outcome is `notSent`. */
  attempt<T>(ask: () => Promise<Outcome<T>>): Promise<Outcome<T>>;
  /** Whether the last that is known of the back end is that it is sick: it is spared, or tried with one call. */
  isBreakerOpen(): boolean;
  /** Asks again after failures that a read survives, while `remainingMs` and the budget last (CIS-04). */
  read<T>(ask: () => Promise<Outcome<T>>, remainingMs: () => number): Promise<Asked<T>>;
}

export interface Asked<T> {
  readonly outcome: Outcome<T>;
  /** How many times it was asked. */
  readonly attempts: number;
}

const BREAKER_OPEN = 'BREAKER_OPEN';

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
  const circuit = openCircuit(settings.breaker);

  /** How long to wait before asking again; undefined where it must not be asked again. */
  function takeRetry(outcome: Outcome<unknown>, retriesDone: number, remainingMs: number): number | undefined {
    if (outcome.ok || !isRetryable(outcome) || retriesDone >= settings.retries || budget < 1) return undefined;
    const backoffMs = BACKOFF_FIRST_MS * 2 ** retriesDone * (0.5 + Math.random() / 2);
    const waitMs = Math.max(backoffMs, readRetryAfterMs(outcome.retryAfter, now()));
    if (waitMs + ATTEMPT_WORTH_MS > remainingMs) return undefined;
    budget -= 1;
    return waitMs;
  }

  return {
    attempt: circuit.attempt,
    isBreakerOpen: circuit.isOpen,
    async read<T>(ask: () => Promise<Outcome<T>>, remainingMs: () => number): Promise<Asked<T>> {
      budget = Math.min(BUDGET_MAX, budget + BUDGET_PER_CALL);
      let attempts = 0;
      const policy = retry(handleResultType(AskAgain), { maxAttempts: settings.retries, backoff: BACKOFF });
      return policy.execute(async () => {
        const outcome = await ask();
        const waitMs = takeRetry(outcome, attempts, remainingMs());
        attempts += 1;
        return waitMs === undefined ? { outcome, attempts } : new AskAgain(outcome, attempts, waitMs);
      });
    },
  };
}

function openCircuit(settings: ResilienceSettings['breaker']): {
  readonly attempt: Resilience['attempt'];
  readonly isOpen: () => boolean;
} {
  let inARow = 0;
  let credentialsRefused = false;
  const circuit = circuitBreaker(handleResultType(Trouble), {
    breaker: {
      state: undefined,
      success: (state) => {
        inARow = 0;
        if (state === CircuitState.HalfOpen) credentialsRefused = false;
      },
      failure: () => {
        inARow += 1;
        // One refusal is enough: repeating wrong credentials locks accounts.
        return credentialsRefused || inARow >= settings.failures;
      },
    },
    halfOpenAfter: {
      next: () => new Pause(credentialsRefused ? Math.max(CREDENTIALS_PAUSE_MS, settings.pauseMs) : settings.pauseMs),
    },
  });

  const attempt = async <T>(ask: () => Promise<Outcome<T>>): Promise<Outcome<T>> => {
    // cockatiel would let others wait for the one call that tries; better their callers hear it at once.
    if (circuit.state === CircuitState.HalfOpen) return failed('notSent', BREAKER_OPEN);
    const trying = circuit.state === CircuitState.Open;
    let unjudged: Outcome<T> | undefined;
    try {
      const result = await circuit.execute(async () => {
        const outcome = await ask();
        credentialsRefused ||= isCredentials(outcome);
        if (!isTrouble(outcome)) return outcome;
        // A caller who left says nothing of the back end; yet the call that tries must not close the breaker by it.
        if (trying || !isCallerGone(outcome)) return new Trouble(outcome);
        unjudged = outcome;
        throw new NotJudged();
      });
      return result instanceof Trouble ? result.outcome : result;
    } catch (error) {
      if (unjudged !== undefined) return unjudged;
      if (error instanceof BrokenCircuitError) return failed('notSent', BREAKER_OPEN);
      throw error;
    }
  };
  return { attempt, isOpen: () => circuit.state !== CircuitState.Closed };
}

/** An outcome that the breaker counts. */
class Trouble<T> {
  constructor(readonly outcome: Outcome<T>) {}
}

/** Carries an outcome past the breaker without being counted. */
class NotJudged extends Error {}

/** Tells cockatiel's retry to go on, and after how long. */
class AskAgain<T> implements Asked<T> {
  constructor(
    readonly outcome: Outcome<T>,
    readonly attempts: number,
    readonly waitMs: number,
  ) {}
}

const BACKOFF = new DelegateBackoff(({ result }: { readonly result: object }) =>
  'value' in result && result.value instanceof AskAgain ? result.value.waitMs : 0,
);

/** A pause on the monotonic clock: cockatiel compares wall-clock times, and a clock set back would prolong it. */
class Pause implements IBackoff<unknown> {
  readonly #endsAtMs: number;
  readonly #pauseMs: number;

  constructor(pauseMs: number) {
    this.#pauseMs = pauseMs;
    this.#endsAtMs = performance.now() + pauseMs;
  }

  /** Asked at each call: longer than any time that may have passed, or shorter. */
  get duration(): number {
    return performance.now() < this.#endsAtMs ? Infinity : -Infinity;
  }

  next(): Pause {
    return new Pause(this.#pauseMs);
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
