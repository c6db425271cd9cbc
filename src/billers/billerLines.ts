// The billers of this process with their lines to Daffron: replaced whole while it runs, and no request in flight is dropped.
import { isDeepStrictEqual } from 'node:util';
import type { Daffron } from '../../datasources/daffron/daffron';
import type { Biller } from '../../domain/biller';
import type { BillerSettings } from '../billersFile';
import { ConfigurationError } from '../config';

export interface BillerLines {
  /** The biller as he is set now. Whoever has got him keeps his settings and his line to the end of what he does with them. */
  get(id: string): Biller | undefined;
  list(): readonly Biller[];
  /** The line to Daffron that goes with these very settings of a biller. */
  lineOf(biller: Biller): Daffron;
  /**
   * Puts other settings in force. Billers that are set as before keep their lines, with connections and breakers. Throws a
   * ConfigurationError for a line that cannot be opened; then everything is as before.
   */
  replace(settings: readonly BillerSettings[]): Promise<LineCounts>;
  /** Closes every line, those that are being given up included, after the calls in flight. */
  close(): Promise<void>;
}

/** What a replacement did with the lines. */
export interface LineCounts {
  readonly opened: number;
  readonly kept: number;
  readonly closing: number;
}

export interface LineParts {
  /** Opens a biller's line; nothing is sent yet. */
  readonly open: (settings: BillerSettings) => Promise<Daffron>;
  /** The longest that a request may live, in milliseconds: so long one in flight may still ask over a line that was given up. */
  readonly graceMs: number;
  /** Acts once after so many milliseconds, unless what it gives back is called first. */
  readonly after?: (ms: number, act: () => void) => () => void;
}

interface Entry {
  readonly settings: BillerSettings;
  readonly line: Daffron;
}

/** Opens the lines of the first settings. */
export async function openBillerLines(first: readonly BillerSettings[], parts: LineParts): Promise<BillerLines> {
  const { open, graceMs, after = afterTimeout } = parts;
  const lines = new WeakMap<Biller, Daffron>();
  /** Lines that nobody new gets, each with how to close it before its time. */
  const leaving = new Map<Daffron, () => Promise<void>>();
  let current: ReadonlyMap<string, Entry> = new Map();

  /** Entries of the new settings, those that are as before taken over; what was opened is closed again where one fails. */
  async function prepare(next: readonly BillerSettings[]): Promise<ReadonlyMap<string, Entry>> {
    const prepared = new Map<string, Entry>();
    const opened: Daffron[] = [];
    for (const [at, settings] of next.entries()) {
      const old = current.get(settings.biller.id);
      try {
        const line = old !== undefined && isSameLine(old.settings, settings) ? old.line : await open(settings);
        if (line !== old?.line) opened.push(line);
        prepared.set(settings.biller.id, { settings, line });
      } catch (error) {
        await Promise.all(opened.map((line) => line.close()));
        throw asProblem(error, at);
      }
    }
    return prepared;
  }

  function giveUp(line: Daffron): void {
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => {
      cancel();
      closing ??= line.close().finally(() => leaving.delete(line));
      return closing;
    };
    const cancel = after(graceMs, () => void close());
    leaving.set(line, close);
  }

  async function replace(next: readonly BillerSettings[]): Promise<LineCounts> {
    const prepared = await prepare(next);
    const before = linesOf(current);
    const now = linesOf(prepared);
    for (const { settings, line } of prepared.values()) lines.set(settings.biller, line);
    current = prepared;
    const gone = [...before].filter((line) => !now.has(line));
    gone.forEach(giveUp);
    const kept = before.size - gone.length;
    return { opened: now.size - kept, kept, closing: gone.length };
  }

  await replace(first);
  return {
    get: (id) => current.get(id)?.settings.biller,
    list: () => [...current.values()].map(({ settings }) => settings.biller),
    lineOf: (biller) => {
      const line = lines.get(biller);
      if (line === undefined) throw new Error(`no line for these settings of biller ${biller.id}`);
      return line;
    },
    replace,
    close: async () => {
      await Promise.all([
        ...[...linesOf(current)].map((line) => line.close()),
        ...[...leaving.values()].map((c) => c()),
      ]);
    },
  };
}

/** A line knows its settings and, for the days in answers, the biller's zone; nothing else of a biller touches it. */
function isSameLine(one: BillerSettings, other: BillerSettings): boolean {
  return one.biller.timeZone === other.biller.timeZone && isDeepStrictEqual(one.daffron, other.daffron);
}

function linesOf(entries: ReadonlyMap<string, Entry>): ReadonlySet<Daffron> {
  return new Set([...entries.values()].map(({ line }) => line));
}

/** What a line says when it cannot be opened names a setting and never its value. */
function asProblem(error: unknown, at: number): unknown {
  if (!(error instanceof Error)) return error;
  return new ConfigurationError([
    { code: 'CONFIGURATION_INVALID', setting: `billers[${at}].daffron`, message: error.message },
  ]);
}

function afterTimeout(ms: number, act: () => void): () => void {
  const timer = setTimeout(act, ms).unref();
  return () => clearTimeout(timer);
}
