// What an argument comes to with a request's variables, which nothing has checked yet: whatever is wrong with them is told later.
import { Kind, type OperationDefinitionNode, type ValueNode } from 'graphql';

export type Variables = Readonly<Record<string, unknown>>;
export type FromVariables<T> = (variables: Variables) => T;

/** A number that a caller asks for, never less than none; the fallback where he gave none or no number. */
export function intIn(
  value: ValueNode | undefined,
  operation: OperationDefinitionNode,
  fallback: number,
): FromVariables<number> {
  if (value?.kind !== Kind.VARIABLE) return constant(value?.kind === Kind.INT ? Number(value.value) : fallback);
  const name = value.name.value;
  const written = defaultOf(operation, name);
  const absent = written?.kind === Kind.INT ? Number(written.value) : fallback;
  return (variables) => {
    const given = variables[name];
    if (given === undefined) return Math.max(0, absent);
    return typeof given === 'number' && Number.isFinite(given) ? Math.max(0, given) : fallback;
  };
}

/** How many items a list has; a single value is taken as a list of one, as GraphQL takes it. */
export function itemsIn(value: ValueNode, operation: OperationDefinitionNode): FromVariables<number> {
  if (value.kind !== Kind.VARIABLE) return constant(itemsOf(value));
  const name = value.name.value;
  const absent = itemsOf(defaultOf(operation, name));
  return (variables) => {
    const given = variables[name];
    if (given === undefined) return absent;
    if (given === null) return 0;
    return Array.isArray(given) ? given.length : 1;
  };
}

function constant(value: number): FromVariables<number> {
  const atLeastNone = Math.max(0, value);
  return () => atLeastNone;
}

function itemsOf(value: ValueNode | undefined): number {
  if (value === undefined || value.kind === Kind.NULL) return 0;
  return value.kind === Kind.LIST ? value.values.length : 1;
}

function defaultOf(operation: OperationDefinitionNode, name: string): ValueNode | undefined {
  return operation.variableDefinitions?.find(({ variable }) => variable.name.value === name)?.defaultValue;
}
