// Outages of the sample cooperative. The outage system knows meters by the numbers that are printed on bills, and asks the
// customer service once, as staff, for the ids under which that service federates the accounts.
import type { Outage } from './outage';

interface SampleOutage extends Pick<Outage, 'id' | 'cause'> {
  readonly accountNumbers: readonly string[];
  /** Minutes before the start of the service. */
  readonly startedMinutesAgo: number;
  readonly restoredMinutesAgo: number | null;
  /** Minutes after the start of the service. */
  readonly expectedInMinutes: number | null;
}

/** The ids of an account and its customer in the customer service. */
export interface KnownAccount {
  readonly accountId: string;
  readonly customerId: string | null;
}

const DAY = 24 * 60;

const SAMPLE: readonly SampleOutage[] = [
  {
    id: 'OUT-2107',
    cause: 'TREE',
    // The farm and the well pump of the sample owner stand on the same road; so does an account of somebody else.
    accountNumbers: ['0004512000', '0004512002', '0004513005'],
    startedMinutesAgo: 95,
    restoredMinutesAgo: null,
    expectedInMinutes: 60,
  },
  {
    id: 'OUT-2101',
    cause: 'PLANNED',
    accountNumbers: ['0004512001', '0004513002'],
    startedMinutesAgo: 6 * DAY,
    restoredMinutesAgo: 6 * DAY - 130,
    expectedInMinutes: null,
  },
  {
    id: 'OUT-2088',
    cause: 'STORM',
    accountNumbers: ['0004512000', '0004512001', '0004512002', '0004513002', '0004513005', '0004513007'],
    startedMinutesAgo: 33 * DAY,
    restoredMinutesAgo: 33 * DAY - 410,
    expectedInMinutes: null,
  },
];

/** The account numbers for which ids are to be asked. */
export const SAMPLE_ACCOUNT_NUMBERS: readonly string[] = [
  ...new Set(SAMPLE.flatMap(({ accountNumbers }) => accountNumbers)),
];

/** The sample outages with the ids that the customer service gave; an account that it does not know is left out. */
export function placeOutages(known: ReadonlyMap<string, KnownAccount>, now: Date): readonly Outage[] {
  const at = (minutes: number): Date => new Date(now.getTime() + minutes * 60_000);
  return SAMPLE.map(({ id, cause, accountNumbers, startedMinutesAgo, restoredMinutesAgo, expectedInMinutes }) => ({
    id,
    cause,
    startedAt: at(-startedMinutesAgo),
    restoredAt: restoredMinutesAgo === null ? null : at(-restoredMinutesAgo),
    expectedAt: expectedInMinutes === null ? null : at(expectedInMinutes),
    accounts: accountNumbers.flatMap((accountNumber) => known.get(accountNumber) ?? []),
  }));
}
