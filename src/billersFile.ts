// The billers' settings file: its form, checked with exact words, and the secrets that it names but never holds.
import { z } from 'zod';
import { isTimeZone } from '../domain/day';
import { whyNotConfigured, type Biller, type ConfigurationProblem } from '../domain/biller';
import { CO_OWNERS_MAX } from '../domain/coOwner';
import { DEFAULT_TENDER_NAMES } from '../domain/tender';
import { BILL_COLUMNS } from '../domain/bills/billColumns';
import type { DaffronSettings } from '../datasources/daffron/daffron';

export interface BillerSettings {
  readonly biller: Biller;
  readonly daffron: DaffronSettings;
}

/** Reads what a secret's reference names: a variable of the environment or a file; undefined where it is not there. */
export type ReadSecret = (reference: { readonly env: string } | { readonly file: string }) => string | undefined;

const Secret = z.union([z.strictObject({ env: z.string().min(1) }), z.strictObject({ file: z.string().min(1) })], {
  error: 'must be {"env": "NAME"} or {"file": "PATH"}: a secret is named here, never written',
});

const text = z.string().min(1).max(200);
const switchedOn = z.boolean().default(true);
const switchedOff = z.boolean().default(false);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/, 'must be a time of day as HH:MM:SS');

const Daffron = z.strictObject({
  version: z.literal('4.1', { error: 'must be "4.1"' }).default('4.1'),
  endpoint: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
  /** Plain http to Daffron must be asked for by name. */
  allowPlainHttp: switchedOff,
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

const InvoiceType = z.strictObject({
  id: z.number().int().min(0).max(2_147_483_647),
  name: text,
  chargeCodes: z.array(text).max(100).default([]),
  descriptions: z.array(text).max(100).default([]),
});

const COLUMN_NAMES = new Set<string>(Object.values(BILL_COLUMNS).map(({ name }) => name));

/** A column of a bill file; the biller's own ones are Custom1 to Custom10. */
function isColumnName(name: string): boolean {
  return COLUMN_NAMES.has(name) || /^Custom([1-9]|10)$/.test(name);
}

/** A name, a ZIP code or a city alone says too little to find one bill by (VST-07). */
const LOW_ENTROPY_COLUMNS = ['CustomerName', 'CustomerName2', 'Zip', 'City', 'State'];

const VirtualSite = z
  .strictObject({ id: text, invoiceTypeId: z.number().int(), searchColumns: z.array(z.string()).min(1).max(10) })
  .superRefine((site, context) => {
    for (const column of site.searchColumns) {
      if (!isColumnName(column)) {
        context.addIssue({
          code: 'custom',
          path: ['searchColumns'],
          message: `${column} is no column of a bill file (VST-01)`,
        });
      }
    }
    if (new Set(site.searchColumns).size === 1 && LOW_ENTROPY_COLUMNS.includes(site.searchColumns[0] ?? '')) {
      context.addIssue({
        code: 'custom',
        path: ['searchColumns'],
        message: 'needs a second column: this one alone is easily guessed (VST-07)',
      });
    }
  });

const BatchClosure = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('AUTO'), closesAt: timeOfDay.default('23:59:59') }),
  z.strictObject({ mode: z.literal('CUSTOM'), closesAt: z.array(timeOfDay).max(24).default([]) }),
]);

/** What rules decide of a biller; it is judged even where something else in the entry is wrong. */
const Required = z.object({
  authenticationType: z.string().default('USERNAME_AND_PASSWORD'),
  billingModel: z.string().default('BALANCE_FORWARD'),
  autoConveyance: z.boolean().optional(),
  options: z
    .strictObject({
      blockOlderInvoices: switchedOn,
      paymentOrder: z.string().default('MOST_RECENT_INVOICE_FIRST'),
      preselectOpenInvoices: switchedOff,
      staffCart: switchedOn,
      overrideRefreshCheck: switchedOn,
      multipleCustomerLogin: switchedOn,
      allowCoOwners: switchedOn,
      maximumCoOwners: z.number().int().default(CO_OWNERS_MAX),
      blockFlagsFromDaffron: switchedOn,
      cloudPay: switchedOn,
    })
    .prefault({}),
});

const BillerEntry = z.strictObject({
  ...Required.shape,
  id: z.guid('must be a GUID').transform((id) => id.toLowerCase()),
  name: text,
  timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone'),
  daffron: Daffron,
  autoPayOffsetDays: z.number().int().min(-30).max(30).default(0),
  linksFromAssertion: switchedOff,
  coOwnerNamesVisible: switchedOff,
  billPresentment: z.enum(['DAFFRON', 'BILLER_PDF', 'OTHER']).default('OTHER'),
  billImageHosts: z
    .array(z.string().regex(/^[a-z0-9.-]+$/, 'must be a host name in lower case'))
    .max(20)
    .default([]),
  batchClosure: BatchClosure.default({ mode: 'AUTO', closesAt: '23:59:59' }),
  invoiceTypes: z.array(InvoiceType).min(1).max(100),
  virtualSites: z.array(VirtualSite).max(20).default([]),
  ssoChangeOptions: z
    .strictObject({
      profile: switchedOff,
      password: switchedOff,
      contact: switchedOff,
      paymentMethods: switchedOn,
      autoPay: switchedOn,
      paperless: switchedOn,
      coOwners: switchedOff,
    })
    .prefault({}),
  tenderNames: z
    .strictObject({ CARD: z.array(text).min(1), BANK: z.array(text).min(1) })
    .default({ CARD: [...DEFAULT_TENDER_NAMES.CARD], BANK: [...DEFAULT_TENDER_NAMES.BANK] }),
  bifColumnNames: z
    .record(z.string(), text)
    .refine((names) => Object.keys(names).every(isColumnName), 'renames a column that a bill file does not have')
    .default({}),
});

const Line = z.object({ daffron: Daffron });

const BillersFile = z.strictObject({ billers: z.array(z.unknown()).min(1).max(1000) });

/** The billers of a settings file, or every problem of it at once; `file` is its parsed JSON. */
export function readBillers(
  file: unknown,
  readSecret: ReadSecret,
): { readonly settings: readonly BillerSettings[]; readonly problems: readonly ConfigurationProblem[] } {
  const read = BillersFile.safeParse(file);
  if (!read.success) return { settings: [], problems: problemsOf(read.error) };
  const problems: ConfigurationProblem[] = [];
  const ids = new Set<string>();
  const settings = read.data.billers.flatMap((raw, at): BillerSettings[] => {
    const entry = BillerEntry.safeParse(raw);
    const required = Required.safeParse(raw);
    const line = Line.safeParse(raw);
    const path = `billers[${at}]`;
    if (!entry.success) problems.push(...problemsOf(entry.error, ['billers', at]));
    if (required.success) problems.push(...whyNotConfigured(withConveyance(required.data), path));
    const daffron = line.success ? readDaffron(line.data.daffron, `${path}.daffron`, readSecret, problems) : undefined;
    if (!entry.success || daffron === undefined) return [];
    const { daffron: _line, ...rest } = entry.data;
    const biller: Biller = withConveyance(rest);
    problems.push(...whyNotTyped(biller, path));
    if (ids.has(biller.id)) problems.push(wrong(`${path}.id`, 'stands in this file twice'));
    ids.add(biller.id);
    return [{ biller, daffron }];
  });
  return { settings, problems };
}

/** An absent setting as one that is undecided, which is how the rules name it. */
function withConveyance<T extends { autoConveyance?: boolean | undefined }>(settings: T) {
  return { ...settings, autoConveyance: settings.autoConveyance };
}

function whyNotTyped(biller: Biller, path: string): ConfigurationProblem[] {
  const ids = biller.invoiceTypes.map(({ id }) => id);
  const problems = biller.virtualSites
    .filter((site) => !ids.includes(site.invoiceTypeId))
    .map((site) =>
      wrong(`${path}.virtualSites`, `${site.id} names invoice type ${site.invoiceTypeId}, which is not configured`),
    );
  if (new Set(ids).size < ids.length) problems.push(wrong(`${path}.invoiceTypes`, 'has one id twice'));
  return problems;
}

function readDaffron(
  entry: z.infer<typeof Daffron>,
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
  const { tls } = entry;
  const { protocol, username, password } = new URL(entry.endpoint);
  if (!entry.allowPlainHttp && protocol !== 'https:') {
    problems.push(wrong(`${path}.endpoint`, 'must be https, or allowPlainHttp must be true'));
  }
  if (username !== '' || password !== '') {
    problems.push(wrong(`${path}.endpoint`, 'must not hold a name or a password: userId and password name them'));
  }
  return {
    endpoint: entry.endpoint,
    userId: secret('userId', entry.userId),
    password: secret('password', entry.password),
    header: {
      company: entry.company,
      appName: entry.appName,
      appVersion: entry.appVersion,
      ...(entry.context !== undefined && { context: entry.context }),
    },
    ...(tls !== undefined && {
      tls: {
        ...(tls.ca !== undefined && { ca: secret('tls.ca', tls.ca) }),
        ...(tls.certificate !== undefined && { cert: secret('tls.certificate', tls.certificate) }),
        ...(tls.key !== undefined && { key: secret('tls.key', tls.key) }),
      },
    }),
    maxConcurrent: entry.maxConcurrent,
    queueMax: entry.queueMax,
    deadlineMs: entry.deadlineMs,
    attemptTimeoutMs: entry.attemptTimeoutMs,
    retries: entry.retries,
    responseBytesMax: entry.responseBytesMax,
    breaker: entry.breaker,
  };
}

function problemsOf({ issues }: z.ZodError, within: readonly PropertyKey[] = []): ConfigurationProblem[] {
  return issues.map((issue) => wrong(pathText([...within, ...issue.path]) || 'BILLERS_FILE', issue.message));
}

function wrong(setting: string, message: string): ConfigurationProblem {
  return { code: 'CONFIGURATION_INVALID', setting, message };
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`))
    .join('');
}
