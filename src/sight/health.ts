// Whether this process lives, and whether it should be sent requests: well, degraded, or not now (O1, O20).
import type { DatabaseReadiness } from '../../datasources/postgres/database';

/** STARTING and STOPPING are this process's own doing; the others are told of the parts. */
export type HealthStatus = 'READY' | 'DEGRADED' | 'NOT_READY' | 'STARTING' | 'STOPPING';

export interface HealthReport {
  readonly status: HealthStatus;
  /** What is not well, as codes; no address and no name of a back end's own. */
  readonly trouble: readonly string[];
}

export interface HealthParts {
  readonly database: () => Promise<DatabaseReadiness>;
  readonly cache: () => Promise<boolean>;
  /** How many lines to a Daffron have their breaker open. */
  readonly breakersOpen: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly elapsedMs: () => number;
}

export interface Health {
  report(): Promise<HealthReport>;
  /** From now on the service has its parts and answers for itself. */
  started(parts: HealthParts): void;
  /** From now on it asks not to be sent anything more. */
  stopping(): void;
  readonly isStopping: boolean;
}

/** Several probes a second cost one look. */
const KEPT_MS = 1000;

/** A part that has not answered by then is away, as far as a probe is concerned; most probes give up after a second. */
const PART_TIMEOUT_MS = 900;

export function openHealth(): Health {
  let parts: HealthParts | undefined;
  let isStopping = false;
  let kept: { readonly at: number; readonly report: Promise<HealthReport> } | undefined;

  async function look({ database, cache, breakersOpen }: HealthParts): Promise<HealthReport> {
    const [postgres, isCacheThere] = await Promise.all([
      within<DatabaseReadiness>(database, 'AWAY'),
      within(cache, false),
    ]);
    const hard = postgres === 'READY' ? [] : [`POSTGRES_${postgres}`];
    const soft = [...(isCacheThere ? [] : ['CACHE_AWAY']), ...(breakersOpen() > 0 ? ['DAFFRON_BREAKER_OPEN'] : [])];
    const status = hard.length > 0 ? 'NOT_READY' : soft.length > 0 ? 'DEGRADED' : 'READY';
    return { status, trouble: [...hard, ...soft] };
  }

  const health: Health = {
    report: async () => {
      if (isStopping) return { status: 'STOPPING', trouble: [] };
      if (parts === undefined) return { status: 'STARTING', trouble: [] };
      const at = parts.elapsedMs();
      // All who ask meanwhile share the look that is under way.
      if (kept === undefined || at - kept.at >= KEPT_MS) kept = { at, report: look(parts) };
      const report = await kept.report;
      return health.isStopping ? { status: 'STOPPING', trouble: [] } : report;
    },
    started: (given) => {
      parts = given;
    },
    stopping: () => {
      isStopping = true;
    },
    get isStopping() {
      return isStopping;
    },
  };
  return health;
}

/** 503 tells a balancer to send requests elsewhere; degraded is still better than nobody. */
export function statusCodeOf({ status }: HealthReport): number {
  return status === 'READY' || status === 'DEGRADED' ? 200 : 503;
}

/** What the part says, or `otherwise` where it fails or takes too long. */
async function within<T>(ask: () => Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, PART_TIMEOUT_MS, otherwise);
  });
  try {
    return await Promise.race([ask(), late]);
  } catch {
    return otherwise;
  } finally {
    clearTimeout(timer);
  }
}
