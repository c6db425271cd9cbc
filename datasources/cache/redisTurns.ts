// Turns in Redis: a short lease, renewed while its holder lives, fenced by a token and a number, and an answer that is left for a
// moment. With Redis away every process asks for itself (RTD-06, L3, L4).
import { randomUUID } from 'node:crypto';
import { REFRESH_PROBLEMS } from '../../domain/balance';
import { cacheKey, countKey, readKept, turnKey, writeKept, type TurnKey } from './keptBalance';
import type { RedisLine } from './redisLine';
import { NOBODY_WAITS, type CallAnswer, type Turn, type TurnOptions } from './turn';

/** What a holder that dies costs those who wait; a living one renews it, and few calls last as long. */
const LEASE_MS = 1000;
const RENEW_MS = 300;

/** How long an answer stays for those who waited; they look far more often than that. */
const ANSWER_MS = 1000;

/** Those who wait look again after this, each time a little later: at first as soon as a quick Daffron answers. */
const LOOK_FIRST_MS = 4;
const LOOK_LAST_MS = 40;
const LOOK_GROWTH = 1.5;

/** The state under a turn's key begins with a letter: A<token> somebody asks, K<kept balance> an answer, F<problem> a failure. */
const ASKING = 'A';
const KEPT = 'K';
const FAILED = 'F';

/** What is no text under a key was not written here, and is as good as nothing. */
const TEXT = `local function text(key)
  local found = redis.pcall('GET', key)
  return type(found) == 'string' and found
end
`;

/** Gives the state where somebody asks, or where it is an answer of a kind that would do; else takes the turn, and gives its number. */
const TAKE = `${TEXT}local state = text(KEYS[1])
if state then
  local kind = string.sub(state, 1, 1)
  if kind == 'A' or string.find(ARGV[3], kind, 1, true) then return state end
end
redis.call('SET', KEYS[1], 'A' .. ARGV[1], 'PX', ARGV[2])
local number = redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[4])
return number`;

const RENEW = `${TEXT}if text(KEYS[1]) ~= 'A' .. ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** Whoever lost the turn leaves nothing to those who wait: they wait for somebody newer. */
const END = `${TEXT}if text(KEYS[1]) ~= 'A' .. ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`;

/** The fence of what is kept: a turn's number stands before the value, and an earlier turn writes nothing over a later one's. */
const KEEP = `${TEXT}local kept = text(KEYS[1])
local number = kept and tonumber(string.match(kept, '^(%d+)|'))
if number and number > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. '|' .. ARGV[2], 'EX', ARGV[3])
return 1`;

export interface RedisTurns {
  take(key: TurnKey, options: TurnOptions): Promise<Turn>;
}

export function openRedisTurns(line: RedisLine, ttlSeconds: number): RedisTurns {
  const run = (script: string, keys: readonly string[], ...values: (string | number)[]): Promise<unknown> =>
    line.attempt('WRITE_FAILED', (commands) => commands.run(script, keys, values));

  function hold(key: TurnKey, token: string, number: number): Turn {
    const place = [turnKey(key)];
    const renewing = setInterval(() => void run(RENEW, place, token, LEASE_MS), RENEW_MS).unref();
    return {
      kind: 'ours',
      end: async (answer) => {
        clearInterval(renewing);
        await run(END, place, token, answer === undefined ? '' : stateOf(key, answer), ANSWER_MS);
      },
      keep: async (refreshed) => {
        await run(KEEP, [cacheKey(key)], number, writeKept(key, { refreshed, generation: key.generation }), ttlSeconds);
      },
    };
  }

  return {
    take: async (key, { signal, acceptsEarlier }) => {
      let accepted = acceptsEarlier === undefined ? '' : KEPT;
      let hasWaited = false;
      for (let lookMs = LOOK_FIRST_MS; !signal.aborted; lookMs = Math.min(lookMs * LOOK_GROWTH, LOOK_LAST_MS)) {
        const token = randomUUID();
        const state = await run(TAKE, [turnKey(key), countKey(key)], token, LEASE_MS, accepted, ttlSeconds);
        if (typeof state === 'number') return hold(key, token, state);
        if (typeof state !== 'string') return WITHOUT_REDIS;
        if (state.startsWith(ASKING)) {
          // Whatever the call under way brings will do, its failure too.
          accepted = KEPT + FAILED;
          hasWaited = true;
          await pause(lookMs, signal);
          continue;
        }
        const answer = readAnswer(key, state);
        if (answer !== undefined && (hasWaited || (answer.ok && acceptsEarlier?.(answer.refreshed) === true))) {
          return { kind: 'heard', answer, isEarlier: !hasWaited };
        }
        // Nothing that could be read, or too old for this caller: now only a call will do.
        accepted = '';
      }
      return NOBODY_WAITS;
    },
  };
}

/** Each process asks for itself, and what it hears is not kept. */
const WITHOUT_REDIS: Turn = { kind: 'ours', end: () => Promise.resolve(), keep: () => Promise.resolve() };

function stateOf(key: TurnKey, answer: CallAnswer): string {
  if (!answer.ok) return `${FAILED}${answer.problem}`;
  return `${KEPT}${writeKept(key, { refreshed: answer.refreshed, generation: key.generation })}`;
}

/** Undefined for a state that this version does not write. */
function readAnswer(key: TurnKey, state: string): CallAnswer | undefined {
  const text = state.slice(1);
  if (state.startsWith(FAILED)) {
    const problem = REFRESH_PROBLEMS.find((known) => known === text);
    return problem && { ok: false, problem };
  }
  const kept = readKept(key, text);
  return kept?.generation === key.generation ? { ok: true, refreshed: kept.refreshed } : undefined;
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
