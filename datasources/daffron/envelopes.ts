// XML out: node-soap builds the envelope of each operation from the WSDL, once; each call fills in what is its own. The socket
// and the reading are ours.
import { randomUUID } from 'node:crypto';
import { createClientAsync } from 'soap';
import type { Client, SoapMethod } from 'soap';
import { ACCEPTED } from './calls/exchange';
import type { HttpRequest } from './calls/exchange';
import type { Dialect } from './dialects';

/** What every message says about its sender (CIS-02); credentials and company are exact values given by Daffron. */
export interface HeaderSettings {
  readonly userId: string;
  readonly password: string;
  readonly company: string;
  readonly appName: string;
  readonly appVersion: string;
  readonly context?: string | undefined;
}

/** One message ready to be sent, with the id that its answer may repeat. */
export interface Envelope extends HttpRequest {
  readonly messageId: string;
}

export interface Envelopes {
  /** The message of `operation`; `parameters` are in the order of the schema. Throws for an operation the WSDL does not have. */
  write(operation: string, parameters: Readonly<Record<string, string>>): Envelope;
}

/** An operation's message in pieces: between each two stands the value of the named place. */
interface Template {
  readonly headers: Readonly<Record<string, string>>;
  readonly pieces: readonly string[];
  readonly places: readonly string[];
}

const MESSAGE_ID = 'MessageID';
const TIME_STAMP = 'TimeStamp';

/** Prepares node-soap with the WSDL, once for each biller (about 50 ms). Throws for header values XML cannot carry. */
export async function openEnvelopes(
  dialect: Dialect,
  endpoint: string,
  header: HeaderSettings,
  deps: { readonly now: () => Date; readonly newMessageId: () => string },
): Promise<Envelopes> {
  const { userId: UserID, password: Pwd, company: Company, appName: AppName, appVersion: AppVersion } = header;
  const fixed = {
    ...dialect.header,
    UserID,
    Pwd,
    AppName,
    AppVersion,
    Company,
    ...(dialect.hasContext && { Context: header.context ?? 'Production' }),
  };
  for (const [name, value] of Object.entries(fixed)) {
    if (!isFit(value)) throw new Error(`the MultiSpeak header value ${name} has characters that XML cannot carry`);
  }
  // Without the cache: it shares one parsed WSDL among all users of the path.
  const client = await createClientAsync(
    dialect.wsdl,
    { httpClient: { request: carry }, disableCache: true },
    endpoint,
  );
  // What stands in a template where a call's own value belongs; no setting holds such a text by chance.
  const mark = randomUUID();
  const markOf = (place: string): string => `${mark}.${place}.`;
  const own = { [MESSAGE_ID]: markOf(MESSAGE_ID), [TIME_STAMP]: markOf(TIME_STAMP) };
  client.addSoapHeader({ MultiSpeakMsgHeader: { attributes: { ...fixed, ...own } } }, '', 'tns', dialect.namespace);
  const templates = new Map<string, Template>();

  function makeTemplate(operation: string, names: readonly string[]): Template {
    const marks = Object.fromEntries(names.map((name) => [name, markOf(name)]));
    const { xml, headers } = buildMessage(client, operation, marks);
    // Splitting by a pattern with a group gives pieces and places in turn.
    const parts = xml.split(new RegExp(`${mark}\\.(\\w+)\\.`));
    const template = {
      headers: { ...headers, ...ACCEPTED },
      pieces: parts.filter((_part, at) => at % 2 === 0),
      places: parts.filter((_part, at) => at % 2 === 1),
    };
    templates.set(operation, template);
    return template;
  }

  const timeStamp = (): string => deps.now().toISOString();

  return {
    write: (operation, parameters) => {
      const { headers, pieces, places } = templates.get(operation) ?? makeTemplate(operation, Object.keys(parameters));
      const messageId = deps.newMessageId();
      let text = pieces[0] ?? '';
      let at = 0;
      for (const place of places) {
        at += 1;
        const value = place === MESSAGE_ID ? messageId : place === TIME_STAMP ? timeStamp() : parameters[place];
        text += escape(value ?? '') + (pieces[at] ?? '');
      }
      return { messageId, headers, body: Buffer.from(text) };
    },
  };
}

interface Message {
  readonly xml: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What one call gives to node-soap to be handed to `carry`. */
type Take = (message: Message) => void;

/** Lets node-soap build a message, and takes it where it would be sent. */
function buildMessage(client: Client, operation: string, parameters: Readonly<Record<string, string>>): Message {
  const invoke: SoapMethod | undefined = client[operation];
  if (invoke === undefined) throw new Error(`the WSDL has no operation ${operation}`);
  const taken: Message[] = [];
  const take: Take = (message) => void taken.push(message);
  invoke(parameters, () => undefined, { take });
  const [message] = taken;
  if (message === undefined) throw new Error(`node-soap built no message of ${operation}`);
  return message;
}

/** The HTTP client that node-soap sees: it sends nothing, and gives each message to whoever had it built. */
function carry(
  _url: string,
  xml: string,
  _callback: unknown,
  headers: Readonly<Record<string, string>> = {},
  options: { readonly take?: Take } = {},
  client: Client,
): Promise<never> {
  // node-soap keeps the last message, with the password in it, on the client for whoever logs; nobody here does.
  delete client.lastRequest;
  options.take?.({ xml, headers });
  return UNUSED;
}

/** node-soap does not look at what its HTTP client returns. */
const UNUSED = new Promise<never>(() => undefined);

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

const SPECIAL = /[&<>"']/;
const SPECIALS = new RegExp(SPECIAL, 'g');

function escape(text: string): string {
  return SPECIAL.test(text) ? text.replaceAll(SPECIALS, (character) => ESCAPES[character] ?? character) : text;
}

/** False for a text with characters that XML cannot carry, or that an attribute would not bring back as they were. */
function isFit(text: string): boolean {
  return Array.from(text).every((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code >= 0x20 && (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff;
  });
}
