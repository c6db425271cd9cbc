// Calendar days of a biller's time zone, and how outside texts become such days (TIM-01 to TIM-03).

/** A calendar day "YYYY-MM-DD" that exists; days compare as texts. */
export type Day = string & { readonly __day: true };

/** A day, no day ("1/1/0001" or nothing was sent), or `undefined`: the text is not a date. */
export type ReadDay = Day | null | undefined;

const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const US_DAY = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/** The year that .NET services write when they mean "no date" (TIM-03). */
const NO_YEAR = 1;

const MILLISECONDS_PER_DAY = 86_400_000;

/** The day of text "YYYY-MM-DD", or undefined where there is no such day. */
export function parseDay(text: string): Day | undefined {
  const match = ISO_DAY.exec(text);
  return match === null ? undefined : dayOf(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** The other form in which .NET services write "no date" (TIM-03); a bill file has no times but for this one. */
const NO_DATE_TIME = '0001-01-01T00:00:00';

/** A date column of a bill file: "YYYY-MM-DD" or "MM/DD/YYYY"; year 1 is no date. */
export function readFileDay(text: string): ReadDay {
  if (text === NO_DATE_TIME) return null;
  const us = US_DAY.exec(text);
  const iso = ISO_DAY.exec(text);
  if (us === null && iso === null) return undefined;
  const [year, month, date] = us === null ? [iso?.[1], iso?.[2], iso?.[3]] : [us[3], us[1], us[2]];
  const day = dayOf(Number(year), Number(month), Number(date));
  return day !== undefined && Number(year) === NO_YEAR ? null : day;
}

/**
 * A dateTime of the wire as a day of the biller's zone. Servers write midnight local time in UTC, so an instant is
 * turned into the zone before its day is taken; a time without offset is already local. 24:00:00 is the next midnight.
 */
export function readWireDay(text: string, timeZone: string): ReadDay {
  const match = DATE_TIME.exec(text.trim());
  if (match === null) return undefined;
  const [, dayText = '', hours = '00', minutes = '00', seconds = '00', offset] = match;
  const day = parseDay(dayText);
  if (Number(dayText.slice(0, 4)) === NO_YEAR) return day === undefined ? undefined : null;
  const isNextMidnight = hours === '24' && Number(minutes) === 0 && Number(seconds) === 0;
  const isTime = isNextMidnight || (Number(hours) < 24 && Number(minutes) < 60 && Number(seconds) < 60);
  if (day === undefined || !isTime) return undefined;
  const instant = new Date(`${dayText}T${hours}:${minutes}:${seconds}${offset ?? 'Z'}`);
  if (Number.isNaN(instant.getTime())) return undefined;
  // The turn of the zone or of midnight can lead out of the years that a day can name, hence the second reading.
  return parseDay(offset === undefined ? isoDay(instant) : formatterOf(timeZone).format(instant));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}

/** The calendar day at `instant` in an IANA time zone; throws a RangeError for one that is unknown. */
export function dayIn(timeZone: string, instant: Date): Day {
  return mustBeDay(formatterOf(timeZone).format(instant));
}

/** True where `name` is a time zone that this runtime knows; "+05:00", which younger runtimes take for one, is none. */
export function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The day `count` days later (earlier when negative); throws a RangeError beyond the years 0 to 9999. */
export function addDays(day: Day, count: number): Day {
  return mustBeDay(isoDay(new Date(Date.parse(`${day}T00:00:00Z`) + count * MILLISECONDS_PER_DAY)));
}

function dayOf(year: number, month: number, date: number): Day | undefined {
  const instant = new Date(0);
  instant.setUTCFullYear(year, month - 1, date);
  const exists =
    instant.getUTCFullYear() === year && instant.getUTCMonth() === month - 1 && instant.getUTCDate() === date;
  const text = isoDay(instant);
  return exists && isDay(text) ? text : undefined;
}

function isoDay(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

function isDay(text: string): text is Day {
  return ISO_DAY.test(text);
}

function mustBeDay(text: string): Day {
  if (!isDay(text)) throw new RangeError('no day of the years 0 to 9999');
  return text;
}
