// The billers' settings file: its form, checked with exact words, and the secrets that it names but never holds.
import { z } from 'zod';
import { isTimeZone } from '../domain/day';
import {
  foldLabel,
  whyNotConfigured,
  type Biller,
  type ConfigurationProblem,
  type InvoiceType,
} from '../domain/biller';
import { CO_OWNERS_MAX } from '../domain/coOwner';
import { DEFAULT_TENDER_NAMES } from '../domain/tender';
import { BILL_COLUMNS } from '../domain/bills/billColumns';
import type { DaffronSettings } from '../datasources/daffron/daffron';
import {
  ANY_LINE,
  DaffronLine,
  readDaffronLine,
  whyNotLine,
  wrong,
  type LineRules,
  type ReadSecret,
} from './settings/daffronLine';

export interface BillerSettings {
  readonly biller: Biller;
  readonly daffron: DaffronSettings;
}

const text = z.string().min(1).max(200);
const switchedOn = z.boolean().default(true);
const switchedOff = z.boolean().default(false);
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/, 'must be a time of day as HH:MM:SS');

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
  daffron: DaffronLine,
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

const Line = z.object({ daffron: DaffronLine });

const BillersFile = z.strictObject({ billers: z.array(z.unknown()).min(1).max(1000) });

/** The billers of a settings file, or every problem of it at once; `file` is its parsed JSON. */
export function readBillers(
  file: unknown,
  readSecret: ReadSecret,
  rules: LineRules = ANY_LINE,
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
    if (line.success) problems.push(...whyNotLine(line.data.daffron, `${path}.daffron`, rules));
    const daffron = line.success
      ? readDaffronLine(line.data.daffron, `${path}.daffron`, readSecret, problems)
      : undefined;
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
  const siteIds = biller.virtualSites.map(({ id }) => id);
  for (const id of new Set(siteIds.filter((siteId, at) => siteIds.indexOf(siteId) < at))) {
    problems.push(wrong(`${path}.virtualSites`, `has the id ${id} twice`));
  }
  problems.push(...whyNotApart(biller.invoiceTypes, 'chargeCodes', path));
  problems.push(...whyNotApart(biller.invoiceTypes, 'descriptions', path));
  return problems;
}

/** A label at two types would put an item's amount on whichever stands first; case and outer space make no difference. */
function whyNotApart(
  types: readonly InvoiceType[],
  kind: 'chargeCodes' | 'descriptions',
  path: string,
): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const owners = new Map<string, number>();
  for (const [at, type] of types.entries()) {
    for (const label of new Set(type[kind].map(foldLabel))) {
      const owner = owners.get(label);
      if (owner === undefined) owners.set(label, type.id);
      else problems.push(wrong(`${path}.invoiceTypes[${at}].${kind}`, `${label} stands at invoice type ${owner} too`));
    }
  }
  return problems;
}

function problemsOf({ issues }: z.ZodError, within: readonly PropertyKey[] = []): ConfigurationProblem[] {
  return issues.map((issue) => wrong(pathText([...within, ...issue.path]) || 'BILLERS_FILE', issue.message));
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`))
    .join('');
}
