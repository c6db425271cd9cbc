// Short hands for the cases made by hand: a customer from his id and name, a service from its newest amounts.
import { CEDAR_RIDGE } from './billers';
import type { ServicePlan } from './bills';
import { makeAddress, type Customer } from './people';
import { randomFor } from './random';

/** A customer made by hand: name and ids as given, the rest made up from the id. */
export function person(customerId: string, name: string, more: Partial<Customer> = {}): Customer {
  const random = randomFor('case', customerId);
  return {
    customerId,
    name,
    address: makeAddress(random, CEDAR_RIDGE.towns),
    phone: `417-555-${String(random.int(100, 199)).padStart(4, '0')}`,
    registrationValue: String(random.int(10_000, 99_999)),
    ...(more.loginName !== undefined && { email: `${more.loginName}@example.org` }),
    ...more,
  };
}

type ServiceFacts = Pick<ServicePlan, 'newest' | 'paidSince'> & Partial<ServicePlan>;

/** An electric service; around 90 dollars a month and paid each month unless said otherwise. */
export function electric(facts: ServiceFacts): ServicePlan {
  const usual = { typicalCents: 9_000, payer: 'prompt' as const };
  return { typeId: 42, chargeCode: 'ELEC', description: 'Electric service', ...usual, ...facts };
}

/** An area light, around 12 dollars a month. */
export function lighting(facts: ServiceFacts): ServicePlan {
  const usual = { typicalCents: 1_200, payer: 'prompt' as const };
  return { typeId: 43, chargeCode: 'LIGHT', description: 'Area lighting', ...usual, ...facts };
}
