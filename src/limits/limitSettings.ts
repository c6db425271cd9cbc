// The limits as settings of the process: their variables, bounds and defaults.
import { z } from 'zod';
import type { ConfigurationProblem } from '../../domain/biller';
import { listOfNames, wholeNumber } from '../settingForms';
import type { Limits } from './limits';
import { readManifestFile, type Manifest } from './manifest';

/** Which operations are run: any text; any text, which may be registered and then called by its hash; or listed ones only. */
export type Operations =
  | { readonly accept: 'any' }
  | { readonly accept: 'apq' }
  | { readonly accept: 'manifest'; readonly manifest: Manifest };

export interface LimitSettings extends Limits {
  readonly operations: Operations;
  /** Whose SERVICE tokens, by `sub`, may read the contract in production. */
  readonly compositionSubjects: readonly string[];
}

/** Each default is several times what the widest honest client needs; docs/limits.md has the figures. */
export const LIMIT_VARIABLES = {
  OPERATION_TOKENS_MAX: wholeNumber(100, 100_000, 2000),
  OPERATION_DEPTH_MAX: wholeNumber(2, 100, 16),
  OPERATION_ALIASES_MAX: wholeNumber(0, 10_000, 100),
  OPERATION_DIRECTIVES_MAX: wholeNumber(0, 10_000, 50),
  OPERATION_LIST_ITEMS_MAX: wholeNumber(1, 100_000, 1000),
  OPERATION_COST_MAX: wholeNumber(10, 10_000_000, 10_000),
  BODY_BYTES_MAX: wholeNumber(1024, 10_485_760, 102_400),
  BODY_TIMEOUT_MS: wholeNumber(100, 300_000, 10_000),
  HEADERS_TIMEOUT_MS: wholeNumber(100, 300_000, 10_000),
  CONNECTIONS_MAX: wholeNumber(1, 1_000_000, 10_000),
  SHED_LOOP_DELAY_MS: wholeNumber(10, 60_000, 200),
  SHED_QUEUE_PERCENT: wholeNumber(1, 100, 80),
  OPERATIONS: z.enum(['any', 'apq', 'manifest']).default('apq'),
  OPERATIONS_FILE: z.string().optional(),
  COMPOSITION_SUBJECTS: listOfNames,
};

const Variables = z.object(LIMIT_VARIABLES);

/** What is wrong with a manifest is told beside all other problems. */
export function readLimits(given: z.infer<typeof Variables>, problems: ConfigurationProblem[]): LimitSettings {
  return {
    operation: {
      tokensMax: given.OPERATION_TOKENS_MAX,
      depthMax: given.OPERATION_DEPTH_MAX,
      aliasesMax: given.OPERATION_ALIASES_MAX,
      directivesMax: given.OPERATION_DIRECTIVES_MAX,
      listItemsMax: given.OPERATION_LIST_ITEMS_MAX,
      costMax: given.OPERATION_COST_MAX,
    },
    http: {
      bodyBytesMax: given.BODY_BYTES_MAX,
      bodyTimeoutMs: given.BODY_TIMEOUT_MS,
      headersTimeoutMs: given.HEADERS_TIMEOUT_MS,
      connectionsMax: given.CONNECTIONS_MAX,
    },
    load: { loopDelayMsMax: given.SHED_LOOP_DELAY_MS, queuePercentMax: given.SHED_QUEUE_PERCENT },
    operations: readOperations(given, problems),
    compositionSubjects: given.COMPOSITION_SUBJECTS,
  };
}

function readOperations(
  { OPERATIONS: accept, OPERATIONS_FILE: file }: z.infer<typeof Variables>,
  problems: ConfigurationProblem[],
): Operations {
  if (accept !== 'manifest') {
    if (file !== undefined) problems.push(wrong('OPERATIONS_FILE', 'is read with OPERATIONS=manifest only'));
    return { accept };
  }
  const read = file === undefined ? 'is missing: the manifest of the operations to run' : readManifestFile(file);
  if (typeof read !== 'string') return { accept, manifest: read };
  problems.push(wrong('OPERATIONS_FILE', read));
  return { accept, manifest: new Map() };
}

function wrong(setting: string, message: string): ConfigurationProblem {
  return { code: 'CONFIGURATION_INVALID', setting, message };
}

/** The defaults, for a server that is put together without an environment. */
export const DEFAULT_LIMITS: LimitSettings = readLimits(Variables.parse({}), []);
