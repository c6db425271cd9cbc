// An account of the world: who owns it, what it is billed for, and how it lives.
import type { Biller } from './billers';
import { makeMonths, type Month, type ServicePlan } from './bills';
import { makeAddress, type CoOwner, type Customer } from './people';
import { randomFor } from './random';

/** One invoice type of an account with its months, the newest first. */
export interface Service {
  readonly typeId: number;
  readonly chargeCode?: string;
  readonly description: string;
  readonly months: readonly Month[];
}

export interface Account {
  readonly accountNumber: string;
  readonly mainAccountNumber?: string;
  readonly customer: Customer;
  /** Owner of every bill but the newest: the account has just changed hands (conveyance). */
  readonly formerCustomer?: Customer;
  readonly coOwners: readonly CoOwner[];
  readonly serviceAddress: string;
  readonly prepaid: boolean;
  readonly autoPay: boolean;
  readonly paperless: boolean;
  readonly partialAllowed: boolean;
  /** Age of the newest bill in days. */
  readonly billedDaysAgo: number;
  /** Life of a bill in days; absent: bills never expire. */
  readonly expireAfterDays?: number;
  /** Days until the service is cut off; absent: it is not threatened. */
  readonly disconnectInDays?: number;
  /** What the utility takes; absent: it says nothing of it, and empty: it takes nothing. */
  readonly transactionTypes?: readonly string[];
  readonly meter: string;
  readonly route: string;
  /** Which of the messages the newest bill bears; absent: none. */
  readonly message?: string;
  readonly services: readonly Service[];
}

/** A second service is billed a day before the first, so that the newest bill across types is never in doubt. */
export function billedDaysAgo(account: Account, service: Service): number {
  return account.billedDaysAgo + (service === account.services[0] ? 0 : 1);
}

/** What is set by hand; the rest is drawn. */
export interface AccountPlan extends Partial<
  Pick<
    Account,
    | 'mainAccountNumber'
    | 'formerCustomer'
    | 'coOwners'
    | 'prepaid'
    | 'partialAllowed'
    | 'serviceAddress'
    | 'autoPay'
    | 'billedDaysAgo'
    | 'disconnectInDays'
    | 'transactionTypes'
    | 'message'
  >
> {
  readonly accountNumber: string;
  readonly customer: Customer;
  readonly services: readonly ServicePlan[];
  /** Life of a bill in days; `null`: never expires; absent: drawn. */
  readonly expireAfterDays?: number | null;
  /** How many months of bills; absent: the usual two years. */
  readonly monthCount?: number;
}

/** The newest bill is at most this old, so that it is neither due long ago nor followed by another. */
export const NEWEST_BILL_DAYS = 19;

/** Bills of two in three accounts expire, and long after they are due. */
const EXPIRE_AFTER_DAYS = 120;

/** Makes an account from its plan. The same seed and account number always give the same account. */
export function makeAccount(seed: number, biller: Biller, plan: AccountPlan): Account {
  const random = randomFor(seed, biller.id, 'account', plan.accountNumber);
  const address = makeAddress(random, biller.towns);
  const drawn = {
    billedDaysAgo: random.int(2, NEWEST_BILL_DAYS),
    autoPay: random.chance(0.2),
    paperless: random.chance(0.3),
    partialAllowed: random.chance(0.9),
    meter: `METER ${random.int(10_000, 99_999)}`,
    route: `ROUTE ${random.int(1, 40)}`,
  };
  const drawnLife = random.chance(2 / 3) ? EXPIRE_AFTER_DAYS : null;
  const { services, expireAfterDays = drawnLife, monthCount, ...set } = plan;
  return {
    coOwners: [],
    prepaid: false,
    serviceAddress: `${address.address1} ${address.city}`,
    ...drawn,
    ...set,
    ...(expireAfterDays !== null && { expireAfterDays }),
    services: services.map(({ typeId, chargeCode, description, ...service }) => ({
      typeId,
      ...(chargeCode !== undefined && { chargeCode }),
      description,
      months: makeMonths(
        { typeId, description, ...service },
        randomFor(seed, biller.id, 'bills', plan.accountNumber, typeId),
        monthCount,
      ),
    })),
  };
}
