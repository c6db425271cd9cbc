// The GraphQL server: the contract and its resolvers in Apollo Server, made lean, with its limits and masks.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
} from '@apollo/server/plugin/disabled';
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginInlineTrace } from '@apollo/server/plugin/inlineTrace';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse, type GraphQLField, type GraphQLSchema } from 'graphql';
import type { Context } from '../resolvers/context';
import { foreseeBalances } from '../resolvers/lists/foresight';
import { resolvers } from '../resolvers/resolvers';
import type { Gateway } from './compiled/compiledExecutor';
import { settledItems } from './compiled/settleLists';
import { judgeOperations } from './limits/judgeOperations';
import { SELECTIONS_MAX } from './limits/limits';
import type { LimitSettings } from './limits/limitSettings';
import { openStores } from './limits/documentStores';
import { cleanName, type Logger } from './log';
import { formatError, reportErrors } from './maskErrors';
import { SCHEMA_DIR } from './projectFiles';
import { watchOperations } from './sight/operations';
import type { RequestSight } from './sight/requests';
import { traceRootFields } from './sight/tracing/traced';

/** More mistakes than anybody reads at once are not looked for. */
const VALIDATION_ERRORS_MAX = 20;

/** The subgraph's schema from the SDL files. */
export function readSchema(): GraphQLSchema {
  const files = readdirSync(SCHEMA_DIR)
    .filter((name) => name.endsWith('.graphql'))
    .sort();
  const typeDefs = parse(files.map((name) => readFileSync(join(SCHEMA_DIR, name), 'utf8')).join('\n'));
  // The array is the one form that every release line of the library takes.
  return withForesight(buildSubgraphSchema([{ typeDefs, resolvers }]));
}

/** A router's list of accounts is foreseen as our own one is; the library writes that field's resolver. */
function withForesight(schema: GraphQLSchema): GraphQLSchema {
  const entities: GraphQLField<unknown, Context> | undefined = schema.getQueryType()?.getFields()['_entities'];
  const resolve = entities?.resolve;
  if (entities === undefined || resolve === undefined) throw new Error('the subgraph has no entities');
  entities.resolve = (root, args, context, info) => {
    const list: unknown = resolve(root, args, context, info);
    return foreseeBalances(settledItems(Array.isArray(list) ? list : []), context.sources.balances, info);
  };
  return schema;
}

export interface GraphqlSettings {
  readonly isProduction: boolean;
  readonly limits: Pick<LimitSettings, 'operation' | 'operations'>;
  readonly log: Logger;
  readonly sight?: Pick<RequestSight, 'metrics' | 'tracing'>;
  /** Absent: the contract. The tests of the factory itself bring another one. */
  readonly schema?: GraphQLSchema;
  /** Whether an Apollo gateway that asks for a trace in its header is sent one; off, since nothing of ours reads it. */
  readonly federatedTracing?: boolean;
  /** What runs operations in the place of graphql-js. */
  readonly openGateway?: ((schema: GraphQLSchema, log: Logger) => Gateway) | undefined;
}

/** A started server; plug-ins that wrap every field are off, since they cost more than the resolvers. */
export async function startGraphql({
  isProduction,
  log,
  limits,
  sight: { metrics, tracing } = {},
  schema = readSchema(),
  federatedTracing = false,
  openGateway,
}: GraphqlSettings): Promise<ApolloServer<Context>> {
  const watched = tracing === undefined ? schema : traceRootFields(schema, tracing);
  const server = new ApolloServer<Context>({
    ...(openGateway === undefined ? { schema: watched } : { gateway: openGateway(watched, log) }),
    introspection: !isProduction,
    hideSchemaDetailsFromClientErrors: isProduction,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.operation.tokensMax },
    // Doubling fragments would otherwise make a small document fill the memory.
    maxRecursiveSelections: SELECTIONS_MAX,
    validationOptions: { maxErrors: VALIDATION_ERRORS_MAX },
    ...openStores(limits.operations),
    formatError,
    logger: quietLogger(log),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      federatedTracing ? ApolloServerPluginInlineTrace() : ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      judgeOperations(limits.operation),
      reportErrors(log),
      logOperations(log),
      ...((metrics ?? tracing) ? [watchOperations(metrics, tracing)] : []),
    ],
  });
  await server.start();
  return server;
}

/** Apollo's own words go to our log as they are few and carry no data. */
function quietLogger(log: Logger) {
  const say = (level: 'debug' | 'info' | 'warn' | 'error') => (message?: unknown) => {
    log[level]({ from: 'apollo' }, typeof message === 'string' ? (message.split('\n')[0] ?? '') : 'event');
  };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}

/** One line for each operation. */
function logOperations(log: Logger): ApolloServerPlugin<Context> {
  return {
    requestDidStart: () => {
      const begun = performance.now();
      return Promise.resolve({
        willSendResponse: ({ contextValue, operation, operationName, response }) => {
          const errors = response.body.kind === 'single' ? (response.body.singleResult.errors?.length ?? 0) : 0;
          log.info(
            {
              requestId: contextValue.requestId,
              traceId: contextValue.traceId,
              operation: operation?.operation,
              name: cleanName(operationName),
              role: contextValue.caller.role,
              errors,
              ms: Math.round(performance.now() - begun),
            },
            'operation',
          );
          return Promise.resolve();
        },
      });
    },
  };
}
