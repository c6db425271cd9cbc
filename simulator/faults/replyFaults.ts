// Faults of the answer: another status, another document, or the right document with something wrong in it.
import type { SoapReply } from '../daffron';
import type { Fault, FaultParams, ReplyMode } from '../faults';
import {
  bomb,
  buried,
  commented,
  duplicated,
  externalEntity,
  inCdata,
  inOtherPrefixes,
  mapAmounts,
  polluting,
  withField,
  withNil,
  withoutField,
  withoutResult,
  withoutResultLayer,
} from './hostileXml';

/** An answer on its way out. Bytes instead of text where the text would not be UTF-8. */
export interface Outgoing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What a rewriting may need besides the right answer. */
export interface ReplyContext {
  readonly params: FaultParams;
  /** URL of a page of this server whose visits are counted: nobody should follow it. */
  readonly canaryUrl: string;
  /** The answer that another account of the biller would get. */
  readonly otherReply: () => Promise<SoapReply>;
}

type Rewrite = (reply: SoapReply, context: ReplyContext) => Outgoing | Promise<Outgoing>;

const HTML = { 'content-type': 'text/html; charset=utf-8' };
const XML = { 'content-type': 'text/xml; charset=utf-8' };

/** A page such as proxies and login walls send. */
function page(title: string): string {
  return `<!DOCTYPE html><html><head><title>${title}</title></head><body><h1>${title}</h1><br></body></html>`;
}

/** A fault in the shape of SOAP 1.1 or, with `shape: '1.2'`, in that of 1.2 inside a 1.1 envelope. */
function faultReply({ params }: ReplyContext, status: number): Outgoing {
  const code = params.code ?? 'Client';
  const text = params.text ?? 'The account was not found';
  const inner =
    params.shape === '1.2'
      ? `<soap:Code><soap:Value>soap:${code}</soap:Value></soap:Code><soap:Reason><soap:Text>${text}</soap:Text></soap:Reason>`
      : `<faultcode>soap:${code}</faultcode><faultstring>${text}</faultstring>`;
  const body =
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">' +
    `<soap:Body><soap:Fault>${inner}</soap:Fault></soap:Body></soap:Envelope>`;
  return { status: params.status ?? status, headers: XML, body };
}

/** A rewriting of the text alone. */
function rewritten(rewrite: (body: string, params: FaultParams) => string): Rewrite {
  return (reply, { params }) => ({ ...reply, body: rewrite(reply.body, params) });
}

/** Two decimals, which floats are written without where they are zeros. */
function withCents(amount: string): string {
  return /^-?\d+$/.test(amount) ? `${amount}.00` : amount.replace(/\.(\d)$/, '.$10');
}

/** Scientific notation that means the same amount exactly: 128.10 becomes 1.2810E2. */
function exponentOf(amount: string): string {
  const [, sign = '', dollars = '', cents = ''] = /^(-?)(\d+)\.(\d\d)$/.exec(withCents(amount)) ?? [];
  return `${sign}${dollars.slice(0, 1)}.${dollars.slice(1)}${cents}E${dollars.length - 1}`;
}

/** Bytes that are no XML, no UTF-8 and the same every time. */
function garbage(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, at) => (at * 7919 + 200) % 256));
}

const REWRITES: Readonly<Record<ReplyMode, Rewrite>> = {
  malformed: rewritten((body, { shape }) =>
    shape === 'misnested' ? body.replace(/(<\/\w+>)(<\/\w+>)/, '$2$1') : body.slice(0, Math.floor(body.length * 0.7)),
  ),
  garbage: (reply, { params }) => ({ ...reply, body: garbage(params.bytes ?? 2_000) }),
  fault: (_reply, context) => faultReply(context, 500),
  'fault-200': (_reply, context) => faultReply(context, 200),
  http500: () => ({ status: 500, headers: {}, body: '' }),
  http502: () => ({ status: 502, headers: HTML, body: page('502 Bad Gateway') }),
  http503: (_reply, { params }) => {
    const seconds = params.retryAfterSeconds ?? 1;
    const retryAfter = seconds === 0 ? {} : { 'retry-after': String(seconds) };
    return { status: 503, headers: { ...HTML, ...retryAfter }, body: page('503 Service Unavailable') };
  },
  html: () => ({ status: 200, headers: HTML, body: page('Please sign in') }),
  redirect: (_reply, { params, canaryUrl }) => ({
    status: params.status ?? 302,
    headers: { location: params.url ?? canaryUrl },
    body: '',
  }),
  empty: (_reply, { params }) => ({ status: params.status ?? 200, headers: XML, body: '' }),
  deep: rewritten((body, { levels }) => buried(body, levels ?? 100_000)),
  bomb: rewritten(bomb),
  xxe: (reply, { params, canaryUrl }) => ({ ...reply, body: externalEntity(reply.body, params.url ?? canaryUrl) }),
  proto: rewritten(polluting),
  'wrong-account': (_reply, { otherReply }) => otherReply(),
  'wrong-message-id': rewritten((body, { messageId }) =>
    body.replace(/ MessageID="[^"]*"/, ` MessageID="${messageId ?? 'someone-elses-message'}"`),
  ),
  'wrong-operation': rewritten((body, { operation }) =>
    body.replaceAll(/(<\/?)\w+(Response|Result)\b/g, `$1${operation ?? 'GetMethods'}$2`),
  ),
  'duplicate-body': rewritten((body, { shape }) => (shape === 'document' ? body + body : duplicated(body))),
  prefixes: rewritten(inOtherPrefixes),
  cdata: rewritten(inCdata),
  comments: rewritten(commented),
  bom: rewritten((body) => `\uFEFF${body}`),
  utf16: (reply) => ({
    ...reply,
    headers: { 'content-type': 'text/xml; charset=utf-16' },
    body: Buffer.from(`\uFEFF${reply.body.replace('encoding="utf-8"', 'encoding="utf-16"')}`, 'utf16le'),
  }),
  'bad-number': rewritten((body, params) => withField(body, params.field ?? 'currentAmount', params.text ?? 'NaN')),
  exponent: rewritten((body) => mapAmounts(body, exponentOf)),
  'float-noise': rewritten((body) => mapAmounts(body, (amount) => `${withCents(amount)}001`)),
  'missing-field': rewritten((body, { field }) => withoutField(body, field ?? 'currentAmount')),
  'missing-result': rewritten(withoutResult),
  'missing-result-layer': rewritten(withoutResultLayer),
  nil: rewritten((body, { field }) => withNil(body, field ?? 'currentAmount')),
};

/** The answer that goes out in place of the right one. */
export async function rewriteReply(
  fault: Fault<ReplyMode>,
  reply: SoapReply,
  context: ReplyContext,
): Promise<Outgoing> {
  return REWRITES[fault.mode](reply, context);
}
