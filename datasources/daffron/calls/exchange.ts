// One question and its answer on one connection: collected up to a cap, within the time of one attempt.
import type { Dispatcher } from 'undici';
import { failed } from '../failures';
import type { Outcome, ReadReply } from '../failures';
import type { Deadlines, Due } from './deadlines';

export interface HttpRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter?: string | undefined;
  readonly body: Uint8Array;
}

/** Who sent a question. */
export interface Asker<T> {
  /** What an answer says, read before its connection may serve another. */
  read(answer: HttpAnswer): ReadReply<T>;
  /** What became of the question, told once and never before `send` has returned. */
  onOutcome(outcome: Outcome<T>): void;
  /** In place of an outcome, where `read` threw. */
  onBug(error: unknown): void;
}

type Failure = ReturnType<typeof failed>;

/** What all exchanges with one back end share. */
export interface ExchangeTerms {
  readonly bytesMax: number;
  /** The time of one attempt. */
  readonly deadlines: Deadlines;
}

/** What answers must be asked for as, since nothing else can be read here. */
export const ACCEPTED: Readonly<Record<string, string>> = { accept: 'text/xml', 'accept-encoding': 'identity' };

/** What an honest answer fits in; the buffer doubles from here up to the cap. */
const FIRST_BUFFER_BYTES = 4_096;

const NOTHING = Buffer.alloc(0);

/** Errors come from sockets and libraries: their code is a word, anything else is not passed on. */
const SAFE_CODE = /^[A-Z][A-Z0-9_]{1,60}$/;

/** Collects one answer up to the cap, and knows whether the question had left when something went wrong. */
export class Exchange<T> implements Dispatcher.DispatchHandler, Due {
  readonly #terms: ExchangeTerms;
  readonly #asker: Asker<T>;
  readonly #sentAt: Date;
  /** Called before the asker hears: whether the connection may serve another question. */
  readonly #giveBack: (trusted: boolean) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #retryAfter: string | undefined;
  #buffer: Buffer = NOTHING;
  #length = 0;
  #done = false;

  constructor(terms: ExchangeTerms, asker: Asker<T>, sentAt: Date, giveBack: (trusted: boolean) => void) {
    this.#terms = terms;
    this.#asker = asker;
    this.#sentAt = sentAt;
    this.#giveBack = giveBack;
    terms.deadlines.add(this);
  }

  /** Called just before the first byte is written: from here on nobody knows what the back end has seen. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#done) controller.abort(new Error('no longer wanted'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return;
    this.#status = status;
    const encoding = one(headers['content-encoding'])?.toLowerCase() ?? 'identity';
    if (encoding !== 'identity' && encoding !== '') return this.#end(failed('unreadable', 'CONTENT_ENCODING'));
    const length = Number(one(headers['content-length']) ?? 0);
    if (length > this.#terms.bytesMax) return this.#end(failed('unreadable', 'TOO_LARGE'));
    this.#retryAfter = one(headers['retry-after']);
    this.#buffer = Buffer.allocUnsafe(length > 0 ? length : FIRST_BUFFER_BYTES);
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#done) return;
    const length = this.#length + chunk.length;
    if (length > this.#terms.bytesMax) return this.#end(failed('unreadable', 'TOO_LARGE'));
    // Copied, not kept: a body in pieces of one byte would otherwise hold a hundred times its size.
    if (length > this.#buffer.length)
      this.#buffer = grown(this.#buffer, this.#length, Math.max(length, 2 * this.#buffer.length));
    chunk.copy(this.#buffer, this.#length);
    this.#length = length;
  }

  onResponseEnd(): void {
    this.#end({ status: this.#status, retryAfter: this.#retryAfter, body: this.#buffer.subarray(0, this.#length) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const code =
      'code' in error && typeof error.code === 'string' && SAFE_CODE.test(error.code) ? error.code : 'TRANSPORT';
    this.stop(code);
  }

  onDue(): void {
    this.stop('TIMEOUT');
  }

  /** Ends the exchange with a failure of that code: not sent, or without an answer. */
  stop(code: string): void {
    this.#end(failed(this.#controller === undefined ? 'notSent' : 'noAnswer', code));
  }

  #end(result: HttpAnswer | Failure): void {
    if (this.#done) return;
    this.#done = true;
    this.#terms.deadlines.delete(this);
    // Not within undici's own stack: it may still hold bytes that came with the answer. It guards against taking them for
    // the answer to the next question; this does so a second time, and keeps what follows off its stack.
    queueMicrotask(() => this.#tell(result));
    if ('failure' in result) this.#controller?.abort(new Error('no longer wanted'));
  }

  #tell(result: HttpAnswer | Failure): void {
    if ('failure' in result) {
      this.#giveBack(false);
      return this.#asker.onOutcome(result);
    }
    let reply: ReadReply<T>;
    try {
      reply = this.#asker.read(result);
    } catch (error) {
      this.#giveBack(false);
      return this.#asker.onBug(error);
    }
    this.#giveBack(reply.ok || reply.failure.kind === 'refused');
    this.#asker.onOutcome(
      reply.ok
        ? { ok: true, value: reply.value, sentAt: this.#sentAt }
        : { ok: false, failure: reply.failure, retryAfter: result.retryAfter },
    );
  }
}

function grown(buffer: Buffer, used: number, bytes: number): Buffer {
  const larger = Buffer.allocUnsafe(bytes);
  buffer.copy(larger, 0, 0, used);
  return larger;
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}
