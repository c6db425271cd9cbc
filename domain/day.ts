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
  return Number(year) === NO_YEAR ? null : dayOf(Number(year), Number(month), Number(date));
}

/**
 * A dateTime of the wire as a day of the biller's zone. Servers write midnight local time in UTC, so an instant is
 * turned into the zone before its day is taken; a time without offset is already local.
 */
export function readWireDay(text: string, timeZone: string): ReadDay {
  const match = DATE_TIME.exec(text.trim());
  if (match === null) return undefined;
  const [, dayText = '', hours = '00', minutes = '00', seconds = '00', offset] = match;
  const day = parseDay(dayText);
  if (Number(dayText.slice(0, 4)) === NO_YEAR) return day === undefined ? undefined : null;
  if (day === undefined || Number(hours) > 24 || Number(minutes) > 59 || Number(seconds) > 60) return undefined;
  if (offset === undefined) return day;
  const instant = new Date(`${dayText}T${hours}:${minutes}:${seconds}${offset}`);
  return Number.isNaN(instant.getTime()) ? undefined : dayIn(timeZone, instant);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** The calendar day at `instant` in an IANA time zone. */
export function dayIn(timeZone: string, instant: Date): Day {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
    formatters.set(timeZone, formatter);
  }
  return formatter.format(instant) as Day;
}

/** True where `name` is a time zone that this runtime knows. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The day `count` days later (earlier when negative). */
export function addDays(day: Day, count: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * MILLISECONDS_PER_DAY).toISOString().slice(0, 10) as Day;
}

function dayOf(year: number, month: number, date: number): Day | undefined {
  const instant = new Date(0);
  instant.setUTCFullYear(year, month - 1, date);
  const exists =
    instant.getUTCFullYear() === year && instant.getUTCMonth() === month - 1 && instant.getUTCDate() === date;
  return exists ? (instant.toISOString().slice(0, 10) as Day) : undefined;
}
