// The cases made by hand at the electric cooperative: fixed account numbers and amounts, so that a README, a test or a
// demonstration can name them. What each shows stands beside it in `what`.
import type { AccountPlan } from './world/accounts';
import { electric, lighting, person } from './world/casePlans';
import { makeCoOwner, type CoOwner } from './world/people';

/** Account numbers of the cases; all at the cooperative but `sameNumber`, which is at the water utility. */
export const CASE_ACCOUNTS = {
  farm: '0004512000',
  house: '0004512001',
  pump: '0004512002',
  sameNumber: '0004512001',
  prepaidCredit: '0004513001',
  bankBlocked: '0004513002',
  allBlocked: '0004513003',
  expired: '0004513004',
  pastDue: '0004513005',
  nothingPayable: '0004513006',
  twoTypes: '0004513007',
  twoTypesUnknownCode: '0004513008',
  large: '0004513009',
  fifteenCoOwners: '0004513010',
  conveyed: '0004513011',
  landlord: '0004513020',
  tenant: '0004513021',
  guest: '0004513030',
} as const;

export type CaseKey = keyof typeof CASE_ACCOUNTS;

/** The login of the sample owner, and of the co-owner of his house. */
export const OWNER_LOGIN = 'janedoe';
export const CO_OWNER_LOGIN = 'jdoe2';
/** A member of staff; the bill files know no staff, so this is a name and nothing more. */
export const STAFF_LOGIN = 'csr.miller';

export interface NamedCase {
  readonly key: CaseKey;
  readonly what: string;
  readonly plan: AccountPlan;
}

const JANE = person('C-88213', 'DOE JANE', {
  address: { address1: '12 ELM ST', address2: 'APT 4', city: 'SPRINGFIELD', state: 'MO', zip: '65801-1201' },
  phone: '417-555-0134',
  email: 'jane@example.org',
  loginName: OWNER_LOGIN,
  registrationValue: '65801',
});
const JOHN: CoOwner = { customerId: 'C-90001', userName: CO_OWNER_LOGIN, name: 'DOE JOHN' };

/** The owner's three accounts: a farm with its house and its well pump. */
const OWNER_CASES: readonly NamedCase[] = [
  {
    key: 'farm',
    what: 'main account of the sample owner; nothing paid since the bill',
    plan: {
      accountNumber: CASE_ACCOUNTS.farm,
      customer: JANE,
      serviceAddress: '480 COUNTY ROAD 14 SPRINGFIELD',
      partialAllowed: true,
      billedDaysAgo: 9,
      expireAfterDays: 120,
      message: 'THANK YOU',
      services: [electric({ typicalCents: 40_000, newest: { forward: '0.00', charges: '412.75' }, paidSince: '0.00' })],
    },
  },
  {
    key: 'house',
    what: 'sub account: billed 128.10, of which 48.10 was paid at the counter since, so 80.00 is open',
    plan: {
      accountNumber: CASE_ACCOUNTS.house,
      mainAccountNumber: CASE_ACCOUNTS.farm,
      customer: JANE,
      serviceAddress: '12 ELM ST APT 4 SPRINGFIELD',
      partialAllowed: true,
      coOwners: [JOHN],
      billedDaysAgo: 9,
      expireAfterDays: 120,
      message: 'THANK YOU',
      services: [electric({ newest: { forward: '45.10', charges: '83.00' }, paidSince: '48.10' })],
    },
  },
  {
    key: 'pump',
    what: 'second sub account of the sample owner, with a credit adjusted on the bill',
    plan: {
      accountNumber: CASE_ACCOUNTS.pump,
      mainAccountNumber: CASE_ACCOUNTS.farm,
      customer: JANE,
      serviceAddress: '480 COUNTY ROAD 14 WELL SPRINGFIELD',
      partialAllowed: true,
      billedDaysAgo: 9,
      expireAfterDays: 120,
      services: [
        electric({
          typicalCents: 4_000,
          newest: { forward: '0.00', charges: '41.42', adjustment: '-3.00' },
          paidSince: '0.00',
        }),
      ],
    },
  },
];

/** Accounts that may not pay, or only in part, or owe nothing. */
const PAYABILITY_CASES: readonly NamedCase[] = [
  {
    key: 'prepaidCredit',
    what: 'pre-paid account in credit 25.00: the bill and the live balance say -25.00',
    plan: {
      accountNumber: CASE_ACCOUNTS.prepaidCredit,
      customer: person('C-88301', 'PREWITT PAULA', { loginName: 'pprewitt' }),
      prepaid: true,
      autoPay: false,
      expireAfterDays: null,
      services: [
        electric({
          typicalCents: 6_000,
          payer: 'prepaid',
          newest: { forward: '-85.00', charges: '60.00' },
          paidSince: '0.00',
        }),
      ],
    },
  },
  {
    key: 'bankBlocked',
    what: 'payer of returned checks: the utility takes a card and no bank payment',
    plan: {
      accountNumber: CASE_ACCOUNTS.bankBlocked,
      customer: person('C-88302', 'BLOCKER BEN', { loginName: 'bblocker' }),
      transactionTypes: ['CreditCard'],
      services: [electric({ newest: { forward: '0.00', charges: '95.20' }, paidSince: '0.00' })],
    },
  },
  {
    key: 'allBlocked',
    what: 'the list of transaction types is there and empty: nothing is taken',
    plan: {
      accountNumber: CASE_ACCOUNTS.allBlocked,
      customer: person('C-88303', 'STOPPARD STELLA', { loginName: 'sstoppard' }),
      transactionTypes: [],
      services: [electric({ newest: { forward: '210.40', charges: '88.15' }, paidSince: '0.00' })],
    },
  },
  {
    key: 'expired',
    what: 'the newest bill is past its expire date',
    plan: {
      accountNumber: CASE_ACCOUNTS.expired,
      customer: person('C-88304', 'LATIMER LEO', { loginName: 'llatimer' }),
      billedDaysAgo: 19,
      expireAfterDays: 15,
      services: [electric({ newest: { forward: '0.00', charges: '71.33' }, paidSince: '0.00' })],
    },
  },
  {
    key: 'pastDue',
    what: 'owes 300.00 from earlier bills and will be cut off in six days',
    plan: {
      accountNumber: CASE_ACCOUNTS.pastDue,
      customer: person('C-88305', 'OWENS OTTO', { loginName: 'oowens' }),
      disconnectInDays: 6,
      services: [electric({ payer: 'behind', newest: { forward: '300.00', charges: '102.50' }, paidSince: '0.00' })],
    },
  },
  {
    key: 'nothingPayable',
    what: 'paid in full since the bill: no payable item at all, which means 0.00',
    plan: {
      accountNumber: CASE_ACCOUNTS.nothingPayable,
      customer: person('C-88306', 'FREEMAN FAY', { loginName: 'ffreeman' }),
      services: [electric({ newest: { forward: '0.00', charges: '64.20' }, paidSince: '64.20' })],
    },
  },
  {
    key: 'large',
    what: 'above 131072.00, where a single-precision number loses cents',
    plan: {
      accountNumber: CASE_ACCOUNTS.large,
      customer: person('C-88309', 'HOLLOW CREEK SAWMILL LLC', { loginName: 'hcsawmill' }),
      services: [
        electric({ typicalCents: 14_000_000, newest: { forward: '0.00', charges: '148230.57' }, paidSince: '0.00' }),
      ],
    },
  },
  {
    key: 'guest',
    what: 'an ordinary account whose owner never registered: for a guest',
    plan: {
      accountNumber: CASE_ACCOUNTS.guest,
      customer: person('C-88330', 'GUEST GAIL', { registrationValue: '65714' }),
      expireAfterDays: 120,
      services: [electric({ newest: { forward: '0.00', charges: '57.90' }, paidSince: '0.00' })],
    },
  },
];

/** Accounts of an unusual build: two types, many people, several owners. */
const SHAPE_CASES: readonly NamedCase[] = [
  {
    key: 'twoTypes',
    what: 'electric and lighting: each payable item bears a charge code of its type',
    plan: {
      accountNumber: CASE_ACCOUNTS.twoTypes,
      customer: person('C-88307', 'TWINING TESS', { loginName: 'ttwining' }),
      services: [
        electric({ newest: { forward: '12.00', charges: '80.00' }, paidSince: '0.00' }),
        lighting({ newest: { forward: '0.00', charges: '14.50' }, paidSince: '0.00' }),
      ],
    },
  },
  {
    key: 'twoTypesUnknownCode',
    what: 'electric and lighting, but one payable item bears a code that maps to no type',
    plan: {
      accountNumber: CASE_ACCOUNTS.twoTypesUnknownCode,
      customer: person('C-88308', 'MYSTERY MAX', { loginName: 'mmystery' }),
      services: [
        electric({ newest: { forward: '0.00', charges: '66.10' }, paidSince: '0.00' }),
        lighting({ chargeCode: 'MISC-17', newest: { forward: '0.00', charges: '13.25' }, paidSince: '0.00' }),
      ],
    },
  },
  {
    key: 'fifteenCoOwners',
    what: 'a club with as many co-owners as an account may have',
    plan: {
      accountNumber: CASE_ACCOUNTS.fifteenCoOwners,
      customer: person('C-88310', 'RIDGE RUNNERS CLUB', { loginName: 'ridgerunners' }),
      coOwners: Array.from({ length: 15 }, (_, number) => makeCoOwner(0, 'C-', number + 100)),
      services: [electric({ newest: { forward: '0.00', charges: '99.99' }, paidSince: '0.00' })],
    },
  },
  {
    key: 'conveyed',
    what: 'the newest bill names another customer than all before: a conveyance, to be held for staff',
    plan: {
      accountNumber: CASE_ACCOUNTS.conveyed,
      formerCustomer: person('C-88311', 'LEAVER LARS', { loginName: 'lleaver' }),
      customer: person('C-88312', 'COMER CORA', { loginName: 'ccomer' }),
      expireAfterDays: 120,
      services: [electric({ newest: { forward: '0.00', charges: '33.30' }, paidSince: '0.00' })],
    },
  },
  {
    key: 'landlord',
    what: 'main account whose sub account belongs to somebody else',
    plan: {
      accountNumber: CASE_ACCOUNTS.landlord,
      customer: person('C-88320', 'LANDERS LAURA', { loginName: 'llanders' }),
      services: [electric({ newest: { forward: '0.00', charges: '120.00' }, paidSince: '0.00' })],
    },
  },
  {
    key: 'tenant',
    what: "the tenant's sub account: her login must not gain the landlord's main account",
    plan: {
      accountNumber: CASE_ACCOUNTS.tenant,
      mainAccountNumber: CASE_ACCOUNTS.landlord,
      customer: person('C-88321', 'RENTON RITA', { loginName: 'rrenton' }),
      services: [electric({ newest: { forward: '18.05', charges: '61.95' }, paidSince: '18.05' })],
    },
  },
];

/** All cases of the cooperative. */
export const CEDAR_RIDGE_CASES: readonly NamedCase[] = [...OWNER_CASES, ...PAYABILITY_CASES, ...SHAPE_CASES];

/** At the water utility: the number of the owner's house again, and another customer behind it. */
export const MILL_CREEK_CASES: readonly NamedCase[] = [
  {
    key: 'sameNumber',
    what: "bears the number of the sample owner's house, at the other biller and of another customer",
    plan: {
      accountNumber: CASE_ACCOUNTS.sameNumber,
      customer: person('W-41020', 'ALVAREZ MARCO', {
        address: { address1: '7 QUARRY RD', city: 'MONTROSE', state: 'CO', zip: '81401' },
        loginName: 'malvarez',
      }),
      services: [
        {
          typeId: 42,
          description: 'Water service',
          typicalCents: 5_000,
          payer: 'prompt',
          newest: { forward: '0.00', charges: '52.60' },
          paidSince: '0.00',
        },
      ],
    },
  },
];
