// The contract's scalars: decimal text, days and instants; nothing passes through a float (MON-01 to MON-03, TIM-01, TIM-03).
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { parseDay, type Day } from '../domain/day';
import { formatCents, parseCents } from '../domain/money';

/** A JSON number holds 15 digits without loss: beside two decimals that is less than ten to the power of 13. */
const NUMBER_LIMIT = 1e13;

export const Decimal = new GraphQLScalarType<bigint, string>({
  name: 'Decimal',
  description: 'An amount as decimal text with exactly two decimals.',
  serialize: (value) => {
    if (typeof value === 'bigint') return formatCents(value);
    throw new TypeError('an amount inside this service is whole cents');
  },
  parseValue: readAmount,
  parseLiteral: (node) => readAmount(textOf(node)),
});

export const DateScalar = new GraphQLScalarType<Day, string>({
  name: 'Date',
  description: 'A calendar day of the biller’s time zone.',
  serialize: (value) => {
    const day = typeof value === 'string' ? parseDay(value) : undefined;
    if (day === undefined) throw new TypeError('a day inside this service is YYYY-MM-DD');
    return day;
  },
  parseValue: readDay,
  parseLiteral: (node) => readDay(node.kind === Kind.STRING ? node.value : undefined),
});

export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'An instant in UTC.',
  serialize: (value) => {
    if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
    throw new TypeError('an instant inside this service is a Date');
  },
  parseValue: readInstant,
  parseLiteral: (node) => readInstant(node.kind === Kind.STRING ? node.value : undefined),
});

/** Text as it stands; a JSON number only where its own digits say the amount exactly, with at most two decimals. */
function readAmount(value: unknown): bigint {
  const text = typeof value === 'number' && Math.abs(value) < NUMBER_LIMIT ? String(value) : value;
  const cents = typeof text === 'string' ? parseCents(text) : undefined;
  if (cents === undefined) throw invalid('INVALID_AMOUNT', 'An amount is decimal text with at most two decimals.');
  return cents;
}

function readDay(value: unknown): Day {
  const day = typeof value === 'string' ? parseDay(value) : undefined;
  if (day === undefined) throw invalid('BAD_USER_INPUT', 'A date is YYYY-MM-DD and must exist.');
  return day;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;

function readInstant(value: unknown): Date {
  // The runtime would take February 30 for the second of March, so the day is read by itself first.
  const isInstant = typeof value === 'string' && INSTANT.test(value) && parseDay(value.slice(0, 10)) !== undefined;
  const instant = isInstant ? new Date(value) : undefined;
  if (instant === undefined || Number.isNaN(instant.getTime())) {
    throw invalid('BAD_USER_INPUT', 'An instant is ISO 8601 with an offset.');
  }
  return instant;
}

function textOf(node: ValueNode): unknown {
  return node.kind === Kind.STRING || node.kind === Kind.INT || node.kind === Kind.FLOAT ? node.value : undefined;
}

function invalid(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
