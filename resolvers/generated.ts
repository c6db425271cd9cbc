/* Made by `npm run codegen` from schema/*.graphql; not edited by hand. */
import type { Day } from '../domain/day';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { Caller as CallerModel } from '../domain/caller';
import type { Biller as BillerModel, InvoiceType as InvoiceTypeModel } from '../domain/biller';
import type { Customer as CustomerModel } from '../domain/customer';
import type { Account as AccountModel, AccountPage, AccountEdge as AccountEdgeModel } from '../domain/account';
import type { Balance as BalanceModel, LastPayment as LastPaymentModel } from '../domain/balance';
import type { Money as MoneyModel } from '../domain/money';
import type { Bill as BillModel, BillPage, BillEdge, Payability as PayabilityModel, PayabilityReason as PayabilityReasonModel } from '../domain/invoice';
import type { CoOwner as CoOwnerModel } from '../domain/coOwner';
import type { Context } from './context';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A calendar day of the biller's time zone, as "YYYY-MM-DD". */
  Date: { input: Day; output: Day; }
  /** An instant in UTC, as "YYYY-MM-DDTHH:MM:SS.sssZ". */
  DateTime: { input: Date; output: Date; }
  /** An amount as decimal text with exactly two decimals, for example "-12.00". Never a JSON number on the way out; as an input, text or number with at most two decimals. */
  Decimal: { input: bigint; output: bigint; }
  _FieldSet: { input: string; output: string; }
};

/** An account: what is billed, refreshed and paid as one. */
export type Account = {
  readonly __typename?: 'Account';
  /** The number in Daffron and on the bill, leading zeros included; guests see its last four characters. */
  readonly accountNumber: Scalars['String']['output'];
  /** What is owed now. Asks Daffron as the biller's settings demand; null with the error code BALANCE_UNAVAILABLE where there is neither an answer nor a bill. */
  readonly balance: Maybe<Balance>;
  /** The persons whom Daffron registered beside the owner, at most 15; empty for guests. */
  readonly coOwners: ReadonlyArray<CoOwner>;
  /** The newest bill, of whatever type; null before the first one. */
  readonly currentInvoice: Maybe<Invoice>;
  /** Who owns the account now; null where the caller may not see him. */
  readonly customer: Maybe<Customer>;
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Bills, newest first. */
  readonly invoices: InvoiceConnection;
  /** The main account above this sub account; null when there is none that the caller may see. */
  readonly mainAccount: Maybe<Account>;
  /** Whether the account must hold credit before use; its balance is negative while in credit. */
  readonly prepaid: Scalars['Boolean']['output'];
  /** Where the service is; null for guests and where the bill did not say. */
  readonly serviceAddress: Maybe<Scalars['String']['output']>;
  /** The sub accounts of this account that the caller may see, by account number. */
  readonly subAccounts: AccountConnection;
  /** Whether a bill that names another owner waits for staff; until then the former payers get no refreshed balance and cannot pay. */
  readonly underReview: Scalars['Boolean']['output'];
};


/** An account: what is billed, refreshed and paid as one. */
export type AccountBalanceArgs = {
  maxAgeSeconds: InputMaybe<Scalars['Int']['input']>;
};


/** An account: what is billed, refreshed and paid as one. */
export type AccountInvoicesArgs = {
  after: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};


/** An account: what is billed, refreshed and paid as one. */
export type AccountSubAccountsArgs = {
  after: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A page of accounts. */
export type AccountConnection = {
  readonly __typename?: 'AccountConnection';
  /** The accounts with their cursors. */
  readonly edges: ReadonlyArray<AccountEdge>;
  /** The accounts alone. */
  readonly nodes: ReadonlyArray<Account>;
  /** Where this page begins and ends. */
  readonly pageInfo: PageInfo;
};

/** An account in a page. */
export type AccountEdge = {
  readonly __typename?: 'AccountEdge';
  /** To be given as `after` for what follows. */
  readonly cursor: Scalars['String']['output'];
  /** The account. */
  readonly node: Account;
};

/** What is owed. Shown together with its age, since for a pre-paid account the supply depends on it. */
export type Balance = {
  readonly __typename?: 'Balance';
  /** Kinds of tender that may be used; null until Daffron was heard once. */
  readonly allowedTenders: Maybe<ReadonlyArray<TenderKind>>;
  /** The figures are at least as new as this instant. */
  readonly asOf: Scalars['DateTime']['output'];
  /** Kinds of tender that the utility does not accept for this account now; null until Daffron was heard once. */
  readonly blockedTenders: Maybe<ReadonlyArray<TenderKind>>;
  /** The part that is not past due. */
  readonly current: Money;
  /** The earliest date on which service may be cut off; known from a refresh only. */
  readonly disconnectDate: Maybe<Scalars['Date']['output']>;
  /** The earliest due date among what is owed. */
  readonly dueDate: Maybe<Scalars['Date']['output']>;
  /** Whether Daffron sent more past due than is owed in all; shown as sent. */
  readonly inconsistent: Scalars['Boolean']['output'];
  /** The last payment that Daffron posted; known from a refresh only. */
  readonly lastPayment: Maybe<LastPayment>;
  /** The part that is past due. */
  readonly pastDue: Money;
  /** Whether Daffron sent an amount in a number format (MultiSpeak 3.0) that may have lost cents of one so large. */
  readonly precisionAtRisk: Scalars['Boolean']['output'];
  /** Why the refresh behind a stale answer failed; null where it went well or none was tried. */
  readonly refreshProblem: Maybe<RefreshProblem>;
  /** Where the figures come from. */
  readonly source: BalanceSource;
  /** Whether newer figures were wanted and could not be had. */
  readonly stale: Scalars['Boolean']['output'];
  /** Past due and current together; negative is a credit. */
  readonly total: Money;
};

/** Where a balance comes from. */
export type BalanceSource =
  /** The newest bill file. */
  | 'BIF'
  /** An earlier answer of Daffron, as old as `asOf` says. */
  | 'CACHE'
  /** Asked of Daffron for this answer (real time data refresh). */
  | 'RTDR';

/** A utility that bills through this service; one tenant. */
export type Biller = {
  readonly __typename?: 'Biller';
  /** The biller GUID. */
  readonly id: Scalars['ID']['output'];
  /** The kinds of bill that this biller sends. */
  readonly invoiceTypes: ReadonlyArray<InvoiceType>;
  /** The utility's name, from this service's settings. */
  readonly name: Scalars['String']['output'];
  /** IANA time zone in which due, collection and expire dates are days. */
  readonly timeZone: Scalars['String']['output'];
};

/** A person whom Daffron registered beside an account's owner. Registered and removed in Daffron, not here. */
export type CoOwner = {
  readonly __typename?: 'CoOwner';
  /** The accounts of this co-owner that the caller may see, by account number. */
  readonly accounts: AccountConnection;
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** The person's name; null where the biller keeps the persons of an account apart. */
  readonly name: Maybe<Scalars['String']['output']>;
  /** The user name registered in Daffron; null without one, and where the biller keeps the persons of an account apart. */
  readonly userName: Maybe<Scalars['String']['output']>;
};


/** A person whom Daffron registered beside an account's owner. Registered and removed in Daffron, not here. */
export type CoOwnerAccountsArgs = {
  after: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** ISO 4217 codes of the currencies that this service handles. */
export type CurrencyCode =
  /** United States dollar; amounts have two decimals. */
  | 'USD';

/** One of the biller's own columns. */
export type CustomField = {
  readonly __typename?: 'CustomField';
  /** The column's name, for example Custom1. */
  readonly name: Scalars['String']['output'];
  /** Its text; data, never a formula or markup. */
  readonly value: Scalars['String']['output'];
};

/** A customer of the utility as the newest bill told of him. */
export type Customer = {
  readonly __typename?: 'Customer';
  /** The customer's accounts that the caller may see, by account number. */
  readonly accounts: AccountConnection;
  /** The co-owners of those accounts, each once. */
  readonly coOwners: ReadonlyArray<CoOwner>;
  /** The customer id in Daffron; guests see its last four characters. */
  readonly customerNumber: Scalars['String']['output'];
  /** Address for notices; changed with the utility, not here. Null for guests and co-owners. */
  readonly email: Maybe<Scalars['String']['output']>;
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** Where paper bills go. Null for guests and co-owners. */
  readonly mailingAddress: Maybe<MailingAddress>;
  /** Name lines of the newest bill; masked for guests; null for a co-owner where the biller keeps names apart. */
  readonly name: Maybe<Scalars['String']['output']>;
  /** Phone number known to the utility. Null for guests and co-owners. */
  readonly phone: Maybe<Scalars['String']['output']>;
};


/** A customer of the utility as the newest bill told of him. */
export type CustomerAccountsArgs = {
  after: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};

/** A bill, from a bill file. */
export type Invoice = {
  readonly __typename?: 'Invoice';
  /** The account that is billed. */
  readonly account: Account;
  /** Adjustments of this period. */
  readonly adjustments: Money;
  /** The day on which AutoPay collects; where the bill file named none, the due date moved by the biller's offset. */
  readonly autoPayCollectionDate: Scalars['Date']['output'];
  /** What is owed on it now. The newest bill carries the account's refreshed balance; an older one keeps its billed figures and causes no call. */
  readonly balance: Balance;
  /** What earlier bills left open. */
  readonly balanceForward: Money;
  /** What the bill asked for: forward, charges and adjustments together. */
  readonly billedTotal: Money;
  /** Charges of this period. */
  readonly currentCharges: Money;
  /** Values of the biller's own columns, in the order of the columns; empty for guests. */
  readonly customFields: ReadonlyArray<CustomField>;
  /** The day by which it is to be paid. */
  readonly dueDate: Scalars['Date']['output'];
  /** The last day on which it can be paid here; null: no end. */
  readonly expireDate: Maybe<Scalars['Date']['output']>;
  /** Opaque. */
  readonly id: Scalars['ID']['output'];
  /** The day of the bill. */
  readonly invoiceDate: Scalars['Date']['output'];
  /** The number printed on the bill. */
  readonly invoiceNumber: Scalars['String']['output'];
  /** The kind of bill. */
  readonly invoiceType: InvoiceType;
  /** Plain text from the biller; null for guests. */
  readonly message: Maybe<Scalars['String']['output']>;
  /** The days on which the biller asks for a notice, ascending, at most three. */
  readonly notifications: ReadonlyArray<InvoiceNotification>;
  /** The part of it that was past due when the bill was made. */
  readonly pastDue: Money;
  /** Whether it can be paid, as far as is known without asking Daffron. */
  readonly payability: Payability;
  /** The days of service that are billed; null where the bill did not say. */
  readonly servicePeriod: Maybe<ServicePeriod>;
  /** Where it stands. */
  readonly status: InvoiceStatus;
  /** The newest bill of the same account and type, where that is another one. */
  readonly supersededBy: Maybe<Invoice>;
};


/** A bill, from a bill file. */
export type InvoiceBalanceArgs = {
  maxAgeSeconds: InputMaybe<Scalars['Int']['input']>;
};

/** A page of bills. */
export type InvoiceConnection = {
  readonly __typename?: 'InvoiceConnection';
  /** The bills with their cursors. */
  readonly edges: ReadonlyArray<InvoiceEdge>;
  /** The bills alone. */
  readonly nodes: ReadonlyArray<Invoice>;
  /** Where this page begins and ends. */
  readonly pageInfo: PageInfo;
};

/** A bill in a page. */
export type InvoiceEdge = {
  readonly __typename?: 'InvoiceEdge';
  /** To be given as `after` for what follows. */
  readonly cursor: Scalars['String']['output'];
  /** The bill. */
  readonly node: Invoice;
};

/** A day on which a notice about a bill is wanted. */
export type InvoiceNotification = {
  readonly __typename?: 'InvoiceNotification';
  /** The day. */
  readonly date: Scalars['Date']['output'];
  /** 1, 2 or 3. */
  readonly sequence: Scalars['Int']['output'];
};

/** Where a bill stands. */
export type InvoiceStatus =
  /** The newest bill of its account and type. */
  | 'CURRENT'
  /** The newest of its kind, past its expire date. */
  | 'EXPIRED'
  /** A newer bill of the same account and type contains what this one left open. */
  | 'SUPERSEDED'
  /** The newest that the caller may see, while a bill that names another owner waits for staff. */
  | 'UNDER_REVIEW';

/** A kind of bill, for example electric or water. */
export type InvoiceType = {
  readonly __typename?: 'InvoiceType';
  /** The number that bill files carry, for example 42. */
  readonly id: Scalars['Int']['output'];
  /** Name for people, from the biller's settings. */
  readonly name: Scalars['String']['output'];
};

/** A payment that Daffron posted. */
export type LastPayment = {
  readonly __typename?: 'LastPayment';
  /** What was paid. */
  readonly amount: Money;
  /** The day of the payment. */
  readonly date: Scalars['Date']['output'];
};

/** A postal address in the United States. */
export type MailingAddress = {
  readonly __typename?: 'MailingAddress';
  /** City. */
  readonly city: Scalars['String']['output'];
  /** Street and number. */
  readonly line1: Scalars['String']['output'];
  /** Apartment or the like. */
  readonly line2: Maybe<Scalars['String']['output']>;
  /** Two letters. */
  readonly state: Scalars['String']['output'];
  /** Five digits, or five and four. */
  readonly zip: Scalars['String']['output'];
};

/** An amount of money. */
export type Money = {
  readonly __typename?: 'Money';
  /** Decimal text with two decimals; negative is a credit. */
  readonly amount: Scalars['Decimal']['output'];
  /** The currency of the amount. */
  readonly currencyCode: CurrencyCode;
};

/** What holds a bill back. */
export type NotPayableCause =
  /** The utility is reviewing who is responsible for the account. */
  | 'CONVEYANCE_REVIEW';

/** Where a page of a connection begins and ends. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** Cursor of the last item, to be given as `after`; null on an empty page. */
  readonly endCursor: Maybe<Scalars['String']['output']>;
  /** Whether more items follow this page. */
  readonly hasNextPage: Scalars['Boolean']['output'];
  /** Whether this page began behind a cursor. */
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  /** Cursor of the first item; null on an empty page. */
  readonly startCursor: Maybe<Scalars['String']['output']>;
};

/** Whether a bill can be paid, and why not. */
export type Payability = {
  readonly __typename?: 'Payability';
  /** The bill to pay: this one, or the newer one in its place; null where the caller may not see it. */
  readonly mostRecentInvoice: Maybe<Invoice>;
  /** True when there is no reason against it. */
  readonly payable: Scalars['Boolean']['output'];
  /** All reasons against it. */
  readonly reasons: ReadonlyArray<PayabilityReason>;
};

/** Why a bill cannot be paid. */
export type PayabilityCode =
  /** Its expire date is past. */
  | 'INVOICE_EXPIRED'
  /** It is held back; `cause` says why. */
  | 'INVOICE_NOT_PAYABLE'
  /** A newer bill must be paid in its place. */
  | 'NOT_MOST_RECENT_INVOICE'
  /** The utility accepts no kind of tender for the account. */
  | 'PAYMENT_BLOCKED';

/** A reason why a bill cannot be paid. */
export type PayabilityReason = {
  readonly __typename?: 'PayabilityReason';
  /** What holds the bill back, with INVOICE_NOT_PAYABLE. */
  readonly cause: Maybe<NotPayableCause>;
  /** For programs. */
  readonly code: PayabilityCode;
  /** For people. */
  readonly message: Scalars['String']['output'];
};

/** Every field answers for the caller of the token: what he may not see looks as if it did not exist. */
export type Query = {
  readonly __typename?: 'Query';
  /** An account by its id; null when there is none that the caller may see. */
  readonly account: Maybe<Account>;
  /** An account by the number that is printed on its bills; null when there is none that the caller may see. */
  readonly accountByNumber: Maybe<Account>;
  /** Accounts by their ids, at most 200, in the order of the ids; null in the place of each that the caller may not see. */
  readonly accounts: ReadonlyArray<Maybe<Account>>;
  /** The utility (tenant) that the caller's token names. */
  readonly biller: Biller;
  /** A customer by its id; null when there is none that the caller may see. */
  readonly customer: Maybe<Customer>;
  /** A bill by its id; null when there is none that the caller may see. */
  readonly invoice: Maybe<Invoice>;
  /** The caller himself, as his token and Daffron's links describe him. */
  readonly viewer: Viewer;
};


/** Every field answers for the caller of the token: what he may not see looks as if it did not exist. */
export type QueryAccountArgs = {
  id: Scalars['ID']['input'];
};


/** Every field answers for the caller of the token: what he may not see looks as if it did not exist. */
export type QueryAccountByNumberArgs = {
  accountNumber: Scalars['String']['input'];
};


/** Every field answers for the caller of the token: what he may not see looks as if it did not exist. */
export type QueryAccountsArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};


/** Every field answers for the caller of the token: what he may not see looks as if it did not exist. */
export type QueryCustomerArgs = {
  id: Scalars['ID']['input'];
};


/** Every field answers for the caller of the token: what he may not see looks as if it did not exist. */
export type QueryInvoiceArgs = {
  id: Scalars['ID']['input'];
};

/** Why a refresh that was wanted brought nothing. */
export type RefreshProblem =
  /** Daffron did not answer, or refused. */
  | 'BALANCE_UNAVAILABLE'
  /** Daffron's answer could not be read with certainty. */
  | 'BALANCE_UNPARSEABLE';

/** What a caller is to this service. */
export type Role =
  /** Staff of the utility: administration. */
  | 'BILLER_ADMIN'
  /** A person whom Daffron registered beside an account's owner. */
  | 'CO_OWNER'
  /** Staff of the utility: customer service. */
  | 'CSR'
  /** A payer without a login; sees the one bill that his grant names. */
  | 'GUEST'
  /** A customer who owns accounts. */
  | 'OWNER'
  /** A program, such as the one that delivers bill files; sees no customer. */
  | 'SERVICE';

/** First and last day of a billed service; either may be unknown. */
export type ServicePeriod = {
  readonly __typename?: 'ServicePeriod';
  /** Last day. */
  readonly end: Maybe<Scalars['Date']['output']>;
  /** First day. */
  readonly start: Maybe<Scalars['Date']['output']>;
};

/** A kind of tender that the utility can block for an account. */
export type TenderKind =
  /** Electronic checks and bank debits. */
  | 'BANK'
  /** Credit and debit cards. */
  | 'CARD';

/** The caller. */
export type Viewer = {
  readonly __typename?: 'Viewer';
  /** The accounts that the token names and that Daffron links to the user name now; empty for staff, who find accounts by number. */
  readonly accounts: AccountConnection;
  /** The customer whose accounts the caller owns; null for everyone else. */
  readonly customer: Maybe<Customer>;
  /** The role that the token states. */
  readonly role: Role;
  /** The user name registered in Daffron; null for guests and services. */
  readonly userName: Maybe<Scalars['String']['output']>;
};


/** The caller. */
export type ViewerAccountsArgs = {
  after: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;

export type ReferenceResolver<TResult, TReference, TContext> = (
      reference: TReference,
      context: TContext,
      info: GraphQLResolveInfo
    ) => Promise<TResult> | TResult;

      type ScalarCheck<T, S> = S extends true ? T : NullableCheck<T, S>;
      type NullableCheck<T, S> = Maybe<T> extends T ? Maybe<ListCheck<NonNullable<T>, S>> : ListCheck<T, S>;
      type ListCheck<T, S> = T extends (infer U)[] ? NullableCheck<U, S>[] : GraphQLRecursivePick<T, S>;
      export type GraphQLRecursivePick<T, S> = { [K in keyof T & keyof S]: ScalarCheck<T[K], S[K]> };
    

export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

/** Mapping of federation types */
export type FederationTypes = {
  Account: Account;
  Biller: Biller;
  CoOwner: CoOwner;
  Customer: Customer;
  Invoice: Invoice;
};

/** Mapping of federation reference types */
export type FederationReferenceTypes = {
  Account:
    ( { __typename: 'Account' }
    & GraphQLRecursivePick<FederationTypes['Account'], {"id":true}> );
  Biller:
    ( { __typename: 'Biller' }
    & GraphQLRecursivePick<FederationTypes['Biller'], {"id":true}> );
  CoOwner:
    ( { __typename: 'CoOwner' }
    & GraphQLRecursivePick<FederationTypes['CoOwner'], {"id":true}> );
  Customer:
    ( { __typename: 'Customer' }
    & GraphQLRecursivePick<FederationTypes['Customer'], {"id":true}> );
  Invoice:
    ( { __typename: 'Invoice' }
    & GraphQLRecursivePick<FederationTypes['Invoice'], {"id":true}> );
};



/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  Account: ResolverTypeWrapper<AccountModel>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  AccountConnection: ResolverTypeWrapper<AccountPage>;
  AccountEdge: ResolverTypeWrapper<AccountEdgeModel>;
  Balance: ResolverTypeWrapper<BalanceModel>;
  BalanceSource: BalanceSource;
  Biller: ResolverTypeWrapper<BillerModel>;
  CoOwner: ResolverTypeWrapper<CoOwnerModel>;
  CurrencyCode: CurrencyCode;
  CustomField: ResolverTypeWrapper<CustomField>;
  Customer: ResolverTypeWrapper<CustomerModel>;
  Date: ResolverTypeWrapper<Scalars['Date']['output']>;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Decimal: ResolverTypeWrapper<Scalars['Decimal']['output']>;
  Invoice: ResolverTypeWrapper<BillModel>;
  InvoiceConnection: ResolverTypeWrapper<BillPage>;
  InvoiceEdge: ResolverTypeWrapper<BillEdge>;
  InvoiceNotification: ResolverTypeWrapper<InvoiceNotification>;
  InvoiceStatus: InvoiceStatus;
  InvoiceType: ResolverTypeWrapper<InvoiceTypeModel>;
  LastPayment: ResolverTypeWrapper<LastPaymentModel>;
  MailingAddress: ResolverTypeWrapper<MailingAddress>;
  Money: ResolverTypeWrapper<MoneyModel>;
  NotPayableCause: NotPayableCause;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Payability: ResolverTypeWrapper<PayabilityModel>;
  PayabilityCode: PayabilityCode;
  PayabilityReason: ResolverTypeWrapper<PayabilityReasonModel>;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  RefreshProblem: RefreshProblem;
  Role: Role;
  ServicePeriod: ResolverTypeWrapper<ServicePeriod>;
  TenderKind: TenderKind;
  Viewer: ResolverTypeWrapper<CallerModel>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  Account: AccountModel;
  String: Scalars['String']['output'];
  Int: Scalars['Int']['output'];
  ID: Scalars['ID']['output'];
  Boolean: Scalars['Boolean']['output'];
  AccountConnection: AccountPage;
  AccountEdge: AccountEdgeModel;
  Balance: BalanceModel;
  Biller: BillerModel;
  CoOwner: CoOwnerModel;
  CustomField: CustomField;
  Customer: CustomerModel;
  Date: Scalars['Date']['output'];
  DateTime: Scalars['DateTime']['output'];
  Decimal: Scalars['Decimal']['output'];
  Invoice: BillModel;
  InvoiceConnection: BillPage;
  InvoiceEdge: BillEdge;
  InvoiceNotification: InvoiceNotification;
  InvoiceType: InvoiceTypeModel;
  LastPayment: LastPaymentModel;
  MailingAddress: MailingAddress;
  Money: MoneyModel;
  PageInfo: PageInfo;
  Payability: PayabilityModel;
  PayabilityReason: PayabilityReasonModel;
  Query: Record<PropertyKey, never>;
  ServicePeriod: ServicePeriod;
  Viewer: CallerModel;
};

export type AccountResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Account'] = ResolversParentTypes['Account'], FederationReferenceType extends FederationReferenceTypes['Account'] = FederationReferenceTypes['Account']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Account']> | FederationReferenceType, FederationReferenceType, ContextType>;
  accountNumber?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  balance?: Resolver<Maybe<ResolversTypes['Balance']>, ParentType, ContextType, Partial<AccountBalanceArgs>>;
  coOwners?: Resolver<ReadonlyArray<ResolversTypes['CoOwner']>, ParentType, ContextType>;
  currentInvoice?: Resolver<Maybe<ResolversTypes['Invoice']>, ParentType, ContextType>;
  customer?: Resolver<Maybe<ResolversTypes['Customer']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  invoices?: Resolver<ResolversTypes['InvoiceConnection'], ParentType, ContextType, RequireFields<AccountInvoicesArgs, 'first'>>;
  mainAccount?: Resolver<Maybe<ResolversTypes['Account']>, ParentType, ContextType>;
  prepaid?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  serviceAddress?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  subAccounts?: Resolver<ResolversTypes['AccountConnection'], ParentType, ContextType, RequireFields<AccountSubAccountsArgs, 'first'>>;
  underReview?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
};

export type AccountConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AccountConnection'] = ResolversParentTypes['AccountConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['AccountEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Account']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type AccountEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['AccountEdge'] = ResolversParentTypes['AccountEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Account'], ParentType, ContextType>;
};

export type BalanceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Balance'] = ResolversParentTypes['Balance']> = {
  allowedTenders?: Resolver<Maybe<ReadonlyArray<ResolversTypes['TenderKind']>>, ParentType, ContextType>;
  asOf?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  blockedTenders?: Resolver<Maybe<ReadonlyArray<ResolversTypes['TenderKind']>>, ParentType, ContextType>;
  current?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  disconnectDate?: Resolver<Maybe<ResolversTypes['Date']>, ParentType, ContextType>;
  dueDate?: Resolver<Maybe<ResolversTypes['Date']>, ParentType, ContextType>;
  inconsistent?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  lastPayment?: Resolver<Maybe<ResolversTypes['LastPayment']>, ParentType, ContextType>;
  pastDue?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  precisionAtRisk?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  refreshProblem?: Resolver<Maybe<ResolversTypes['RefreshProblem']>, ParentType, ContextType>;
  source?: Resolver<ResolversTypes['BalanceSource'], ParentType, ContextType>;
  stale?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  total?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
};

export type BillerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Biller'] = ResolversParentTypes['Biller'], FederationReferenceType extends FederationReferenceTypes['Biller'] = FederationReferenceTypes['Biller']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Biller']> | FederationReferenceType, FederationReferenceType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  invoiceTypes?: Resolver<ReadonlyArray<ResolversTypes['InvoiceType']>, ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  timeZone?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type CoOwnerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CoOwner'] = ResolversParentTypes['CoOwner'], FederationReferenceType extends FederationReferenceTypes['CoOwner'] = FederationReferenceTypes['CoOwner']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['CoOwner']> | FederationReferenceType, FederationReferenceType, ContextType>;
  accounts?: Resolver<ResolversTypes['AccountConnection'], ParentType, ContextType, RequireFields<CoOwnerAccountsArgs, 'first'>>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  userName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type CustomFieldResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CustomField'] = ResolversParentTypes['CustomField']> = {
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  value?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type CustomerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Customer'] = ResolversParentTypes['Customer'], FederationReferenceType extends FederationReferenceTypes['Customer'] = FederationReferenceTypes['Customer']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Customer']> | FederationReferenceType, FederationReferenceType, ContextType>;
  accounts?: Resolver<ResolversTypes['AccountConnection'], ParentType, ContextType, RequireFields<CustomerAccountsArgs, 'first'>>;
  coOwners?: Resolver<ReadonlyArray<ResolversTypes['CoOwner']>, ParentType, ContextType>;
  customerNumber?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  mailingAddress?: Resolver<Maybe<ResolversTypes['MailingAddress']>, ParentType, ContextType>;
  name?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  phone?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export interface DateScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Date'], any> {
  name: 'Date';
}

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export interface DecimalScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['Decimal'], any> {
  name: 'Decimal';
}

export type InvoiceResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Invoice'] = ResolversParentTypes['Invoice'], FederationReferenceType extends FederationReferenceTypes['Invoice'] = FederationReferenceTypes['Invoice']> = {
  __resolveReference?: ReferenceResolver<Maybe<ResolversTypes['Invoice']> | FederationReferenceType, FederationReferenceType, ContextType>;
  account?: Resolver<ResolversTypes['Account'], ParentType, ContextType>;
  adjustments?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  autoPayCollectionDate?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
  balance?: Resolver<ResolversTypes['Balance'], ParentType, ContextType, Partial<InvoiceBalanceArgs>>;
  balanceForward?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  billedTotal?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  currentCharges?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  customFields?: Resolver<ReadonlyArray<ResolversTypes['CustomField']>, ParentType, ContextType>;
  dueDate?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
  expireDate?: Resolver<Maybe<ResolversTypes['Date']>, ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  invoiceDate?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
  invoiceNumber?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  invoiceType?: Resolver<ResolversTypes['InvoiceType'], ParentType, ContextType>;
  message?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  notifications?: Resolver<ReadonlyArray<ResolversTypes['InvoiceNotification']>, ParentType, ContextType>;
  pastDue?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  payability?: Resolver<ResolversTypes['Payability'], ParentType, ContextType>;
  servicePeriod?: Resolver<Maybe<ResolversTypes['ServicePeriod']>, ParentType, ContextType>;
  status?: Resolver<ResolversTypes['InvoiceStatus'], ParentType, ContextType>;
  supersededBy?: Resolver<Maybe<ResolversTypes['Invoice']>, ParentType, ContextType>;
};

export type InvoiceConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvoiceConnection'] = ResolversParentTypes['InvoiceConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['InvoiceEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Invoice']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type InvoiceEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvoiceEdge'] = ResolversParentTypes['InvoiceEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Invoice'], ParentType, ContextType>;
};

export type InvoiceNotificationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvoiceNotification'] = ResolversParentTypes['InvoiceNotification']> = {
  date?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
  sequence?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type InvoiceTypeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['InvoiceType'] = ResolversParentTypes['InvoiceType']> = {
  id?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type LastPaymentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['LastPayment'] = ResolversParentTypes['LastPayment']> = {
  amount?: Resolver<ResolversTypes['Money'], ParentType, ContextType>;
  date?: Resolver<ResolversTypes['Date'], ParentType, ContextType>;
};

export type MailingAddressResolvers<ContextType = Context, ParentType extends ResolversParentTypes['MailingAddress'] = ResolversParentTypes['MailingAddress']> = {
  city?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  line1?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  line2?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  state?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  zip?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MoneyResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Money'] = ResolversParentTypes['Money']> = {
  amount?: Resolver<ResolversTypes['Decimal'], ParentType, ContextType>;
  currencyCode?: Resolver<ResolversTypes['CurrencyCode'], ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PayabilityResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Payability'] = ResolversParentTypes['Payability']> = {
  mostRecentInvoice?: Resolver<Maybe<ResolversTypes['Invoice']>, ParentType, ContextType>;
  payable?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  reasons?: Resolver<ReadonlyArray<ResolversTypes['PayabilityReason']>, ParentType, ContextType>;
};

export type PayabilityReasonResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PayabilityReason'] = ResolversParentTypes['PayabilityReason']> = {
  cause?: Resolver<Maybe<ResolversTypes['NotPayableCause']>, ParentType, ContextType>;
  code?: Resolver<ResolversTypes['PayabilityCode'], ParentType, ContextType>;
  message?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  account?: Resolver<Maybe<ResolversTypes['Account']>, ParentType, ContextType, RequireFields<QueryAccountArgs, 'id'>>;
  accountByNumber?: Resolver<Maybe<ResolversTypes['Account']>, ParentType, ContextType, RequireFields<QueryAccountByNumberArgs, 'accountNumber'>>;
  accounts?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Account']>>, ParentType, ContextType, RequireFields<QueryAccountsArgs, 'ids'>>;
  biller?: Resolver<ResolversTypes['Biller'], ParentType, ContextType>;
  customer?: Resolver<Maybe<ResolversTypes['Customer']>, ParentType, ContextType, RequireFields<QueryCustomerArgs, 'id'>>;
  invoice?: Resolver<Maybe<ResolversTypes['Invoice']>, ParentType, ContextType, RequireFields<QueryInvoiceArgs, 'id'>>;
  viewer?: Resolver<ResolversTypes['Viewer'], ParentType, ContextType>;
};

export type ServicePeriodResolvers<ContextType = Context, ParentType extends ResolversParentTypes['ServicePeriod'] = ResolversParentTypes['ServicePeriod']> = {
  end?: Resolver<Maybe<ResolversTypes['Date']>, ParentType, ContextType>;
  start?: Resolver<Maybe<ResolversTypes['Date']>, ParentType, ContextType>;
};

export type ViewerResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Viewer'] = ResolversParentTypes['Viewer']> = {
  accounts?: Resolver<ResolversTypes['AccountConnection'], ParentType, ContextType, RequireFields<ViewerAccountsArgs, 'first'>>;
  customer?: Resolver<Maybe<ResolversTypes['Customer']>, ParentType, ContextType>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
  userName?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  Account?: AccountResolvers<ContextType>;
  AccountConnection?: AccountConnectionResolvers<ContextType>;
  AccountEdge?: AccountEdgeResolvers<ContextType>;
  Balance?: BalanceResolvers<ContextType>;
  Biller?: BillerResolvers<ContextType>;
  CoOwner?: CoOwnerResolvers<ContextType>;
  CustomField?: CustomFieldResolvers<ContextType>;
  Customer?: CustomerResolvers<ContextType>;
  Date?: GraphQLScalarType;
  DateTime?: GraphQLScalarType;
  Decimal?: GraphQLScalarType;
  Invoice?: InvoiceResolvers<ContextType>;
  InvoiceConnection?: InvoiceConnectionResolvers<ContextType>;
  InvoiceEdge?: InvoiceEdgeResolvers<ContextType>;
  InvoiceNotification?: InvoiceNotificationResolvers<ContextType>;
  InvoiceType?: InvoiceTypeResolvers<ContextType>;
  LastPayment?: LastPaymentResolvers<ContextType>;
  MailingAddress?: MailingAddressResolvers<ContextType>;
  Money?: MoneyResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Payability?: PayabilityResolvers<ContextType>;
  PayabilityReason?: PayabilityReasonResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  ServicePeriod?: ServicePeriodResolvers<ContextType>;
  Viewer?: ViewerResolvers<ContextType>;
};

