// What the answers of Daffron's operations mean: amounts to the cent, days of the biller's zone, and no guess at either.
import type { Day } from '../../domain/day';
import { readWireDay } from '../../domain/day';
import { parseWireCents } from '../../domain/money';
import { DIALECTS } from './dialects';
import type { Dialect, MultiSpeakVersion } from './dialects';
import { RefusedInside, replyReader } from './envelopeReader';
import type { ReplyContext, ReplyReader } from './envelopeReader';
import { CREDENTIALS } from './failures';
import { faultCodeOf } from './faultCodes';
import { attribute, onlyChild, Unreadable } from './readXml';
import type { Shape, XmlElement } from './readXml';

/** One payable item as it was sent; cents of US dollars, negative for a credit. */
export interface WireItem {
  readonly pastDueCents: bigint;
  readonly currentCents: bigint;
  readonly description: string | null;
  readonly chargeCode: string | null;
  readonly dueDate: Day | null;
  readonly disconnectDate: Day | null;
  readonly lastPaymentCents: bigint | null;
  readonly lastPaymentDate: Day | null;
}

export interface PayableItemsReply {
  readonly items: readonly WireItem[];
  /** Names of what may be paid with; null where the list is absent, which is not the same as empty (BLK-03). */
  readonly transactionTypes: readonly string[] | null;
  /** True where the wire's type for amounts cannot hold every cent of a great one (MON-05). */
  readonly amountsAreFloats: boolean;
}

/** The code of every answer whose amounts cannot be trusted to the cent (MON-04). */
export const BALANCE_UNPARSEABLE = 'BALANCE_UNPARSEABLE';

const CURRENCY = 'USD';

/** The accounts of a billing cycle share their dates, and turning one into a zone costs a fifth of reading an answer. */
const knownDays = new Map<string, Day | null>();
/** Some hundred kilobytes at most; a server that sends more dates than this only loses the saving. */
const KNOWN_DAYS_MAX = 2_000;

const ITEM_LEAVES = [
  'pastDueAmount',
  'currentAmount',
  'description',
  'chargeCode',
  'dueDate',
  'disconnectDate',
  'lastPaymentAmount',
  'lastPaymentDate',
];

/** Readers of the answers of one version. */
export interface Readers {
  /** GetPayableItemsList: what an account owes now, and with what it may be paid. */
  readonly payableItems: ReplyReader<PayableItemsReply>;
  /** PingURL: a code for each trouble the server names, none when it is well; their texts are not passed on. */
  readonly ping: ReplyReader<readonly string[]>;
  /** GetMethods: names of the operations this server really has. */
  readonly methods: ReplyReader<readonly string[]>;
}

export const READERS: Readonly<Record<MultiSpeakVersion, Readers>> = {
  '3.0': readersOf(DIALECTS['3.0']),
  '4.1': readersOf(DIALECTS['4.1']),
};

function readersOf({ namespace, amountsAreFloats }: Dialect): Readers {
  const leaf: Shape = { namespaces: [namespace] };
  const element = (children: readonly (readonly [string, Shape])[]): Shape => ({
    namespaces: [namespace],
    children: new Map(children),
  });
  const payableItems = element([
    ['payableItem', element(ITEM_LEAVES.map((name) => [name, leaf]))],
    ['allowableTransactionTypes', element([['transactionType', leaf]])],
  ]);
  return {
    payableItems: replyReader(namespace, 'GetPayableItemsList', payableItems, (result, context) => ({
      ...readPayableItems(result, context),
      amountsAreFloats,
    })),
    ping: replyReader(namespace, 'PingURL', element([['errorObject', leaf]]), (result) =>
      result.children
        .filter((error) => !error.nil)
        .map((error) => faultCodeOf([attribute(error, 'errorString') ?? '', error.text])),
    ),
    methods: replyReader(namespace, 'GetMethods', element([['string', leaf]]), readTexts),
  };
}

function readPayableItems(result: XmlElement, context: ReplyContext): Omit<PayableItemsReply, 'amountsAreFloats'> {
  const types = onlyChild(result, 'allowableTransactionTypes');
  const elements = result.children.filter((child) => child.name === 'payableItem');
  // "Owes nothing" is only said by a list that was understood whole.
  if (elements.length === 0 && result.skipped > 0) throw new Unreadable('UNEXPECTED_ELEMENT');
  return {
    items: elements.map((item) => readItem(item, context)),
    transactionTypes: types === undefined || types.nil ? null : readTexts(types),
  };
}

function readItem(item: XmlElement, context: ReplyContext): WireItem {
  const trouble = attribute(item, 'errorString')?.trim() ?? '';
  if (trouble !== '')
    throw faultCodeOf([trouble]) === CREDENTIALS ? new RefusedInside(CREDENTIALS) : new Unreadable('ITEM_ERROR');
  const pastDueCents = readAmount(item, 'pastDueAmount', context);
  const currentCents = readAmount(item, 'currentAmount', context);
  if (pastDueCents === null || currentCents === null) throw new Unreadable(BALANCE_UNPARSEABLE);
  return {
    pastDueCents,
    currentCents,
    description: readText(item, 'description'),
    chargeCode: readText(item, 'chargeCode'),
    dueDate: readDay(item, 'dueDate', context),
    disconnectDate: readDay(item, 'disconnectDate', context),
    lastPaymentCents: readAmount(item, 'lastPaymentAmount', context),
    lastPaymentDate: readDay(item, 'lastPaymentDate', context),
  };
}

/** Cents, or null where the amount is absent or nil; throws where it stands there and is not a sum of US dollars. */
function readAmount(item: XmlElement, name: string, context: ReplyContext): bigint | null {
  const amount = onlyChild(item, name);
  if (amount === undefined || amount.nil) return null;
  const currency = attribute(amount, 'currencyCode') ?? context.defaultCurrency ?? '';
  if (currency !== '' && currency !== CURRENCY) throw new Unreadable('CURRENCY');
  const cents = parseWireCents(amount.text);
  if (cents === undefined) throw new Unreadable(BALANCE_UNPARSEABLE);
  return cents;
}

function readDay(item: XmlElement, name: string, context: ReplyContext): Day | null {
  const text = readText(item, name);
  if (text === null) return null;
  const key = `${context.timeZone} ${text}`;
  const known = knownDays.get(key);
  if (known !== undefined) return known;
  const day = readWireDay(text, context.timeZone);
  if (day === undefined) throw new Unreadable('DATE');
  if (knownDays.size >= KNOWN_DAYS_MAX) knownDays.clear();
  knownDays.set(key, day);
  return day;
}

/** The text without outer blanks; null where the element is absent, nil or empty, which servers use alike. */
function readText(item: XmlElement, name: string): string | null {
  const text = onlyChild(item, name)?.text.trim() ?? '';
  return text === '' ? null : text;
}

function readTexts(list: XmlElement): readonly string[] {
  return list.children.map((child) => child.text.trim()).filter((text) => text !== '');
}
