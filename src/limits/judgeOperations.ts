// The last look at an operation before it runs, with its variables: the lists it was given, its price, and who may read the contract.
import {
  GraphQLError,
  OperationTypeNode,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { ApolloServerPlugin } from '@apollo/server';
import type { Context } from '../../resolvers/context';
import type { Variables } from './argumentValues';
import type { OperationLimits } from './limits';
import { planOperation, type Plan } from './price';

const BAD_REQUEST = 400;
const FORBIDDEN = 403;

/** Refuses what is beyond the limits. Plans are kept as long as the documents are, which Apollo's store decides. */
export function judgeOperations(limits: OperationLimits): ApolloServerPlugin<Context> {
  const plans = new WeakMap<OperationDefinitionNode, Plan>();

  function planOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Plan {
    const known = plans.get(operation);
    if (known !== undefined) return known;
    const plan = planOperation(schema, document, operation);
    plans.set(operation, plan);
    return plan;
  }

  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ schema, document, operation, request, contextValue }) => {
          // A name that names no operation leaves none; Apollo says so when it comes to run it.
          if (operation === undefined) return Promise.resolve();
          const plan = planOf(schema, document, operation);
          const refusal =
            whyNotKind(schema, operation) ??
            whyNotContract(plan, contextValue) ??
            whyNotLists(plan, request.variables, limits) ??
            whyNotPrice(plan, request.variables, limits);
          return refusal === undefined ? Promise.resolve() : Promise.reject(refusal);
        },
      }),
  };
}

/** Validation lets pass what the contract has no root for, and a subscription would be run as if it were a query (G14). */
function whyNotKind(schema: GraphQLSchema, { operation }: OperationDefinitionNode): GraphQLError | undefined {
  if (operation !== OperationTypeNode.SUBSCRIPTION && schema.getRootType(operation)) return undefined;
  return refused('OPERATION_NOT_SUPPORTED', `This service has no ${operation}.`, {});
}

/** The SDL names every type and field; a router's build reads it, and nobody else need (G6). */
function whyNotContract(plan: Plan, { mayReadContract }: Context): GraphQLError | undefined {
  if (mayReadContract || !plan.rootFields.has('_service')) return undefined;
  return refused('NOT_PERMITTED', 'The contract is read with a credential for composition.', {}, FORBIDDEN);
}

function whyNotLists(
  plan: Plan,
  variables: Variables = {},
  { listItemsMax }: OperationLimits,
): GraphQLError | undefined {
  const tooLong = plan.lists.find(({ items }) => items(variables) > listItemsMax);
  if (tooLong === undefined) return undefined;
  const { argument, items } = tooLong;
  const message = `${argument} has ${items(variables)} items; ${listItemsMax} are allowed.`;
  return refused('LIST_TOO_LONG', message, { argument });
}

function whyNotPrice(plan: Plan, variables: Variables = {}, { costMax }: OperationLimits): GraphQLError | undefined {
  const price = plan.price(variables);
  if (price <= costMax) return undefined;
  const message = `The operation may cost ${price} by the lists that it asks for; ${costMax} is allowed. Ask for fewer items at a time.`;
  return refused('OPERATION_TOO_COSTLY', message, { price, budget: costMax });
}

function refused(
  code: string,
  message: string,
  about: Readonly<Record<string, string | number>>,
  status = BAD_REQUEST,
): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...about, http: { status } } });
}
