// Writes the log's lines behind everybody's back. A reader that is gone, slow or out of disk costs lines, and never a
// request, a thrown error or a wait (O13). Not pino's own destination: that one ends the process on a full disk, grows
// without a bound while nobody reads, and at the exit waits for a reader who may never come.
import { write } from 'node:fs';

export interface LineWriter {
  write(line: string): void;
  /** How many lines were lost so far. */
  dropped(): number;
  /** Ends when all lines are out, or after a short while. */
  flush(): Promise<void>;
}

/** About four thousand lines; a reader that is further behind will not catch up. */
const PENDING_CHARACTERS_MAX = 1_048_576;

/** What one write takes; a pipe holds 64 kB. */
const WRITE_CHARACTERS_MAX = 65_536;

/** How soon a destination that refused is tried again, in milliseconds. */
const RETRY_MS = 100;

/** What a stop gives the reader to take the last lines, in milliseconds. */
const FLUSH_MS = 500;

/** Lines on their way out, and how many lost ones they tell of. */
interface Chunk {
  readonly bytes: Buffer;
  readonly lines: number;
  readonly told: number;
}

/** `descriptor` is an open file. */
export function openLineWriter(descriptor: number, writeTo: typeof write = write): LineWriter {
  let pending: string[] = [];
  let pendingCharacters = 0;
  let isBusy = false;
  let lost = 0;
  let lostUntold = 0;
  const waiting: (() => void)[] = [];

  function lose(lines: number): void {
    lost += lines;
    lostUntold += lines;
  }

  function takeChunk(): Chunk {
    let lines = 0;
    let characters = 0;
    for (const line of pending) {
      if (lines > 0 && characters + line.length > WRITE_CHARACTERS_MAX) break;
      characters += line.length;
      lines += 1;
    }
    pendingCharacters -= characters;
    const told = lostUntold;
    lostUntold = 0;
    const text = (told > 0 ? [lossLine(told)] : []).concat(pending.splice(0, lines)).join('');
    return { bytes: Buffer.from(text), lines, told };
  }

  function goOn(): void {
    isBusy = pending.length > 0;
    if (isBusy) send(takeChunk());
    else for (const resume of waiting.splice(0)) resume();
  }

  /** Nothing else is written until this chunk is out whole, so that no line is cut by another. */
  function send(chunk: Chunk, from = 0): void {
    isBusy = true;
    writeTo(descriptor, chunk.bytes, from, chunk.bytes.length - from, null, (error, written) => {
      if (error === null) {
        if (from + written < chunk.bytes.length) send(chunk, from + written);
        else goOn();
      } else if (error.code === 'EAGAIN') {
        setTimeout(() => send(chunk, from), RETRY_MS).unref();
      } else {
        // Gone or full. What comes after a pause is tried again: a disk may get room.
        lose(chunk.lines + pending.length);
        lostUntold += chunk.told;
        pending = [];
        pendingCharacters = 0;
        setTimeout(goOn, RETRY_MS).unref();
      }
    });
  }

  return {
    write: (line) => {
      if (pendingCharacters + line.length > PENDING_CHARACTERS_MAX) return lose(1);
      pending.push(line);
      pendingCharacters += line.length;
      if (!isBusy) send(takeChunk());
    },
    dropped: () => lost,
    flush: () =>
      new Promise((resolve) => {
        if (!isBusy) return resolve();
        const timer = setTimeout(resolve, FLUSH_MS);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}

function lossLine(lines: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: 40, time, code: 'LOG_LINES_LOST', lines, msg: 'log lines were lost' })}\n`;
}
