// What the contract says about cost, in the directives that routers read too: @cost and @listSize of the Federation specification.
import { valueFromASTUntyped, type GraphQLField } from 'graphql';

type Field = GraphQLField<unknown, unknown>;

export interface ListSize {
  readonly assumedSize: number | undefined;
  readonly slicingArguments: readonly string[] | undefined;
  readonly sizedFields: readonly string[] | undefined;
}

/** The weight of `@cost(weight:)`; undefined where the field has none. */
export function readWeight(field: Field): number | undefined {
  return numberIn(argumentsOf(field, 'cost')?.['weight']);
}

/** `@listSize`; undefined where the field has none. */
export function readListSize(field: Field): ListSize | undefined {
  const given = argumentsOf(field, 'listSize');
  return (
    given && {
      assumedSize: numberIn(given['assumedSize']),
      slicingArguments: textsIn(given['slicingArguments']),
      sizedFields: textsIn(given['sizedFields']),
    }
  );
}

/** The directive may stand under the specification's own prefix where it was not imported by name. */
function argumentsOf(field: Field, name: string): Readonly<Record<string, unknown>> | undefined {
  const directive = field.astNode?.directives?.find(
    (each) => each.name.value === name || each.name.value === `federation__${name}`,
  );
  return (
    directive &&
    Object.fromEntries(
      (directive.arguments ?? []).map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)]),
    )
  );
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function textsIn(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : undefined;
}
