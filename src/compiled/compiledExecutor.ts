// Operations compiled to functions, in the place of the ordinary executor: off by default (EXECUTOR), and never trusted with
// more than it does right. What it is not trusted with, or fails to compile, the ordinary executor runs (ADR 0040).
import type { ApolloServerOptions } from '@apollo/server';
import {
  execute,
  getVariableValues,
  GraphQLScalarType,
  GraphQLSchema,
  isAbstractType,
  isScalarType,
  valueFromAST,
  type DocumentNode,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery, type CompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import type { Context } from '../../resolvers/context';
import type { Logger } from '../log';
import { makeCompilable, readDocument, type Coerced, type Literal, type Reading } from './compilable';
import { asOrdinary, keepCause } from './compiledErrors';
import { settleLists } from './settleLists';

export type Gateway = NonNullable<ApolloServerOptions<Context>['gateway']>;

/** One operation of a document, with the values that came for it. */
interface Asked {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Names the text of the document. */
  readonly textHash: string;
  readonly context: { readonly requestId?: string };
  readonly variables: Readonly<Record<string, unknown>>;
}

interface Program {
  readonly run: CompiledQuery['query'];
  readonly literals: readonly Literal[];
}

/** Programs that are kept: one of a text of 4 kB, four accounts deep, takes 0.7 MB and 30 ms, so this is 140 MB at the worst. */
const PROGRAMS_MAX = 200;

/** As the ordinary executor has it. */
const VARIABLE_ERRORS_MAX = 50;

/** Variables come to a program as they were read before, so it is to read nothing in them. */
const OPAQUE = new GraphQLScalarType({ name: 'AlreadyRead' });

/** In the form in which Apollo takes an executor. */
export function openCompiledGateway(schema: GraphQLSchema, log: Logger): Gateway {
  const run = openCompiledExecutor(schema, log);
  return {
    load: () =>
      Promise.resolve({
        executor: async ({ document, operation, queryHash, request, context }) => {
          const given = request.variables ?? {};
          // A name that names no operation leaves none, whatever the type says; the ordinary executor has the words for it.
          if ((operation as OperationDefinitionNode | undefined) === undefined) {
            const { operationName } = request;
            return await execute({ schema, document, operationName, variableValues: given, contextValue: context });
          }
          const textHash: string = queryHash;
          return await run({ document, operation, textHash, context, variables: given });
        },
      }),
    onSchemaLoadOrUpdate: (take) => {
      take({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    stop: () => Promise.resolve(),
  };
}

function openCompiledExecutor(schema: GraphQLSchema, log: Logger) {
  const readings = new WeakMap<DocumentNode, Reading>();
  const programs = new LRUCache<string, Program | 'ordinary'>({ max: PROGRAMS_MAX });
  const compile = openCompiler(schema);

  const readingOf = (document: DocumentNode): Reading => {
    const known = readings.get(document);
    if (known !== undefined) return known;
    const reading = readDocument(schema, document);
    readings.set(document, reading);
    return reading;
  };

  /** Kept by its text, its operation, and what its conditions came to. */
  const programOf = (asked: Asked, variables: Coerced): Program | undefined => {
    const { conditions, whyNot } = readingOf(asked.document);
    const outcomes = conditions.map((name) => variables[name]);
    // Anything but a yes or a no is an error, for which the ordinary executor has the words.
    if (outcomes.some((outcome) => typeof outcome !== 'boolean')) return undefined;
    const key = JSON.stringify([asked.textHash, asked.operation.name?.value, ...outcomes]);
    const known = programs.get(key);
    if (known !== undefined) return known === 'ordinary' ? undefined : known;
    const made = whyNot ?? compile(asked, variables);
    programs.set(key, typeof made === 'string' ? 'ordinary' : made);
    if (typeof made !== 'string') return made;
    log.info(
      { code: 'NOT_COMPILED', reason: made, requestId: asked.context.requestId },
      'run by the ordinary executor',
    );
    return undefined;
  };

  return async (asked: Asked): Promise<ExecutionResult> => {
    const { document, operation, context } = asked;
    const read = getVariableValues(schema, operation.variableDefinitions ?? [], asked.variables, {
      maxErrors: VARIABLE_ERRORS_MAX,
    });
    if (read.errors !== undefined) return { errors: read.errors };
    const program = programOf(asked, read.coerced);
    const variables = program && withLiterals(program, read.coerced);
    if (program === undefined || variables === undefined) {
      return await execute({
        schema,
        document,
        operationName: operation.name?.value,
        variableValues: asked.variables,
        contextValue: context,
      });
    }
    const result = await program.run(undefined, context, variables);
    return result.errors === undefined ? result : { ...result, errors: asOrdinary(result) };
  };
}

/** Undefined where a literal says nothing for want of a variable: an error, for which the ordinary executor has the words. */
function withLiterals({ literals }: Program, coerced: Coerced): Coerced | undefined {
  if (literals.length === 0) return coerced;
  const variables: Record<string, unknown> = { ...coerced };
  for (const { name, node, type } of literals) {
    const value: unknown = valueFromAST(node, type, coerced);
    if (value === undefined) return undefined;
    variables[name] = value;
  }
  return variables;
}

/** Gives a program, or why there is none. */
function openCompiler(schema: GraphQLSchema): (asked: Asked, variables: Coerced) => Program | string {
  const config = schema.toConfig();
  const widened = new GraphQLSchema({ ...config, types: [...config.types, OPAQUE], assumeValid: true });
  settleLists(widened);
  nameTypesQuietly(widened);
  const leaves = Object.values(widened.getTypeMap()).filter(isScalarType);
  const options = {
    disablingCapturingStackErrors: true,
    customSerializers: Object.fromEntries(leaves.map((leaf) => [leaf.name, keepCause(leaf)])),
  };
  return (asked, variables) => {
    try {
      const { document, literals } = makeCompilable(widened, OPAQUE.name, asked, variables);
      const compiled = compileQuery(widened, document, asked.operation.name?.value, options);
      return isCompiledQuery(compiled) ? { run: compiled.query, literals } : 'COMPILER';
    } catch {
      return 'COMPILER';
    }
  };
}

/** A program asks a value for its type outside of every guard: what is thrown there would leave the answer open for ever. */
function nameTypesQuietly(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()).filter(isAbstractType)) {
    type.resolveType ??= (value: unknown) =>
      typeof value === 'object' && value !== null && '__typename' in value && typeof value.__typename === 'string'
        ? value.__typename
        : undefined;
  }
}
