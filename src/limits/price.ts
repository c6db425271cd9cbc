// What an operation may cost at most, by the lists that it asks for: worked out once for a document, and then for each request's variables.
import {
  GraphQLList,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { intIn, itemsIn, type FromVariables, type Variables } from './argumentValues';
import { readListSize, readWeight } from './costDirectives';

/** An operation as it is judged for each request. */
export interface Plan {
  price(variables: Variables): number;
  /** Every list that is given as an argument, and how many items it has. */
  readonly lists: readonly { readonly argument: string; readonly items: FromVariables<number> }[];
  /** The fields that the operation begins with. */
  readonly rootFields: ReadonlySet<string>;
}

type Field = GraphQLField<unknown, unknown>;
type Price = FromVariables<number>;

/** How long the lists are that are named in `fields`, as the field above them was asked. */
interface Sizing {
  readonly fields: readonly string[];
  readonly size: FromVariables<number>;
}

/** A list of objects of which the contract does not say how long it is. */
const LIST_SIZE_DEFAULT = 10;

/** What a connection's `first` counts, where no directive names other fields. */
const CONNECTION_LISTS = ['edges', 'nodes'];
const SLICING_ARGUMENTS = ['first', 'last'];

/** Works out the plan of a valid operation. The walk is bounded: the document's form was judged before. */
export function planOperation(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Plan {
  const planner = new Planner(schema, document, operation);
  return planner.plan();
}

class Planner {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly lists: { argument: string; items: FromVariables<number> }[] = [];
  private readonly rootFields = new Set<string>();
  private readonly root: GraphQLCompositeType | undefined;

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
  ) {
    this.root = schema.getRootType(operation.operation) ?? undefined;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    }
  }

  plan(): Plan {
    const price =
      this.root === undefined ? () => 0 : this.priceSelections(this.operation.selectionSet, this.root, undefined);
    return { price, lists: this.lists, rootFields: this.rootFields };
  }

  /** Together; where only one of several types can be met, the dearest of them. */
  private priceSelections(set: SelectionSetNode, type: GraphQLCompositeType, sizing: Sizing | undefined): Price {
    const always: Price[] = [];
    const byType = new Map<string, Price[]>();
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        always.push(this.priceField(selection, type, sizing));
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.fragments.get(selection.name.value);
      if (fragment === undefined) continue;
      const named = fragment.typeCondition && this.schema.getType(fragment.typeCondition.name.value);
      const condition = isCompositeType(named) ? named : type;
      const price = this.priceSelections(fragment.selectionSet, condition, sizing);
      if (isAbstractType(type) && isObjectType(condition)) {
        byType.set(condition.name, [...(byType.get(condition.name) ?? []), price]);
      } else {
        always.push(price);
      }
    }
    const either = [...byType.values()];
    return (variables) =>
      sumOf(always, variables) + either.reduce((dearest, prices) => Math.max(dearest, sumOf(prices, variables)), 0);
  }

  private priceField(node: FieldNode, parent: GraphQLCompositeType, sizing: Sizing | undefined): Price {
    const field = 'getFields' in parent ? parent.getFields()[node.name.value] : undefined;
    // What describes the contract itself costs no back end anything, and is off in production.
    if (field === undefined) return () => 0;
    if (parent === this.root) this.rootFields.add(field.name);
    const lists = this.listArgumentsOf(node, field);
    const type = getNamedType(field.type);
    const weight = readWeight(field) ?? (isCompositeType(type) ? 1 : 0);
    const isSized = sizing?.fields.includes(field.name) === true;
    const size = isSized ? sizing.size : this.sizeOf(node, field, lists);
    const under =
      node.selectionSet === undefined || !isCompositeType(type)
        ? () => 0
        : this.priceSelections(node.selectionSet, type, this.sizingOf(node, field));
    return (variables) => size(variables) * (weight + under(variables));
  }

  private listArgumentsOf(node: FieldNode, field: Field): readonly FromVariables<number>[] {
    return field.args.flatMap(({ name, type }) => {
      const given = node.arguments?.find((argument) => argument.name.value === name);
      if (given === undefined || !isListType(getNullableType(type))) return [];
      const items = itemsIn(given.value, this.operation);
      this.lists.push({ argument: name, items });
      return [items];
    });
  }

  /** How many items the field itself answers with: as many as it was given, as were asked for, or as the contract says. */
  private sizeOf(node: FieldNode, field: Field, lists: readonly FromVariables<number>[]): FromVariables<number> {
    if (!(getNullableType(field.type) instanceof GraphQLList)) return () => 1;
    if (lists.length > 0) return (variables) => Math.max(...lists.map((items) => items(variables)));
    const listSize = readListSize(field);
    const slice = this.sliceOf(node, field, listSize?.slicingArguments ?? SLICING_ARGUMENTS);
    const assumed = listSize?.assumedSize ?? LIST_SIZE_DEFAULT;
    return slice ?? (() => assumed);
  }

  /** For a connection: which of its fields are as long as was asked for. */
  private sizingOf(node: FieldNode, field: Field): Sizing | undefined {
    if (getNullableType(field.type) instanceof GraphQLList) return undefined;
    const listSize = readListSize(field);
    const slice = this.sliceOf(node, field, listSize?.slicingArguments ?? SLICING_ARGUMENTS);
    const assumed = listSize?.assumedSize;
    const size = slice ?? (assumed === undefined ? undefined : () => assumed);
    return size && { fields: listSize?.sizedFields ?? CONNECTION_LISTS, size };
  }

  private sliceOf(node: FieldNode, field: Field, names: readonly string[]): FromVariables<number> | undefined {
    const slices = field.args.flatMap(({ name, defaultValue }) => {
      if (!names.includes(name)) return [];
      const given = node.arguments?.find((argument) => argument.name.value === name);
      const fallback = typeof defaultValue === 'number' ? defaultValue : undefined;
      if (given === undefined && fallback === undefined) return [];
      return [intIn(given?.value, this.operation, fallback ?? LIST_SIZE_DEFAULT)];
    });
    return slices.length === 0 ? undefined : (variables) => Math.max(...slices.map((slice) => slice(variables)));
  }
}

function sumOf(prices: readonly Price[], variables: Variables): number {
  let sum = 0;
  for (const price of prices) sum += price(variables);
  return sum;
}
