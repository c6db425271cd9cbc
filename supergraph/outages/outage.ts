// What the outage management system knows: outages, and the accounts behind each, by the ids that the customer service gave out.
import { z } from 'zod';

const instant = z.iso.datetime().transform((text) => new Date(text));

const Outages = z.array(
  z.object({
    id: z.string().min(1),
    cause: z.enum(['STORM', 'TREE', 'EQUIPMENT', 'PLANNED', 'UNKNOWN']),
    startedAt: instant,
    expectedAt: instant.nullable(),
    restoredAt: instant.nullable(),
    accounts: z.array(z.object({ accountId: z.string(), customerId: z.string().nullable() })),
  }),
);

export type Outage = z.infer<typeof Outages>[number];

/** Outages as they stand in a file; throws where they are none. */
export function readOutages(json: string): readonly Outage[] {
  return Outages.parse(JSON.parse(json));
}

export function outagesOfAccount(outages: readonly Outage[], accountId: string): readonly Outage[] {
  return newestFirst(outages.filter(({ accounts }) => accounts.some((account) => account.accountId === accountId)));
}

export function openOutagesOfCustomer(outages: readonly Outage[], customerId: string): readonly Outage[] {
  const open = outages.filter(({ restoredAt }) => restoredAt === null);
  return newestFirst(open.filter(({ accounts }) => accounts.some((account) => account.customerId === customerId)));
}

function newestFirst(outages: readonly Outage[]): readonly Outage[] {
  return outages.toSorted((one, other) => other.startedAt.getTime() - one.startedAt.getTime());
}
