// The settings of the sample billers, read through the same door as a billers file of production.
import { ConfigurationError } from '../config';
import { readBillers, type BillerSettings } from '../billersFile';
import type { SimulatorReady } from './simulatorProcess';

/** As the default of a biller of production, in milliseconds. */
const DEADLINE_MS = 10_000;

/** Who makes requests shorter gets calls that are shorter in proportion: a third of the time is left for the answer. */
const DEADLINE_SHARE = 2 / 3;

/** The simulator's billers with every option at its default; secrets are handed over in memory, never written. */
export function readSampleBillers({ billers }: SimulatorReady, requestTimeoutMs: number): readonly BillerSettings[] {
  const secrets = new Map<string, string>();
  const entries = billers.map((biller, at) => {
    secrets.set(`USER_${at}`, biller.userId);
    secrets.set(`PASSWORD_${at}`, biller.password);
    return {
      id: biller.id,
      name: biller.name,
      timeZone: biller.timeZone,
      autoConveyance: false,
      coOwnerNamesVisible: true,
      invoiceTypes: biller.invoiceTypes,
      billPresentment: 'OTHER',
      virtualSites: [{ id: 'pay', invoiceTypeId: 42, searchColumns: ['AccountNumber', 'Zip'] }],
      daffron: {
        version: biller.multiSpeak,
        endpoint: biller.endpoint,
        // The simulator speaks on loopback only.
        allowPlainHttp: true,
        userId: { env: `USER_${at}` },
        password: { env: `PASSWORD_${at}` },
        company: biller.company,
        appName: biller.appName,
        // Version 3.0 has no word for it.
        ...(biller.multiSpeak === '4.1' && { context: 'Testing' }),
        deadlineMs: Math.min(DEADLINE_MS, Math.floor(requestTimeoutMs * DEADLINE_SHARE)),
      },
    };
  });
  const { settings, problems } = readBillers(
    { billers: entries },
    (reference) => ('env' in reference ? secrets.get(reference.env) : undefined),
    // These are the simulator's own billers, so no company is refused.
    { requestTimeoutMs, refusedCompanies: [] },
  );
  if (problems.length > 0) throw new ConfigurationError(problems);
  return settings;
}
