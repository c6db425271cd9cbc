// What leaves the house when something fails: coded errors as they are, everything else masked and logged (AUT-04, G7).
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Logger } from './log';
import { BackEndAway } from '../datasources/postgres/backEndAway';
import { RequestOver } from '../datasources/postgres/readsOfRequest';
import type { Context } from '../resolvers/context';

/** Codes whose messages were written for callers. */
const SHOWN_CODES = new Set<unknown>([
  ...Object.values(ApolloServerErrorCode).filter((code) => code !== ApolloServerErrorCode.INTERNAL_SERVER_ERROR),
  'BALANCE_UNAVAILABLE',
  'INVALID_AMOUNT',
  'LIST_TOO_LONG',
  'NOT_PERMITTED',
  'OPERATION_NOT_SUPPORTED',
  'OPERATION_TOO_COSTLY',
  'UNAUTHENTICATED',
]);

/** What stands beside a code for programs: which argument it is about, and what was asked for against what is allowed. */
const SHOWN_FACTS = ['argument', 'price', 'budget'];

const MASKED = 'Something failed here. The request id leads to the details.';
const OVER = 'The time for this operation was over before its answer was complete.';
const AWAY = 'A part of this service is not reachable right now. Please try again.';

/** The error that the caller sees. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const place = {
    ...(formatted.locations && { locations: formatted.locations }),
    ...(formatted.path && { path: formatted.path }),
  };
  const code = formatted.extensions?.['code'];
  const original = originalOf(error);
  if (original instanceof BackEndAway) return { message: AWAY, ...place, extensions: { code: 'BACK_END_AWAY' } };
  if (original instanceof RequestOver) return { message: OVER, ...place, extensions: { code: 'DEADLINE_EXCEEDED' } };
  if (SHOWN_CODES.has(code)) {
    const facts = Object.entries(formatted.extensions ?? {}).filter(
      ([name, value]) => SHOWN_FACTS.includes(name) && (typeof value === 'string' || typeof value === 'number'),
    );
    return { message: formatted.message, ...place, extensions: { code, ...Object.fromEntries(facts) } };
  }
  return { message: MASKED, ...place, extensions: { code: ApolloServerErrorCode.INTERNAL_SERVER_ERROR } };
}

/** Logs what was masked, and gives the caller the request id to quote. */
export function reportErrors(log: Logger): ApolloServerPlugin<Context> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didEncounterErrors: ({ errors, contextValue }) => {
          for (const error of errors) logFailure(log, error, contextValue);
          return Promise.resolve();
        },
        willSendResponse: ({ response, contextValue }) => {
          if (response.body.kind !== 'single') return Promise.resolve();
          const { singleResult } = response.body;
          if (singleResult.errors !== undefined) {
            singleResult.errors = singleResult.errors.map((error) => ({
              ...error,
              extensions: { ...error.extensions, requestId: contextValue.requestId },
            }));
          }
          return Promise.resolve();
        },
      }),
  };
}

function logFailure(log: Logger, error: GraphQLError, { requestId, traceId }: Context): void {
  const original = originalOf(error);
  const code = error.extensions['code'];
  const path = error.path?.join('.');
  if (original instanceof BackEndAway) {
    log.error(
      { requestId, traceId, code: 'BACK_END_AWAY', backEnd: original.backEnd, cause: original.code, path },
      'back end away',
    );
  } else if (original instanceof RequestOver) {
    log.info({ requestId, code: 'DEADLINE_EXCEEDED', path }, 'cut short');
  } else if (SHOWN_CODES.has(code)) {
    log.info({ requestId, traceId, code, path }, 'refused');
  } else {
    // The stack names files and lines of ours; the message of a foreign error could hold data, so it stays out.
    log.error({ requestId, traceId, code: 'BUG', type: typeOf(original), path, stack: framesOf(original) }, 'masked');
  }
}

function originalOf(error: unknown): unknown {
  let original = error;
  while (original instanceof Error && 'originalError' in original && original.originalError instanceof Error) {
    original = original.originalError;
  }
  return original;
}

export function typeOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** At most this many frames say where; more is noise. */
const FRAMES_MAX = 8;

export function framesOf(error: unknown): string[] {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines
    .filter((line) => /^\s+at /.test(line))
    .slice(0, FRAMES_MAX)
    .map((line) => line.trim());
}
