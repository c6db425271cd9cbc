// What Redis does for turns in one step each: scripts that take many accounts at a time.

interface ScriptForm {
  /** How many keys and values each account brings. */
  readonly keys: number;
  readonly values: number;
  /** How many values stand before them, the same for all accounts. */
  readonly common: number;
}

/**
 * A script that does the same for many accounts; `body` sees the account's `key` and `value` lists and the common ARGV, and
 * returns its reply, which is never nil.
 */
const forEachAccount = ({ keys, values, common }: ScriptForm, body: string): string => `
-- What is no text under a key was not written here, and is as good as nothing.
local function text(key)
  local found = redis.pcall('GET', key)
  return type(found) == 'string' and found or ''
end
local function reply(key, value)
${body}
end
local replies = {}
for at = 0, #KEYS / ${keys} - 1 do
  local key, value = {}, {}
  for each = 1, ${keys} do key[each] = KEYS[at * ${keys} + each] end
  for each = 1, ${values} do value[each] = ARGV[${common} + at * ${values} + each] end
  replies[at + 1] = reply(key, value)
end
return replies`;

/**
 * Whoever comes first hears an answer that is there only if an earlier one would do ('earlier'); whoever waits hears each that is
 * not the one he found ('waiting', which he names). Else he waits while somebody asks, or has the turn, and its number:
 * greater than that of any turn before, also where the count was lost.
 * ARGV lease, time to live of the count in seconds; key turn, answer, count, kept value; value token, how, answer found.
 */
export const TAKE = forEachAccount(
  { keys: 4, values: 3, common: 2 },
  `local answer = text(key[2])
local from, kind = string.match(answer, '^([0-9a-f-]+)|([KF])')
if from and value[2] == 'waiting' and from ~= value[3] then return {'heard', answer} end
if from and value[2] == 'earlier' and kind == 'K' then return {'earlier', answer} end
local holder = text(key[1])
if string.sub(holder, 1, 1) == 'A' then
  local left = redis.call('PTTL', key[1])
  if left > 0 and left <= tonumber(ARGV[1]) then return {'held', from or ''} end
end
local count = tonumber(text(key[3])) or 0
local kept = tonumber(string.match(text(key[4]), '^(%d+)|') or 0)
local number = string.format('%.0f', math.max(count, kept) + 1)
redis.call('SET', key[3], number, 'EX', ARGV[2])
redis.call('SET', key[1], 'A' .. value[1], 'PX', ARGV[1])
return {'taken', number}`,
);

/** ARGV lease; key turn; value token. */
export const RENEW = forEachAccount(
  { keys: 1, values: 1, common: 1 },
  `if text(key[1]) ~= 'A' .. value[1] then return 0 end
return redis.call('PEXPIRE', key[1], ARGV[1])`,
);

/**
 * Whoever lost the turn leaves nothing to those who wait: they wait for somebody newer.
 * ARGV how long the answer stays; key turn, answer; value token, answer.
 */
export const END = forEachAccount(
  { keys: 2, values: 2, common: 1 },
  `if text(key[1]) ~= 'A' .. value[1] then return 0 end
redis.call('DEL', key[1])
if value[2] ~= '' then redis.call('SET', key[2], value[1] .. '|' .. value[2], 'PX', ARGV[1]) end
return 1`,
);

/**
 * The fence of what is kept: a turn's number stands before the value, and an earlier turn writes nothing over a later one's.
 * ARGV time to live in seconds; key kept value; value number, text.
 */
export const KEEP = forEachAccount(
  { keys: 1, values: 2, common: 1 },
  `local number = tonumber(string.match(text(key[1]), '^(%d+)|') or 0)
if number > tonumber(value[1]) then return 0 end
redis.call('SET', key[1], value[1] .. '|' .. value[2], 'EX', ARGV[1])
return 1`,
);
