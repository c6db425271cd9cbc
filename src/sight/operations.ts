// Counts operations and the codes of their errors, once for each operation: nothing is paid for a field.
import type { ApolloServerPlugin } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Context } from '../../resolvers/context';
import type { Metrics, OperationOutcome } from './metrics';
import type { Tracing } from './tracing/tracing';

const MILLISECONDS = 1000;

/** Runs last of the plug-ins, and sees the answer as the caller does: only codes that we let out are counted. */
export function watchOperations(
  metrics: Metrics | undefined,
  tracing: Tracing | undefined,
): ApolloServerPlugin<Context> {
  return {
    // What is no request for an operation is refused before it begins: a form that a foreign page could send, for one.
    invalidRequestWasReceived: ({ error }) => {
      metrics?.error(error instanceof GraphQLError ? codeOf(error) : 'NONE');
      return Promise.resolve();
    },
    requestDidStart: () => {
      const begun = performance.now();
      return Promise.resolve({
        willSendResponse: ({ operation, response }) => {
          if (response.body.kind !== 'single') return Promise.resolve();
          const { data, errors = [] } = response.body.singleResult;
          const type = operation?.operation ?? 'unknown';
          const outcome = outcomeOf(data, errors);
          metrics?.operation(type, outcome, (performance.now() - begun) / MILLISECONDS);
          for (const error of errors) metrics?.error(codeOf(error));
          const span = tracing?.active();
          span?.set({ 'graphql.operation.type': type, 'graphql.errors': errors.length });
          if (outcome !== 'ok') span?.fail(outcome);
          return Promise.resolve();
        },
      });
    },
  };
}

function outcomeOf(data: unknown, errors: readonly GraphQLFormattedError[]): OperationOutcome {
  if (errors.length === 0) return 'ok';
  return data === null || data === undefined ? 'failed' : 'partial';
}

function codeOf({ extensions }: Pick<GraphQLFormattedError, 'extensions'>): string {
  const code = extensions?.['code'];
  return typeof code === 'string' ? code : 'NONE';
}
