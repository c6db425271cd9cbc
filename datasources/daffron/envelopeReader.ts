// The SOAP layer of an answer: one envelope, one body, and in it either the response asked for or a fault.
import type { HttpAnswer } from './calls/exchange';
import { failed } from './failures';
import type { ReadReply } from './failures';
import { faultCodeOf } from './faultCodes';
import { attribute, decodeText, onlyChild, readXml, Unreadable } from './readXml';
import type { Shape, XmlElement } from './readXml';

/** SOAP 1.1 is what we speak; 1.2 faults come back inside 1.1 conversations, so both are known everywhere. */
const SOAP = ['http://schemas.xmlsoap.org/soap/envelope/', 'http://www.w3.org/2003/05/soap-envelope'];

const HTTP_OK = 200;
const HTTP_UNAUTHORIZED = 401;
/** Statuses below 500 that say "not now" instead of "no". */
const HTTP_NOT_NOW: readonly number[] = [408, 429];

const TEXT: Shape = {};

const FAULT: Shape = {
  namespaces: SOAP,
  children: new Map<string, Shape>([
    ['faultcode', TEXT],
    ['faultstring', TEXT],
    [
      'Code',
      {
        children: new Map([
          ['Value', TEXT],
          ['Subcode', { children: new Map([['Value', TEXT]]) }],
        ]),
      },
    ],
    ['Reason', { children: new Map([['Text', TEXT]]) }],
  ]),
};

/** One operation's answer: the shape of its envelope, and how the result element inside becomes a value. */
export interface ReplyReader<T> {
  readonly operation: string;
  readonly envelope: Shape;
  readonly read: (result: XmlElement, context: ReplyContext) => T;
}

/** What an answer is read against: the message it must belong to, and the biller's zone for its dates. */
export interface ReplyContext {
  readonly messageId: string;
  readonly timeZone: string;
  /** What amounts without a currency are in, as the answer's header says; undefined where it says nothing. */
  readonly defaultCurrency?: string | undefined;
}

/** A reader for `operation` of a namespace, whose result element has the given shape; `read` may throw Unreadable. */
export function replyReader<T>(
  namespace: string,
  operation: string,
  result: Shape,
  read: (result: XmlElement, context: ReplyContext) => T,
): ReplyReader<T> {
  const header: Shape = {
    namespaces: SOAP,
    children: new Map<string, Shape>([['MultiSpeakMsgHeader', { namespaces: [namespace], children: new Map() }]]),
  };
  const response: Shape = {
    namespaces: [namespace],
    children: new Map([[`${operation}Result`, result]]),
    closed: true,
  };
  const body: Shape = {
    namespaces: SOAP,
    children: new Map([
      [`${operation}Response`, response],
      ['Fault', FAULT],
    ]),
    closed: true,
  };
  const children = new Map([
    ['Header', header],
    ['Body', body],
  ]);
  return { operation, envelope: { namespaces: SOAP, children, closed: true }, read };
}

/**
 * What an HTTP answer says. A fault is recognised by its content whatever the status; a value is taken with status 200
 * alone, and only from a result element of the expected operation. Never throws for what a back end sent.
 */
export function readReply<T>(reader: ReplyReader<T>, answer: HttpAnswer, context: ReplyContext): ReadReply<T> {
  if (answer.status === HTTP_UNAUTHORIZED) return failed('refused', 'CREDENTIALS');
  try {
    const body = openEnvelope(reader, answer, context);
    if ('fault' in body) return failed('refused', faultCodeOf(body.fault));
    if (answer.status !== HTTP_OK) return failedByStatus(answer.status);
    return { ok: true, value: reader.read(body.result, body.context) };
  } catch (error) {
    if (error instanceof RefusedInside) return failed('refused', error.code);
    if (!(error instanceof Unreadable)) throw error;
    return answer.status === HTTP_OK ? failed('unreadable', error.code) : failedByStatus(answer.status);
  }
}

/** Thrown by a reader for an answer whose inside says what elsewhere a fault would say. */
export class RefusedInside extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = 'RefusedInside';
  }
}

function openEnvelope(
  reader: ReplyReader<unknown>,
  answer: HttpAnswer,
  context: ReplyContext,
): { readonly fault: readonly string[] } | { readonly result: XmlElement; readonly context: ReplyContext } {
  if (answer.body.length === 0) throw new Unreadable('EMPTY_BODY');
  const envelope = readXml(decodeText(answer.body), 'Envelope', reader.envelope);
  const header = onlyChild(envelope, 'Header');
  const message = header && onlyChild(header, 'MultiSpeakMsgHeader');
  const echoed = message && attribute(message, 'MessageID');
  if (echoed !== undefined && echoed !== '' && echoed !== context.messageId) throw new Unreadable('MESSAGE_ID');
  const body = onlyChild(envelope, 'Body');
  if (body?.children.length !== 1) throw new Unreadable(body?.children.length === 0 ? 'NO_RESULT' : 'NOT_ONE_ANSWER');
  const fault = onlyChild(body, 'Fault');
  if (fault !== undefined) return { fault: textsOf(fault) };
  const response = onlyChild(body, `${reader.operation}Response`);
  const result = response && onlyChild(response, `${reader.operation}Result`);
  if (result === undefined || result.nil) throw new Unreadable('NO_RESULT');
  return { result, context: { ...context, defaultCurrency: message && attribute(message, 'DefaultCurrencyCode') } };
}

/** Without a fault an HTTP error is a proxy's or server's word: 5xx may hide anything, the rest is no answer to us. */
function failedByStatus(status: number): ReturnType<typeof failed> {
  return failed(status >= 500 || HTTP_NOT_NOW.includes(status) ? 'noAnswer' : 'unreadable', `HTTP_${status}`);
}

function textsOf(element: XmlElement): string[] {
  return [element.text, ...element.children.flatMap(textsOf)];
}
