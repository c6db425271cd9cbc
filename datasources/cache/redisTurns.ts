// Turns in Redis: a short lease, renewed while its holder lives, fenced by a token and a number, and an answer that is left for a
// moment. With Redis away every process asks for itself (RTD-06, L3, L4).
import { randomUUID } from 'node:crypto';
import { REFRESH_PROBLEMS } from '../../domain/balance';
import { answerKey, cacheKey, countKey, readKept, turnKey, writeKept, type TurnKey } from './keptBalance';
import type { RedisLine } from './redisLine';
import { NOBODY_WAITS, type CallAnswer, type HeardAnswer, type Turn, type TurnOptions } from './turn';

/** What a holder that dies costs those who wait; a living one renews it, and few calls last as long. */
const LEASE_MS = 2000;
const RENEW_MS = 900;

/** How long an answer stays for those who waited; they look far more often than that. */
const ANSWER_MS = 1000;

/** Those who wait look again after this, each time a little later: at first as soon as a quick Daffron answers. */
const LOOK_FIRST_MS = 4;
const LOOK_LAST_MS = 40;
const LOOK_GROWTH = 1.5;

/** An answer is <token>|K<kept balance>, or <token>|F<problem> of a failure. */
const ANSWER = /^([0-9a-f-]{36})\|([KF])(.*)$/s;

/** What is no text under a key was not written here, and is as good as nothing. */
const TEXT = `local function text(key)
  local found = redis.pcall('GET', key)
  return type(found) == 'string' and found or ''
end
`;

/**
 * Whoever comes first hears an answer that is there only if an earlier one would do ('earlier'); whoever waits hears each that is
 * not the one he found ('waiting', which he names). Else he waits while somebody asks, or has the turn, and its number:
 * greater than that of any turn before, also where the count was lost.
 * KEYS turn, answer, count, kept value; ARGV token, lease, how, answer found, time to live of the count in seconds.
 */
const TAKE = `${TEXT}local answer = text(KEYS[2])
local from, kind = string.match(answer, '^([0-9a-f-]+)|([KF])')
if from and ARGV[3] == 'waiting' and from ~= ARGV[4] then return {'heard', answer} end
if from and ARGV[3] == 'earlier' and kind == 'K' then return {'earlier', answer} end
local left = redis.call('PTTL', KEYS[1])
if string.sub(text(KEYS[1]), 1, 1) == 'A' and left > 0 and left <= tonumber(ARGV[2]) then return {'held', from or ''} end
local count = tonumber(text(KEYS[3])) or 0
local kept = tonumber(string.match(text(KEYS[4]), '^(%d+)|') or 0)
local number = string.format('%.0f', math.max(count, kept) + 1)
redis.call('SET', KEYS[3], number, 'EX', ARGV[5])
redis.call('SET', KEYS[1], 'A' .. ARGV[1], 'PX', ARGV[2])
return {'taken', number}`;

const RENEW = `${TEXT}if text(KEYS[1]) ~= 'A' .. ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** Whoever lost the turn leaves nothing to those who wait: they wait for somebody newer. */
const END = `${TEXT}if text(KEYS[1]) ~= 'A' .. ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[1] .. '|' .. ARGV[2], 'PX', ARGV[3]) end
return 1`;

/** The fence of what is kept: a turn's number stands before the value, and an earlier turn writes nothing over a later one's. */
const KEEP = `${TEXT}local number = tonumber(string.match(text(KEYS[1]), '^(%d+)|') or 0)
if number > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. '|' .. ARGV[2], 'EX', ARGV[3])
return 1`;

export interface RedisTurns {
  take(key: TurnKey, options: TurnOptions): Promise<Turn>;
}

export function openRedisTurns(line: RedisLine, ttlSeconds: number): RedisTurns {
  const run = (script: string, keys: readonly string[], ...values: (string | number)[]): Promise<unknown> =>
    line.attempt('WRITE_FAILED', (commands) => commands.run(script, keys, values));

  function hold(key: TurnKey, token: string, number: string): Turn {
    const place = [turnKey(key), answerKey(key)];
    const renew = async (): Promise<void> => {
      // Lost to somebody newer: there is nothing to hold on to.
      if ((await run(RENEW, place, token, LEASE_MS)) === 0) clearInterval(renewing);
    };
    const renewing = setInterval(() => void renew(), RENEW_MS).unref();
    return {
      kind: 'ours',
      end: async (answer) => {
        clearInterval(renewing);
        await run(END, place, token, answer === undefined ? '' : textOf(key, answer), ANSWER_MS);
      },
      keep: async (refreshed) => {
        await run(KEEP, [cacheKey(key)], number, writeKept(key, { refreshed, generation: key.generation }), ttlSeconds);
      },
    };
  }

  return {
    take: async (key, { signal, acceptsEarlier }) => {
      const keys = [turnKey(key), answerKey(key), countKey(key), cacheKey(key)];
      let how: 'call' | 'earlier' | 'waiting' = acceptsEarlier === undefined ? 'call' : 'earlier';
      let found = '';
      for (let lookMs = LOOK_FIRST_MS; !signal.aborted; lookMs = Math.min(lookMs * LOOK_GROWTH, LOOK_LAST_MS)) {
        const token = randomUUID();
        const [verdict, text] = readVerdict(await run(TAKE, keys, token, LEASE_MS, how, found, ttlSeconds));
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

function textOf(key: TurnKey, answer: CallAnswer): string {
  if (!answer.ok) return `F${answer.problem}`;
  return `K${writeKept(key, { refreshed: answer.refreshed, generation: key.generation })}`;
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
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
