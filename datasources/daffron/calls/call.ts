// One question of one caller from its coming to its end: waiting for a place, attempts, pauses, and two ends of patience.
import { onLeaving, type AnySignal } from '../../departures';
import type { CallGate, Refusal, Visitor } from '../callGate';
import type { ReplyReader } from '../envelopeReader';
import { readReply } from '../envelopeReader';
import type { Envelope } from '../envelopes';
import { CALLER_GONE, DEADLINE, failed } from '../failures';
import type { Outcome, ReadReply } from '../failures';
import { BREAKER_OPEN } from '../resilience';
import type { Permit, Resilience } from '../resilience';
import type { Transport } from '../transport';
import type { Deadlines, Due } from './deadlines';
import type { Asker, HttpAnswer } from './exchange';

/** What all calls to one back end share. */
export interface CallLine {
  readonly gate: CallGate;
  readonly resilience: Resilience;
  readonly transport: Pick<Transport, 'send'>;
  /** The total for one call: waiting, attempts and pauses. */
  readonly deadlineMs: number;
  readonly deadlines: Deadlines;
  /** IANA zone of the biller, for the days in the answers. */
  readonly timeZone: string;
  /** Hears each attempt's outcome before its place is free for the next call. */
  readonly onAttempt: (outcome: Outcome<unknown>) => void;
}

/** What is asked, and who hears what became of it. */
export interface CallTask<T> {
  readonly reader: ReplyReader<T>;
  /** Written when the first attempt goes out; all attempts carry the same message. */
  readonly write: () => Envelope;
  /** Fires when the caller no longer wants the answer. */
  readonly caller: AnySignal | undefined;
  readonly onEnd: (outcome: Outcome<T>, call: CallFigures) => void;
  readonly onBug: (error: unknown) => void;
}

export interface CallFigures {
  /** On the monotonic clock. */
  readonly startedAt: number;
  /** How long it waited for its turn, in milliseconds. */
  readonly waitMs: number;
  readonly attempts: number;
}

/** With less time than this left, in milliseconds, an answer over a network would hardly come in time. */
const SENDING_MS_MIN = 5;

/** Where a call is; each step but the last is left by something that happens, or by the end of patience. */
type Step = 'WAITING' | 'ASKING' | 'PAUSING' | 'ENDED';

/**
 * Thousands of these wait at once when a back end is slow, so one is all that a call holds: it stands in the gate's
 * queue and among the deadlines itself, without a promise or a timer of its own.
 */
export class Call<T> implements Visitor, Due, Asker<T>, CallFigures {
  readonly startedAt = performance.now();
  readonly endsAt: number;
  waitMs = 0;
  attempts = 0;
  readonly #line: CallLine;
  readonly #task: CallTask<T>;
  #step: Step = 'WAITING';
  #cameAt = 0;
  #envelope: Envelope | undefined;
  #permit: Permit = 'NONE';
  #exchange: { stop(code: string): void } | undefined;
  #pause: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;

  constructor(line: CallLine, task: CallTask<T>) {
    this.#line = line;
    this.#task = task;
    this.endsAt = this.startedAt + line.deadlineMs;
  }

  /** To be called once; `onEnd` or `onBug` may be called before it returns. */
  start(): void {
    this.#line.resilience.earnRetry();
    this.#line.deadlines.add(this);
    const { caller } = this.#task;
    if (caller?.aborted === false) this.#stopListening = onLeaving(caller, () => this.#giveUp(CALLER_GONE));
    this.#ask();
  }

  #ask(): void {
    this.attempts += 1;
    // Before the gate: who has gone takes nobody's place.
    if (this.#task.caller?.aborted === true) return this.#end(failed('notSent', CALLER_GONE));
    this.#step = 'WAITING';
    this.#cameAt = performance.now();
    this.#line.gate.enter(this);
  }

  onPlace(): void {
    const now = performance.now();
    this.waitMs += now - this.#cameAt;
    this.#step = 'ASKING';
    // A place that comes free as the deadline falls is of no use: what is sent then is work for a caller who has gone.
    if (this.endsAt - now < SENDING_MS_MIN) return this.#endAttempt(failed('notSent', DEADLINE));
    this.#permit = this.#line.resilience.permit();
    if (this.#permit === 'NONE') return this.#endAttempt(failed('notSent', BREAKER_OPEN));
    try {
      this.#envelope ??= this.#task.write();
      this.#exchange = this.#line.transport.send(this.#envelope, this);
    } catch (error) {
      this.onBug(error);
    }
  }

  onTurnedAway(refusal: Refusal): void {
    this.#noteWait();
    this.#end(failed('notSent', refusal));
  }

  read(answer: HttpAnswer): ReadReply<T> {
    const context = { messageId: this.#envelope?.messageId ?? '', timeZone: this.#line.timeZone };
    return readReply(this.#task.reader, answer, context);
  }

  onOutcome(outcome: Outcome<T>): void {
    this.#line.onAttempt(outcome);
    this.#line.resilience.judge(this.#permit, outcome);
    this.#endAttempt(outcome);
  }

  /** A bug of ours must neither keep a place in the gate nor leave the breaker waiting for its trial. */
  onBug(error: unknown): void {
    this.#line.resilience.judge(this.#permit, failed('unreadable', 'BUG'));
    this.#line.gate.leave(this);
    this.#forget();
    this.#task.onBug(error);
  }

  /** The deadline of the whole call. */
  onDue(): void {
    this.#giveUp(DEADLINE);
  }

  #endAttempt(outcome: Outcome<T>): void {
    this.#exchange = undefined;
    this.#line.gate.leave(this);
    const waitMs = this.#line.resilience.takeRetry(outcome, this.attempts - 1, this.endsAt - performance.now());
    if (waitMs === undefined) return this.#end(outcome);
    this.#step = 'PAUSING';
    this.#pause = setTimeout(() => this.#ask(), waitMs);
  }

  #giveUp(code: string): void {
    // What was sent ends through its exchange, which knows whether it had left.
    if (this.#step === 'ASKING') return this.#exchange?.stop(code);
    if (this.#step === 'WAITING') {
      this.#line.gate.leave(this);
      this.#noteWait();
    }
    if (this.#step !== 'ENDED') this.#end(failed('notSent', code));
  }

  #noteWait(): void {
    this.waitMs += performance.now() - this.#cameAt;
  }

  #end(outcome: Outcome<T>): void {
    this.#forget();
    this.#task.onEnd(outcome, this);
  }

  #forget(): void {
    this.#step = 'ENDED';
    clearTimeout(this.#pause);
    this.#line.deadlines.delete(this);
    this.#stopListening?.();
  }
}
