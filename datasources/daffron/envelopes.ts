// XML out: node-soap builds each envelope from the WSDL and drives the call; the socket and the reading are ours.
import { join } from 'node:path';
import { createClientAsync } from 'soap';
import type { Client, SoapMethod } from 'soap';
import { MULTISPEAK } from './envelopeReader';
import type { HttpRequest } from './transport';

/** Found beside this file in the sources, and beside its compiled form in the build, which copies it. */
const WSDL = join(__dirname, 'multispeak-cb-4.1.wsdl');

/** The build of MultiSpeak that the WSDL describes (4.1.6), and how its makers call such a build. */
const VERSION = { MajorVersion: '4', MinorVersion: '1', Build: '6', BuildString: 'Release' };

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
  /**
   * Builds the message of `operation` once and hands it to `exchange`, whose result becomes the call's; `parameters` are
   * in the order of the schema. Throws for an operation the WSDL does not have.
   */
  call<T>(
    operation: string,
    parameters: Readonly<Record<string, string>>,
    exchange: (envelope: Envelope) => Promise<T>,
  ): Promise<T>;
}

/** Prepares node-soap with the WSDL, once for each biller (about 50 ms). Throws for header values XML cannot carry. */
export async function openEnvelopes(
  endpoint: string,
  header: HeaderSettings,
  deps: { readonly now: () => Date; readonly newMessageId: () => string },
): Promise<Envelopes> {
  const { userId: UserID, password: Pwd, company: Company, appName: AppName, appVersion: AppVersion } = header;
  const fixed = { ...VERSION, UserID, Pwd, AppName, AppVersion, Company, Context: header.context ?? 'Production' };
  for (const [name, value] of Object.entries(fixed)) {
    if (!isFit(value)) throw new Error(`the MultiSpeak header value ${name} has characters that XML cannot carry`);
  }
  // Without the cache: it shares one parsed WSDL, and with it our replacement of the reader, among all users of the path.
  const client = await createClientAsync(WSDL, { httpClient: { request: carry }, disableCache: true }, endpoint);
  // Our exchange has read the answer already; node-soap's own reader is slower and believes anything.
  Object.assign(client.wsdl, { xmlToObject: (read: unknown) => read });
  let messageId = '';
  const headerNow = (): object => ({
    MultiSpeakMsgHeader: { attributes: { ...fixed, MessageID: messageId, TimeStamp: deps.now().toISOString() } },
  });
  client.addSoapHeader(headerNow, '', 'tns', MULTISPEAK);
  return {
    call<T>(operation: string, parameters: Readonly<Record<string, string>>, exchange: Exchange<T>): Promise<T> {
      const invoke: SoapMethod | undefined = client[operation];
      if (invoke === undefined) throw new Error(`the WSDL has no operation ${operation}`);
      const id = deps.newMessageId();
      // The header function has no other way to know; the message is built before `invoke` returns, so no call gets another's.
      messageId = id;
      return new Promise((resolve, reject) => {
        const send: Send = (xml, headers, answer) => {
          exchange({ messageId: id, headers, body: Buffer.from(xml) }).then(
            (value) => answer({ Body: { [`${operation}Response`]: { value } } }),
            reject,
          );
        };
        const done = (error: unknown, result: { readonly value: T }): void => {
          if (error === null) resolve(result.value);
          else reject(error);
        };
        invoke(parameters, done, { send });
      });
    },
  };
}

type Exchange<T> = (envelope: Envelope) => Promise<T>;

/** What one call gives to node-soap to be carried to `carry`: takes the message, answers with the body as it was read. */
type Send = (xml: string, headers: Readonly<Record<string, string>>, answer: (read: object) => void) => void;

/** The HTTP client that node-soap sees: it passes each message on to the call it belongs to. */
function carry(
  _url: string,
  xml: string,
  callback: (error: null, response: object, body: object) => void,
  headers: Readonly<Record<string, string>> = {},
  options: { readonly send?: Send } = {},
  client: Client,
): Promise<never> {
  // node-soap keeps the last message, with the password in it, on the client for whoever logs; nobody here does.
  delete client.lastRequest;
  options.send?.(xml, headers, (read) => callback(null, {}, read));
  return UNUSED;
}

/** node-soap hears of the answer by the callback and does not look at what its HTTP client returns. */
const UNUSED = new Promise<never>(() => undefined);

/** False for a text with characters that XML cannot carry, or that an attribute would not bring back as they were. */
function isFit(text: string): boolean {
  return Array.from(text).every((character) => {
    const code = character.codePointAt(0) ?? 0;
    return code >= 0x20 && (code < 0xd800 || code > 0xdfff) && code !== 0xfffe && code !== 0xffff;
  });
}
