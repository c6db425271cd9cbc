// A biller (tenant) and its settings; which of them contradict what this integration requires (CAP-03).
import { CO_OWNERS_MAX } from './coOwner';
import type { TenderNames } from './tender';

export interface InvoiceType {
  readonly id: number;
  readonly name: string;
  /** Charge codes and descriptions of payable items that belong to this type; compared without case and outer space. */
  readonly chargeCodes: readonly string[];
  readonly descriptions: readonly string[];
}

export interface VirtualSite {
  readonly id: string;
  readonly invoiceTypeId: number;
  /** Columns of the bill file that must all match (VST-01, VST-02). */
  readonly searchColumns: readonly string[];
}

export type BatchClosure =
  | { readonly mode: 'AUTO'; readonly closesAt: string }
  | { readonly mode: 'CUSTOM'; readonly closesAt: readonly string[] };

/** The numbered options of the integration; the number is in the name's comment. */
export interface BillerOptions {
  /** 40: an older balance-forward bill cannot be paid. Required. */
  readonly blockOlderInvoices: boolean;
  /** 41. Required to be MOST_RECENT_INVOICE_FIRST. */
  readonly paymentOrder: string;
  /** 53. */
  readonly preselectOpenInvoices: boolean;
  /** 54. */
  readonly staffCart: boolean;
  /** 64: ask Daffron at every read instead of keeping an answer for six hours. */
  readonly overrideRefreshCheck: boolean;
  /** 74. Required. */
  readonly multipleCustomerLogin: boolean;
  /** 78. Required. */
  readonly allowCoOwners: boolean;
  /** 79. Required to be 15. */
  readonly maximumCoOwners: number;
  /** Advanced setting 32: block flags come from Daffron alone. Required. */
  readonly blockFlagsFromDaffron: boolean;
  readonly cloudPay: boolean;
}

/** What a payer may change in a session that began at another site (SSO-01, SSO-02). */
export interface SsoChangeOptions {
  readonly profile: boolean;
  readonly password: boolean;
  readonly contact: boolean;
  readonly paymentMethods: boolean;
  readonly autoPay: boolean;
  readonly paperless: boolean;
  readonly coOwners: boolean;
}

export interface Biller {
  /** The biller GUID, in lower case. */
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly authenticationType: string;
  readonly billingModel: string;
  readonly autoConveyance: boolean | undefined;
  /** Days from the due date to the AutoPay collection where a bill names none; negative is before (APD-02). */
  readonly autoPayOffsetDays: number;
  readonly linksFromAssertion: boolean;
  /** Whether owner and co-owners see each other's names (COO-02). */
  readonly coOwnerNamesVisible: boolean;
  readonly billPresentment: 'DAFFRON' | 'BILLER_PDF' | 'OTHER';
  /** Hosts that a bill image may come from. */
  readonly billImageHosts: readonly string[];
  readonly batchClosure: BatchClosure;
  readonly invoiceTypes: readonly InvoiceType[];
  readonly virtualSites: readonly VirtualSite[];
  readonly options: BillerOptions;
  readonly ssoChangeOptions: SsoChangeOptions;
  readonly tenderNames: TenderNames;
  /** This biller's own names for the columns of section "BIF columns" in docs/bif.md; absent ones keep ours. */
  readonly bifColumnNames: Readonly<Record<string, string>>;
}

export interface ConfigurationProblem {
  readonly code: 'CONFIGURATION_INVALID';
  /** The setting as a path, for example `billers[0].options.maximumCoOwners`. */
  readonly setting: string;
  readonly message: string;
}

/** The settings that a rule of this integration decides. */
export type RequiredSettings = Pick<Biller, 'options' | 'authenticationType' | 'billingModel' | 'autoConveyance'>;

/** Every setting of a biller that contradicts a rule which this integration requires. */
export function whyNotConfigured(biller: RequiredSettings, path: string): readonly ConfigurationProblem[] {
  const wrong = (setting: string, message: string): ConfigurationProblem => ({
    code: 'CONFIGURATION_INVALID',
    setting: `${path}.${setting}`,
    message,
  });
  const problems: ConfigurationProblem[] = [];
  const { options } = biller;
  if (!options.blockOlderInvoices) problems.push(wrong('options.blockOlderInvoices', 'option 40 must be on (BAL-01)'));
  if (options.paymentOrder !== 'MOST_RECENT_INVOICE_FIRST') {
    problems.push(wrong('options.paymentOrder', 'option 41 must be MOST_RECENT_INVOICE_FIRST (BAL-03)'));
  }
  if (!options.multipleCustomerLogin)
    problems.push(wrong('options.multipleCustomerLogin', 'option 74 must be on (MUL-01)'));
  if (!options.allowCoOwners) problems.push(wrong('options.allowCoOwners', 'option 78 must be on (COO-01)'));
  if (options.maximumCoOwners !== CO_OWNERS_MAX) {
    problems.push(wrong('options.maximumCoOwners', `option 79 must be ${CO_OWNERS_MAX} (COO-04)`));
  }
  if (!options.blockFlagsFromDaffron) {
    problems.push(wrong('options.blockFlagsFromDaffron', 'advanced setting 32 must be on (BLK-02)'));
  }
  if (biller.authenticationType !== 'USERNAME_AND_PASSWORD') {
    problems.push(wrong('authenticationType', 'must be USERNAME_AND_PASSWORD (LOG-01)'));
  }
  if (biller.billingModel !== 'BALANCE_FORWARD') {
    problems.push(wrong('billingModel', 'must be BALANCE_FORWARD; open item billing is not supported (BAL-11)'));
  }
  if (biller.autoConveyance === undefined) {
    problems.push(wrong('autoConveyance', 'must be decided: true or false (CNV-01)'));
  }
  return problems;
}

/** The invoice type of a payable item by its charge code, else by its description; null where the biller maps neither. */
export function invoiceTypeOf(biller: Biller, chargeCode: string | null, description: string | null): number | null {
  const code = foldLabel(chargeCode);
  const text = foldLabel(description);
  const byCode = biller.invoiceTypes.find(
    (type) => code !== '' && type.chargeCodes.some((known) => foldLabel(known) === code),
  );
  const byText = biller.invoiceTypes.find(
    (type) => text !== '' && type.descriptions.some((known) => foldLabel(known) === text),
  );
  return (byCode ?? byText)?.id ?? null;
}

/** Charge codes and descriptions are compared without case and outer space. */
export function foldLabel(label: string | null): string {
  return (label ?? '').trim().toLowerCase();
}
