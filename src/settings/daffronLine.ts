// A biller's line to Daffron in the settings file: its bounds, the secrets and certificates that it names, what contradicts.
import { z } from 'zod';
import type { DaffronSettings } from '../../datasources/daffron/daffron';
import { DIALECTS, MULTISPEAK_VERSIONS } from '../../datasources/daffron/dialects';
import { whyNotTls, type TlsMaterial } from '../../datasources/daffron/tlsMaterial';
import type { ConfigurationProblem } from '../../domain/biller';

/** Reads what a secret's reference names: a variable of the environment or a file; undefined where it is not there. */
export type ReadSecret = (reference: { readonly env: string } | { readonly file: string }) => string | undefined;

/** What the process as a whole demands of each line to Daffron. */
export interface LineRules {
  /** An operation's total time, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Companies that are no utility's. */
  readonly refusedCompanies: readonly string[];
}

/** No demands: for who reads settings apart from a process. */
export const ANY_LINE: LineRules = { requestTimeoutMs: Infinity, refusedCompanies: [] };

const Secret = z.union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })], {
  error: 'must be {"env": "NAME"} or {"file": "PATH"}: a secret is named here, never written',
});

const text = z.string().min(1).max(200);

/** A biller's line as its settings name it. */
export const DaffronLine = z.strictObject({
  version: z.enum(MULTISPEAK_VERSIONS, { error: 'must be "4.1" or "3.0"' }).default('4.1'),
  endpoint: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  /** Plain http to Daffron must be asked for by name. */
  allowPlainHttp: z.boolean().default(false),
  userId: Secret,
  password: Secret,
  company: text,
  appName: text.default('daffron-subgraph'),
  appVersion: text.default('1'),
  context: z.enum(['Production', 'Testing', 'Development', 'Study', 'Training', 'Other']).optional(),
  tls: z
    .strictObject({ ca: Secret.optional(), certificate: Secret.optional(), key: Secret.optional() })
    .refine((tls) => (tls.certificate === undefined) === (tls.key === undefined), 'certificate and key go together')
    .optional(),
  maxConcurrent: z.number().int().min(1).max(512).default(16),
  queueMax: z.number().int().min(0).max(100_000).default(2000),
  deadlineMs: z.number().int().min(100).max(120_000).default(10_000),
  attemptTimeoutMs: z.number().int().min(100).max(120_000).default(5000),
  retries: z.number().int().min(0).max(5).default(2),
  responseBytesMax: z.number().int().min(1024).max(16_777_216).default(1_048_576),
  breaker: z
    .strictObject({
      failures: z.number().int().min(1).max(1000).default(10),
      pauseMs: z.number().int().min(100).max(600_000).default(5000),
    })
    .prefault({}),
});

/** What is right by itself and yet does not go with the process that would use it. */
export function whyNotLine(entry: z.infer<typeof DaffronLine>, path: string, rules: LineRules): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  if (rules.refusedCompanies.includes(entry.company.toUpperCase())) {
    problems.push(wrong(`${path}.company`, 'is a company of the Daffron simulator'));
  }
  if (entry.context !== undefined && !DIALECTS[entry.version].hasContext) {
    problems.push(wrong(`${path}.context`, `is not in the header of MultiSpeak ${entry.version}`));
  }
  if (entry.deadlineMs >= rules.requestTimeoutMs) {
    problems.push(
      wrong(
        `${path}.deadlineMs`,
        `must be less than REQUEST_TIMEOUT_MS (${rules.requestTimeoutMs}), or an operation ends before Daffron may answer`,
      ),
    );
  }
  return problems;
}

/** The line as the data source wants it; what it names and what contradicts is told in `problems`. */
export function readDaffronLine(
  entry: z.infer<typeof DaffronLine>,
  path: string,
  readSecret: ReadSecret,
  problems: ConfigurationProblem[],
): DaffronSettings {
  const secret = (name: string, reference: z.infer<typeof Secret>): string => {
    const value = readSecret(reference);
    if (value === undefined || value === '') {
      const named = 'env' in reference ? `the variable ${reference.env}` : `the file ${reference.file}`;
      problems.push(wrong(`${path}.${name}`, `${named} is not there or empty`));
    }
    return value ?? '';
  };
  const url = new URL(entry.endpoint);
  if (!entry.allowPlainHttp && url.protocol !== 'https:') {
    problems.push(wrong(`${path}.endpoint`, 'must be https, or allowPlainHttp must be true'));
  }
  if (url.username !== '' || url.password !== '') {
    problems.push(wrong(`${path}.endpoint`, 'must not hold a name or a password: userId and password name them'));
  }
  const userId = secret('userId', entry.userId);
  const password = secret('password', entry.password);
  const tls = entry.tls === undefined ? undefined : readTls(entry.tls, `${path}.tls`, secret, problems);
  return {
    version: entry.version,
    endpoint: entry.endpoint,
    userId,
    password,
    header: {
      company: entry.company,
      appName: entry.appName,
      appVersion: entry.appVersion,
      ...(entry.context !== undefined && { context: entry.context }),
    },
    ...(tls !== undefined && { tls }),
    maxConcurrent: entry.maxConcurrent,
    queueMax: entry.queueMax,
    deadlineMs: entry.deadlineMs,
    attemptTimeoutMs: entry.attemptTimeoutMs,
    retries: entry.retries,
    responseBytesMax: entry.responseBytesMax,
    breaker: entry.breaker,
  };
}

/** How the settings name the parts; inside they are called as Node calls them. */
const TLS_SETTINGS = { ca: 'ca', cert: 'certificate', key: 'key' } as const satisfies Record<keyof TlsMaterial, string>;

function readTls(
  tls: NonNullable<z.infer<typeof DaffronLine>['tls']>,
  path: string,
  secret: (name: string, reference: z.infer<typeof Secret>) => string,
  problems: ConfigurationProblem[],
): TlsMaterial {
  const material: TlsMaterial = {
    ...(tls.ca !== undefined && { ca: secret('tls.ca', tls.ca) }),
    ...(tls.certificate !== undefined && { cert: secret('tls.certificate', tls.certificate) }),
    ...(tls.key !== undefined && { key: secret('tls.key', tls.key) }),
  };
  // What is not there has been told already, and is not judged as well.
  const wrongParts = whyNotTls(material).filter(({ part }) => material[part] !== '');
  problems.push(...wrongParts.map(({ part, message }) => wrong(`${path}.${TLS_SETTINGS[part]}`, message)));
  return material;
}

/** A problem in the words of the settings file. */
export function wrong(setting: string, message: string): ConfigurationProblem {
  return { code: 'CONFIGURATION_INVALID', setting, message };
}
