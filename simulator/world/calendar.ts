// Calendar days as text `YYYY-MM-DD`, and the instant at which a day begins in a biller's zone.

/** A calendar day, `YYYY-MM-DD`. */
export type Day = string;

/** One day in milliseconds of a calendar without clock changes, which UTC is. */
const DAY_MS = 86_400_000;

/** Days met before, both ways. A world has a few hundred of them and asks for each many thousand times. */
const textOf = new Map<number, Day>();
const msOf = new Map<Day, number>();

/** Milliseconds of UTC midnight of the day. Throws a RangeError when the text is no real day. */
function utcOf(day: Day): number {
  const known = msOf.get(day);
  if (known !== undefined) return known;
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(ms) || dayOf(ms) !== day) throw new RangeError(`not a calendar day: ${day}`);
  msOf.set(day, ms);
  return ms;
}

/** The day of an instant that is a UTC midnight. */
function dayOf(ms: number): Day {
  const known = textOf.get(ms);
  if (known !== undefined) return known;
  const day = new Date(ms).toISOString().slice(0, 10);
  textOf.set(ms, day);
  return day;
}

/** Gives the day back when it is a real one. Throws a RangeError otherwise (2026-02-30). */
export function checkDay(text: string): Day {
  return dayOf(utcOf(text));
}

/** The day `count` days later, or earlier when `count` is negative. */
export function addDays(day: Day, count: number): Day {
  return dayOf(utcOf(day) + count * DAY_MS);
}

/** The same day `count` months later or earlier; a day that the month lacks becomes the month's last one. */
export function addMonths(day: Day, count: number): Day {
  const from = new Date(utcOf(day));
  const first = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + count, 1);
  const last = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + count + 1, 0)).getUTCDate();
  return dayOf(first + (Math.min(from.getUTCDate(), last) - 1) * DAY_MS);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** How many milliseconds the zone's clocks are ahead of UTC at this instant; negative west of Greenwich. */
function offsetMs(zone: string, ms: number): number {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(zone, formatter);
  }
  const parts = new Map(formatter.formatToParts(ms).map((part) => [part.type, Number(part.value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return local - ms;
}

/** Midnight local time of the day, written in UTC: real servers send dates so, for example `2026-03-21T05:00:00Z`. */
export function localMidnight(day: Day, zone: string): string {
  const wanted = utcOf(day);
  // The offset may differ between the guess and the true instant, on days when clocks change; hence a second look.
  const guess = wanted - offsetMs(zone, wanted);
  const found = wanted - offsetMs(zone, guess);
  return `${new Date(found).toISOString().slice(0, 19)}Z`;
}
