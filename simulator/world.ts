// The sample world: two billers, their customers, accounts and bills. It holds no date; `today` enters only when bills
// or books are written, so every amount is the same on any day.
import { CEDAR_RIDGE_CASES, MILL_CREEK_CASES } from './cases';
import { makeAccount, type Account, type AccountPlan } from './world/accounts';
import { CEDAR_RIDGE, MILL_CREEK, type Biller } from './world/billers';
import type { Payer, ServicePlan } from './world/bills';
import { MESSAGES } from './world/names';
import { makeCoOwner, makeCustomer, type CoOwner, type Customer } from './world/people';
import { randomFor, type Random } from './world/random';

export interface BillerWorld {
  readonly biller: Biller;
  readonly accounts: readonly Account[];
}

export type World = readonly BillerWorld[];

/** What differs between the two billers when people are made up for them. */
interface Recipe {
  readonly biller: Biller;
  readonly cases: readonly AccountPlan[];
  readonly customers: number;
  /** What customer ids begin with. */
  readonly prefix: string;
  readonly firstNumber: number;
  readonly service: Pick<ServicePlan, 'description' | 'chargeCode' | 'typicalCents'>;
  /** A second service that every so-manieth account has; absent: none. */
  readonly second?: { readonly every: number; readonly plan: ServicePlan };
  /** What the utility takes from an ordinary account; absent: it says nothing. */
  readonly transactionTypes?: readonly string[];
}

/** 220 and 110 customers make, with the cases, more than 300 customers and 400 accounts. */
const RECIPES: readonly Recipe[] = [
  {
    biller: CEDAR_RIDGE,
    cases: CEDAR_RIDGE_CASES.map((named) => named.plan),
    customers: 220,
    prefix: 'C-',
    firstNumber: 4_600_000,
    service: { chargeCode: 'ELEC', description: 'Electric service', typicalCents: 11_000 },
    second: {
      every: 25,
      plan: {
        typeId: 43,
        chargeCode: 'LIGHT',
        description: 'Area lighting',
        typicalCents: 1_400,
        payer: 'prompt',
        paidSince: '0.00',
      },
    },
    transactionTypes: ['CreditCard', 'ECheck'],
  },
  {
    biller: MILL_CREEK,
    cases: MILL_CREEK_CASES.map((named) => named.plan),
    customers: 110,
    prefix: 'W-',
    firstNumber: 7_300_000,
    service: { description: 'Water service', typicalCents: 5_500 },
  },
];

/** Account numbers have ten digits with leading zeros, and gaps, as real ones have. */
function accountNumberOf(firstNumber: number, index: number): string {
  return String(firstNumber + index * 17).padStart(10, '0');
}

/** How many accounts the customer owns: one in ten has a main account with two subs, one in ten has two separate ones. */
function accountsOf(number: number): number {
  if (number % 10 === 0) return 3;
  return number % 10 === 5 ? 2 : 1;
}

/** Of ten payers five are prompt; the rest leave arrears, rounding or, rarely, credit. */
const PAYERS: readonly Payer[] = [
  'prompt',
  'prompt',
  'prompt',
  'prompt',
  'prompt',
  'rounder',
  'rounder',
  'late',
  'late',
  'behind',
];

/** Every thirtieth account is pre-paid. */
const PREPAID_EVERY = 30;

/** Every seventh account has co-owners; one of them may be another customer, whose login then sees both accounts. */
function drawCoOwners(
  seed: number,
  recipe: Recipe,
  index: number,
  random: Random,
  others: readonly Customer[],
): CoOwner[] {
  if (index % 7 !== 3) return [];
  const strangers = Array.from({ length: random.int(1, 3) }, (_, at) =>
    makeCoOwner(seed, recipe.prefix, 1_000 + index * 3 + at),
  );
  const known = others.length > 0 && random.chance(0.5) ? random.pick(others) : undefined;
  if (known?.loginName === undefined) return strangers;
  // Written in capitals on purpose: user names are one whatever their case (LOG-02).
  return [...strangers, { customerId: known.customerId, userName: known.loginName.toUpperCase(), name: known.name }];
}

/** The plan of one made-up account. */
function drawPlan(
  seed: number,
  recipe: Recipe,
  index: number,
  customer: Customer,
  others: readonly Customer[],
): AccountPlan {
  const accountNumber = accountNumberOf(recipe.firstNumber, index);
  const random = randomFor(seed, recipe.biller.id, 'plan', accountNumber);
  const prepaid = index % PREPAID_EVERY === 11;
  const payer = random.pick(PAYERS);
  const message = random.chance(0.25) ? random.pick(MESSAGES) : undefined;
  const first: ServicePlan = { typeId: 42, ...recipe.service, payer: prepaid ? 'prepaid' : payer };
  const hasSecond = recipe.second !== undefined && !prepaid && index % recipe.second.every === 4;
  return {
    accountNumber,
    customer,
    coOwners: drawCoOwners(seed, recipe, index, random, others),
    prepaid,
    ...(prepaid && { autoPay: false }),
    ...(payer === 'behind' && !prepaid && { disconnectInDays: random.int(3, 12) }),
    ...(message !== undefined && { message }),
    ...(recipe.transactionTypes !== undefined && { transactionTypes: recipe.transactionTypes }),
    services: hasSecond && recipe.second !== undefined ? [first, recipe.second.plan] : [first],
  };
}

function makeBillerWorld(seed: number, recipe: Recipe): BillerWorld {
  const plans: AccountPlan[] = [...recipe.cases];
  const customers: Customer[] = [];
  let index = 0;
  for (let number = 0; number < recipe.customers; number += 1) {
    const customer = makeCustomer(seed, recipe.prefix, number, recipe.biller.towns);
    const owned = accountsOf(number);
    const mainAccountNumber = accountNumberOf(recipe.firstNumber, index);
    for (let at = 0; at < owned; at += 1) {
      const plan = drawPlan(seed, recipe, index, customer, customers);
      plans.push(owned === 3 && at > 0 ? { ...plan, mainAccountNumber } : plan);
      index += 1;
    }
    customers.push(customer);
  }
  return { biller: recipe.biller, accounts: plans.map((plan) => makeAccount(seed, recipe.biller, plan)) };
}

/** The seed of `npm start`; another one makes other people with other amounts, and the same cases. */
export const SAMPLE_SEED = 4_512;

/** Makes the whole world. The same seed always gives the same one. */
export function makeWorld(seed: number): World {
  return RECIPES.map((recipe) => makeBillerWorld(seed, recipe));
}
