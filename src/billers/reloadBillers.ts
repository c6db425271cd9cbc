// What a hang-up signal does in production: the billers' file is read again, and a bad one changes nothing.
import type { BillerLines } from './billerLines';
import type { BillerSettings } from '../billersFile';
import { ConfigurationError } from '../config';
import type { Logger } from '../log';
import type { Metrics } from '../sight/metrics';

export interface ReloadParts {
  readonly billers: Pick<BillerLines, 'replace'>;
  /** Reads the file whole, with the secrets that it names. Throws a ConfigurationError with everything that is wrong. */
  readonly readAgain: () => readonly BillerSettings[];
  readonly log: Logger;
  readonly metrics?: Pick<Metrics, 'reload'> | undefined;
}

/** A reload that never rejects: what became of it stands in the log. Several at once take turns, so that the last file wins. */
export function createReload(parts: ReloadParts): () => Promise<void> {
  let last = Promise.resolve();
  return () => {
    last = last.then(async () => await reload(parts));
    return last;
  };
}

async function reload({ billers, readAgain, log, metrics }: ReloadParts): Promise<void> {
  try {
    const settings = readAgain();
    const lines = await billers.replace(settings);
    metrics?.reload('taken');
    log.info({ code: 'BILLERS_TAKEN', billers: settings.length, lines }, 'changed billers are in force');
  } catch (error) {
    // Problems name settings and never hold a secret; any other error's words might.
    const why = error instanceof ConfigurationError ? { problems: error.problems } : { type: nameOf(error) };
    metrics?.reload('refused');
    log.error({ code: 'BILLERS_REFUSED', ...why }, 'the billers of before stay in force');
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
