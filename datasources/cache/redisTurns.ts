// Turns in Redis: a short lease, renewed while its holder lives, fenced by a token and a number, and an answer that is left for a
// moment. With Redis away every process asks for itself (RTD-06, L3, L4).
import { randomUUID } from 'node:crypto';
import { REFRESH_PROBLEMS, type Refreshed } from '../../domain/balance';
import { onLeaving, type AnySignal } from '../departures';
import { openGatheredScripts } from './gatheredScripts';
import { answerKey, cacheKey, countKey, readKept, turnKey, writeKept, type TurnKey } from './keptBalance';
import { openLeases } from './leases';
import type { RedisLine } from './redisLine';
import { END, KEEP, RENEW, TAKE } from './turnScripts';
import { NOBODY_WAITS, type HeardAnswer, type OwnTurn, type Turn, type TurnOptions } from './turn';

/** What a holder that dies costs those who wait; a living one renews it, and few calls last as long. */
const LEASE_MS = 2000;

/** How long an answer stays for those who waited; they look far more often than that. */
const ANSWER_MS = 1000;

/** Those who wait look again after this, each time a little later: at first as soon as a quick Daffron answers. */
const LOOK_FIRST_MS = 4;
const LOOK_LAST_MS = 40;
const LOOK_GROWTH = 1.5;

/** An answer is <token>|K<kept balance>, or <token>|F<problem> of a failure. */
const ANSWER = /^([0-9a-f-]{36,60})\|([KF])(.*)$/s;

export interface RedisTurns {
  take(key: TurnKey, options: TurnOptions): Promise<Turn>;
  /** Ends when Redis has heard of every turn that ended. */
  settled(): Promise<void>;
}

export function openRedisTurns(line: RedisLine, ttlSeconds: number): RedisTurns {
  const scripts = openGatheredScripts(line);
  const take = scripts.asking(TAKE, [LEASE_MS, ttlSeconds]);
  const end = scripts.telling(END, [ANSWER_MS]);
  const keep = scripts.asking(KEEP, [ttlSeconds]);
  const leases = openLeases(scripts.asking(RENEW, [LEASE_MS]));
  /** Tells this process's turns from those of every other; a count tells them from each other. */
  const process = randomUUID();
  let count = 0;

  function hold(key: TurnKey, token: string, number: string): OwnTurn {
    const place = turnKey(key);
    const lease = { keys: [place], values: [token] };
    leases.add(lease);
    let told: { readonly refreshed: Refreshed; readonly text: string } | undefined;
    const textOf = (refreshed: Refreshed): string =>
      told?.refreshed === refreshed ? told.text : writeKept(key, { refreshed, generation: key.generation });
    return {
      kind: 'ours',
      end: (answer) => {
        leases.delete(lease);
        if (answer?.ok === true) told = { refreshed: answer.refreshed, text: textOf(answer.refreshed) };
        const text = answer === undefined ? '' : answer.ok ? `K${told?.text ?? ''}` : `F${answer.problem}`;
        return end({ keys: [place, answerKey(key)], values: [token, text] });
      },
      keep: async (refreshed) => {
        await keep({ keys: [cacheKey(key)], values: [number, textOf(refreshed)] });
      },
    };
  }

  return {
    take: async (key, { signal, acceptsEarlier }) => {
      const keys = [turnKey(key), answerKey(key), countKey(key), cacheKey(key)];
      let how: 'call' | 'earlier' | 'waiting' = acceptsEarlier === undefined ? 'call' : 'earlier';
      let found = '';
      for (let lookMs = LOOK_FIRST_MS; !signal.aborted; lookMs = Math.min(lookMs * LOOK_GROWTH, LOOK_LAST_MS)) {
        count += 1;
        const token = `${process}-${count}`;
        const [verdict, text] = readVerdict(await take({ keys, values: [token, how, found] }));
        if (verdict === undefined) return WITHOUT_REDIS;
        if (verdict === 'taken') return hold(key, token, text);
        if (verdict === 'held') {
          // Whatever the call under way brings will do, its failure too; what lay here before it does not.
          if (how !== 'waiting') found = text;
          how = 'waiting';
          await pause(lookMs, signal);
          continue;
        }
        const heard = readAnswer(key, text, verdict === 'earlier');
        if (heard !== undefined && (!heard.isEarlier || isAccepted(heard, acceptsEarlier))) return heard;
        // Nothing that could be read, or too old for this caller: now only a call will do.
        how = 'call';
      }
      return NOBODY_WAITS;
    },
    settled: () => scripts.settled(),
  };
}

/** Each process asks for itself, and what it hears is not kept. */
const WITHOUT_REDIS: Turn = { kind: 'ours', end: () => Promise.resolve(), keep: () => Promise.resolve() };

type Verdict = 'heard' | 'earlier' | 'held' | 'taken';
const VERDICTS: readonly Verdict[] = ['heard', 'earlier', 'held', 'taken'];

function readVerdict(reply: unknown): readonly [Verdict | undefined, string] {
  const [word, text]: readonly unknown[] = Array.isArray(reply) ? reply : [];
  return [VERDICTS.find((verdict) => verdict === word), typeof text === 'string' ? text : ''];
}

/** Undefined for a text that this version does not write. */
function readAnswer(key: TurnKey, text: string, isEarlier: boolean): HeardAnswer | undefined {
  const [, , kind, rest = ''] = ANSWER.exec(text) ?? [];
  if (kind === 'F') {
    const problem = REFRESH_PROBLEMS.find((known) => known === rest);
    return problem && { kind: 'heard', answer: { ok: false, problem }, isEarlier };
  }
  const kept = kind === 'K' ? readKept(key, rest) : undefined;
  if (kept?.generation !== key.generation) return undefined;
  return { kind: 'heard', answer: { ok: true, refreshed: kept.refreshed }, isEarlier };
}

function isAccepted({ answer }: HeardAnswer, acceptsEarlier: TurnOptions['acceptsEarlier']): boolean {
  return answer.ok && acceptsEarlier?.(answer.refreshed) === true;
}

/** Ends after so many milliseconds, or when nobody waits any more. */
function pause(ms: number, signal: AnySignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stopListening();
      resolve();
    };
    const timer = setTimeout(end, ms);
    const stopListening = onLeaving(signal, end);
  });
}
