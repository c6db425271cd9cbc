// Reads the text of one column of a bill row as its kind says: a date, an amount, a list of co-owners and so on.
import { isAccountNumber } from '../account';
import {
  CUSTOM_MAX,
  type BillColumns,
  type BillField,
  type BillLayout,
  type ColumnKind,
  type LaidColumn,
} from './billColumns';
import {
  billProblem,
  billWarning,
  type BillProblem,
  type BillProblemCode,
  type BillWarning,
  type BillWarningCode,
} from './billProblem';
import type { Biller } from '../biller';
import { holdsCardNumber } from './cardNumber';
import { CO_OWNERS_MAX } from '../coOwner';
import { readFileDay, type Day, type ReadDay } from '../day';
import type { CustomField } from '../invoice';
import { parseCents } from '../money';

/** A co-owner as a row lists him. */
export interface ListedCoOwner {
  readonly customerNumber: string;
  readonly userName: string | null;
  readonly name: string;
}

interface Values {
  date: Day;
  amount: bigint;
  flag: boolean;
  invoiceType: number;
  coOwners: readonly ListedCoOwner[];
}

/** What a column of a field gives when it is there and right. */
export type FieldValue<Field extends BillField> = BillColumns[Field]['kind'] extends keyof Values
  ? Values[BillColumns[Field]['kind']]
  : string;

/** What the rules know of a biller when they read one file of his. */
export interface BillReading {
  readonly layout: BillLayout;
  readonly biller: Biller;
  readonly typeIds: ReadonlySet<number>;
  readonly imageHosts: ReadonlySet<string>;
  /** Dates read before: the bills of a file share a few of them. */
  readonly days: Map<string, ReadDay>;
}

/** What one row has brought so far. */
export interface Finding {
  readonly problems: BillProblem[];
  readonly warnings: BillWarning[];
}

type AnyValue = Values[keyof Values] | string;

/** Up to 9 digits before the point and two behind; other digits than 0 to 9 are no digits here. */
const AMOUNT = /^-?[0-9]{1,9}(?:\.[0-9]{1,2})?$/;
const INTEGER = /^[0-9]+$/;
const STATE = /^[A-Za-z]{2}$/;
const ZIP = /^[0-9]{5}(?:-[0-9]{4})?$/;
const FLAGS: ReadonlyMap<string, boolean> = new Map([
  ['Y', true],
  ['TRUE', true],
  ['1', true],
  ['N', false],
  ['FALSE', false],
  ['0', false],
]);
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** No utility's bill is older; a year such as 0026 is a slip of the pen. */
const EARLIEST_DAY = '1900-01-01';

/** Dates that are remembered: ten years of days; a file with more is read all the same, only slower. */
const DAYS_MAX = 4_000;

/** Longest parts of an entry of the co-owner list, in characters: as the columns of the same meaning. */
const CO_OWNER_NUMBER_MAX = 40;
const CO_OWNER_LOGIN_MAX = 60;
const CO_OWNER_NAME_MAX = 100;

/** Where a reader stands: in which column of a row, with what has been found in that row so far. */
export class RowPlace {
  column: LaidColumn | undefined;

  constructor(
    readonly reading: BillReading,
    readonly finding: Finding,
  ) {}

  wrong(code: BillProblemCode): null {
    this.finding.problems.push(billProblem(code, this.column?.label ?? null));
    return null;
  }

  warn(code: BillWarningCode): null {
    this.finding.warnings.push(billWarning(code, this.column?.label ?? null));
    return null;
  }
}

/** How a text of each kind is read; it is neither empty nor too long, and free of control characters but line ends. */
const READERS: Readonly<Record<ColumnKind, (text: string, at: RowPlace) => AnyValue | null>> = {
  text: (text, at) => (text.includes('\n') ? at.wrong('CONTROL_CHARACTER') : text),
  freeText: (text, at) => (holdsCardNumber(text) ? at.wrong('CARD_NUMBER_FOUND') : text),
  account: (text, at) => (isAccountNumber(text) ? text : at.wrong('ACCOUNT_NUMBER_INVALID')),
  amount: (text, at) => readAmount(text) ?? at.wrong('NOT_AN_AMOUNT'),
  date: readDay,
  flag: (text, at) => FLAGS.get(text.toUpperCase()) ?? at.wrong('NOT_A_FLAG'),
  biller: (text, at) => (text.toLowerCase() === at.reading.biller.id ? text : at.wrong('OTHER_BILLER')),
  invoiceType: (text, at) =>
    INTEGER.test(text) && at.reading.typeIds.has(Number(text)) ? Number(text) : at.wrong('INVOICE_TYPE_UNKNOWN'),
  state: (text, at) => (STATE.test(text) ? text.toUpperCase() : at.wrong('STATE_INVALID')),
  zip: (text, at) => (ZIP.test(text) ? text : at.wrong('ZIP_INVALID')),
  currency: (text, at) => (text.toUpperCase() === 'USD' ? text : at.wrong('CURRENCY_NOT_SUPPORTED')),
  minimum: (text, at) => (readAmount(text) === 0n ? null : at.warn('MINIMUM_IGNORED')),
  imageUrl: readImageUrl,
  coOwners: readCoOwners,
};

/** The value of a column's text; null where it is absent, or wrong and then told in the place's finding. */
export function readColumn(at: RowPlace, column: LaidColumn, text: string): AnyValue | null {
  if (text === '' && !column.required) return null;
  at.column = column;
  // A text of spaces alone is as empty as an empty one; only a quoted field can still have them.
  if (text.trim() === '') return column.required ? at.wrong('REQUIRED_MISSING') : null;
  if (holdsControlCharacter(text)) return at.wrong('CONTROL_CHARACTER');
  if (isLongerThan(text, column.max)) return at.wrong('TOO_LONG');
  return READERS[column.kind](text, at);
}

/** The biller's own columns with a value, in the order of the file. */
export function readCustomFields(
  layout: BillLayout,
  fields: readonly string[],
  finding: Finding,
): readonly CustomField[] {
  const found: CustomField[] = [];
  for (const { index, label } of layout.customs) {
    const value = fields[index] ?? '';
    if (value === '') continue;
    if (holdsControlCharacter(value)) finding.problems.push(billProblem('CONTROL_CHARACTER', label));
    else if (isLongerThan(value, CUSTOM_MAX)) finding.problems.push(billProblem('TOO_LONG', label));
    else if (holdsCardNumber(value)) finding.problems.push(billProblem('CARD_NUMBER_FOUND', label));
    else found.push({ name: label, value });
  }
  return found;
}

/** Lengths are counted in characters, not in the two units that some of them take in a JavaScript string. */
function isLongerThan(text: string, max: number): boolean {
  return text.length > max && (text.length > max * 2 || Array.from(text).length > max);
}

/** Control characters of both blocks, a CR that no LF follows among them; LF, and CR before it, are line ends. */
function holdsControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0x20 && code < 0x7f) continue;
    if (code > 0x9f || code === LINE_FEED) continue;
    if (code !== CARRIAGE_RETURN || text.charCodeAt(at + 1) !== LINE_FEED) return true;
  }
  return false;
}

function readAmount(text: string): bigint | undefined {
  return AMOUNT.test(text) ? parseCents(text) : undefined;
}

function readDay(text: string, at: RowPlace): Day | null {
  const { days } = at.reading;
  let day = days.get(text);
  if (day === undefined) {
    day = readFileDay(text);
    if (days.size < DAYS_MAX) days.set(text, day);
  }
  if (day === null) return at.column?.required === true ? at.wrong('REQUIRED_MISSING') : null;
  return day === undefined || day < EARLIEST_DAY ? at.wrong('NOT_A_DATE') : day;
}

/** The address in the form in which it was judged, so that nothing can be read into it later (IMG-06). */
function readImageUrl(text: string, at: RowPlace): string | null {
  const { biller, imageHosts } = at.reading;
  if (biller.billPresentment === 'OTHER') return at.warn('IMAGE_URL_IGNORED');
  if (!URL.canParse(text)) return at.wrong('IMAGE_URL_NOT_HTTPS');
  const url = new URL(text);
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return at.wrong('IMAGE_URL_NOT_HTTPS');
  return imageHosts.has(url.host) ? url.href : at.wrong('IMAGE_HOST_NOT_ALLOWED');
}

/** Entries `customerId~userName~name` with `;` between them; a person listed twice is one person. */
function readCoOwners(text: string, at: RowPlace): readonly ListedCoOwner[] | null {
  const people = new Map<string, ListedCoOwner>();
  for (const entry of text.split(';')) {
    if (entry.trim() === '') continue;
    const person = readCoOwner(entry);
    if (person === undefined) return at.wrong('CO_OWNERS_MALFORMED');
    if (holdsCardNumber(person.name)) return at.wrong('CARD_NUMBER_FOUND');
    if (!people.has(person.customerNumber)) people.set(person.customerNumber, person);
  }
  return [...people.values()];
}

function readCoOwner(entry: string): ListedCoOwner | undefined {
  const parts = entry.split('~').map((part) => part.trim());
  const [customerNumber = '', userName = '', name = ''] = parts;
  if (parts.length !== 3 || customerNumber === '' || name === '' || entry.includes('\n')) return undefined;
  const isTooLong =
    isLongerThan(customerNumber, CO_OWNER_NUMBER_MAX) ||
    isLongerThan(userName, CO_OWNER_LOGIN_MAX) ||
    isLongerThan(name, CO_OWNER_NAME_MAX);
  return isTooLong ? undefined : { customerNumber, userName: userName === '' ? null : userName, name };
}

/** The people of a list who are not the owner, with a warning where they are more than an account may have (COO-03). */
export function coOwnersBesides(
  owner: string,
  listed: readonly ListedCoOwner[],
  label: string,
  finding: Finding,
): readonly ListedCoOwner[] {
  const others = listed.filter(({ customerNumber }) => customerNumber !== owner);
  if (others.length > CO_OWNERS_MAX) finding.warnings.push(billWarning('CO_OWNER_LIMIT_REACHED', label));
  return others;
}
