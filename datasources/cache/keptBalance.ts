// A kept refresh: what is written to the cache and how it is believed when it is read again (RTD-07, O7).
import { z } from 'zod';
import { isAccountNumber } from '../../domain/account';
import type { Refreshed } from '../../domain/balance';
import { parseDay, type Day } from '../../domain/day';
import { TENDER_KINDS } from '../../domain/tender';
import type { Turn, TurnOptions } from './turn';

/** A refresh with the generation of its account at the moment the question was sent. */
export interface KeptBalance {
  readonly refreshed: Refreshed;
  readonly generation: bigint;
}

export interface KeptKey {
  readonly billerId: string;
  readonly accountNumber: string;
}

/** An account's generation: whoever asks for another one asks another question. */
export interface TurnKey extends KeptKey {
  readonly generation: bigint;
}

/**
 * Where kept refreshes live, and where it is settled who asks for a new one. A store never throws and never waits long: one that is away is one that is empty (RTD-06).
 */
export interface BalanceStore {
  /** Kept values in the order of the keys; undefined for each that is absent or not to be believed. */
  getMany(keys: readonly KeptKey[]): Promise<readonly (KeptBalance | undefined)[]>;
  /** The caller's turn to ask, or what another one heard who had it; whoever has it leaves what is to be kept. */
  takeTurn(key: TurnKey, options: TurnOptions): Promise<Turn>;
  drop(key: KeptKey): Promise<void>;
  /** Whether what keeps the values answers right now. */
  isThere(): Promise<boolean>;
  close(): Promise<void>;
}

/** The answer behind a kept value has at most 1 MB; whatever is far longer was not written here and is not worth parsing. */
const CHARACTERS_MAX = 4_000_000;

/** Raised whenever the form of the value changes, so that an older or newer process reads it as absent. */
const VERSION = 3;

export function cacheKey(key: KeptKey): string {
  return `balance:v${VERSION}:${accountPart(key)}`;
}

export function turnKey(key: TurnKey): string {
  return `turn:v${VERSION}:${accountPart(key)}:${key.generation}`;
}

/** Where whoever had the turn leaves what was heard, for a moment. */
export function answerKey(key: TurnKey): string {
  return `answer:v${VERSION}:${accountPart(key)}:${key.generation}`;
}

/** Counts the turns of an account: the later one's refresh is kept. */
export function countKey(key: KeptKey): string {
  return `turns:v${VERSION}:${accountPart(key)}`;
}

/**
 * Letters, digits and dashes only, so that nobody can reach another key through an account number (X4). In braces: all keys of
 * one account lie on one node of a cluster.
 */
function accountPart({ billerId, accountNumber }: KeptKey): string {
  if (!isAccountNumber(accountNumber)) throw new Error('an unchecked account number reached the cache');
  return `{${billerId}:${accountNumber}}`;
}

const cents = z
  .string()
  .regex(/^-?\d{1,18}$/)
  .transform(BigInt);
const day = z.custom<Day>((text) => typeof text === 'string' && parseDay(text) !== undefined).nullable();
const instant = z
  .number()
  .int()
  .nonnegative()
  .max(8.64e15)
  .transform((time) => new Date(time));
const tenders = z.array(z.enum(TENDER_KINDS)).max(TENDER_KINDS.length);

const Kept = z.strictObject({
  version: z.literal(VERSION),
  billerId: z.string(),
  accountNumber: z.string(),
  generation: z
    .string()
    .regex(/^\d{1,18}$/)
    .transform(BigInt),
  observedAt: instant,
  amountsAreFloats: z.boolean(),
  allowed: tenders,
  blocked: tenders,
  items: z
    .array(
      z.strictObject({
        pastDueCents: cents,
        currentCents: cents,
        invoiceTypeId: z.number().int().nullable(),
        dueDate: day,
        disconnectDate: day,
        lastPaymentCents: cents.nullable(),
        lastPaymentDate: day,
      }),
    )
    .max(10_000),
});

/** The text that is kept; it holds amounts, days and flags, and no name of a person. */
export function writeKept(key: KeptKey, { refreshed, generation }: KeptBalance): string {
  return JSON.stringify({
    version: VERSION,
    billerId: key.billerId,
    accountNumber: key.accountNumber,
    generation: String(generation),
    observedAt: refreshed.observedAt.getTime(),
    amountsAreFloats: refreshed.amountsAreFloats,
    allowed: refreshed.tenders.allowed,
    blocked: refreshed.tenders.blocked,
    items: refreshed.items.map((item) => ({
      ...item,
      pastDueCents: String(item.pastDueCents),
      currentCents: String(item.currentCents),
      lastPaymentCents: item.lastPaymentCents === null ? null : String(item.lastPaymentCents),
    })),
  });
}

/** Stands before the value in Redis, for the script that keeps it. */
const TURN_NUMBER = /^\d{1,16}\|/;

/** The kept value of a text, or undefined where anything about it is not as this version writes it for this key. */
export function readKept(key: KeptKey, written: string): KeptBalance | undefined {
  const text = written.replace(TURN_NUMBER, '');
  if (text.length > CHARACTERS_MAX) return undefined;
  const read = Kept.safeParse(parseJson(text));
  if (!read.success || read.data.billerId !== key.billerId || read.data.accountNumber !== key.accountNumber)
    return undefined;
  const { generation, observedAt, amountsAreFloats, items, allowed, blocked } = read.data;
  const flags = { allowed, blocked, unknownNames: [] };
  return { generation, refreshed: { observedAt, amountsAreFloats, items, tenders: flags } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
