// A walk over the contract: every argument that names a thing, every entity, and a way to reach each type from the root.
import {
  getNamedType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** How an argument names a thing: by id, by a list of ids, by the cursor of an item, or by the number on a bill. */
type Naming = 'id' | 'ids' | 'cursor' | 'number';

export interface NamingArgument {
  /** For test names, for example `Query.account(id)`. */
  readonly name: string;
  readonly on: GraphQLObjectType;
  readonly field: Field;
  readonly argument: GraphQLArgument;
  readonly naming: Naming;
  /** The type of the thing that is named. */
  readonly names: string;
}

/** What a caller names his own things by. */
export interface Own {
  /** Ids by type. */
  readonly ids: Readonly<Record<string, string>>;
  readonly accountNumber: string;
}

/** Types that hold a figure: an argument of such a type names nothing. */
const FIGURES = ['Int'];

/** Every argument of every field that names a thing. Throws for an argument that nobody has taught this walk. */
export function namingArguments(schema: GraphQLSchema): readonly NamingArgument[] {
  return objectTypes(schema).flatMap((on) =>
    Object.values(on.getFields()).flatMap((field: Field) =>
      field.args.flatMap((argument) => {
        const naming = namingOf(argument, `${on.name}.${field.name}(${argument.name})`);
        if (naming === undefined) return [];
        const name = `${on.name}.${field.name}(${argument.name})`;
        return [{ name, on, field, argument, naming, names: naming === 'cursor' ? itemOf(field) : typeOf(field).name }];
      }),
    ),
  );
}

/** The types that a gateway may ask for by key; throws where a key is not the id. */
export function entityTypes(schema: GraphQLSchema): readonly string[] {
  return objectTypes(schema)
    .filter((type) => type.astNode?.directives?.some(({ name }) => name.value === 'key') === true)
    .map((type) => {
      const keys = type.astNode?.directives?.filter(({ name }) => name.value === 'key') ?? [];
      const fields = keys.map((key) => key.arguments?.map(({ value }) => ('value' in value ? value.value : '')).join());
      if (fields.join('|') !== 'id')
        throw new Error(`the walk does not know the keys ${fields.join('|')} of ${type.name}`);
      return type.name;
    });
}

/** The operation that puts `$value` into the argument, on the shortest way from the root over the caller's own things. */
export function operationFor(schema: GraphQLSchema, asked: NamingArgument, own: Own): string {
  const way = waysFrom(schema, own).get(asked.on.name);
  if (way === undefined) throw new Error(`no way leads to ${asked.on.name}`);
  const selection = `${asked.field.name}(${asked.argument.name}: $value) ${selectionOf(typeOf(asked.field), 3)}`;
  const inner = way.reduceRight((text, step) => `{ ${step} ${text} }`, `{ ${selection} }`);
  return `query Walk($value: ${String(asked.argument.type)}) ${inner}`;
}

/** Fields of a type down to a depth, but for those that must be told something. */
export function selectionOf(type: GraphQLObjectType, depth: number): string {
  const fields = Object.values(type.getFields()).filter(
    (field: Field) => !field.args.some(({ type: given }) => isNonNullType(given)),
  );
  const parts = fields.flatMap((field: Field) => {
    const named = getNamedType(field.type);
    if (isLeafType(named)) return [field.name];
    if (depth === 0 || !isObjectType(named)) return [];
    const below = selectionOf(named, depth - 1);
    return below === '' ? [] : [`${field.name} ${below}`];
  });
  return parts.length === 0 ? '' : `{ ${parts.join(' ')} }`;
}

function objectTypes(schema: GraphQLSchema): readonly GraphQLObjectType[] {
  return Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .filter(({ name }) => !name.startsWith('__'));
}

function namingOf(argument: GraphQLArgument, name: string): Naming | undefined {
  const type = getNamedType(argument.type).name;
  const nullable = isNonNullType(argument.type) ? argument.type.ofType : argument.type;
  if (FIGURES.includes(type) || name === 'Query._entities(representations)') return undefined;
  if (type === 'ID') return isListType(nullable) ? 'ids' : 'id';
  if (type === 'String' && argument.name === 'after') return 'cursor';
  if (type === 'String' && argument.name === 'accountNumber') return 'number';
  throw new Error(`${name} takes a ${type}, of which this walk knows nothing: teach it`);
}

function typeOf(field: Field): GraphQLObjectType {
  const type = getNamedType(field.type);
  if (!isObjectType(type)) throw new Error(`${field.name} names a thing, and answers with a ${type.name}`);
  return type;
}

/** The type of the items of a connection. */
function itemOf(field: Field): string {
  const nodes = typeOf(field).getFields()['nodes'];
  if (nodes === undefined) throw new Error(`${field.name} takes a cursor, and answers with no connection`);
  return getNamedType(nodes.type).name;
}

/** For each type the fields that lead to it, breadth first, so that each way is as short as can be. */
function waysFrom(schema: GraphQLSchema, own: Own): ReadonlyMap<string, readonly string[]> {
  const root = schema.getQueryType();
  if (root === null || root === undefined) throw new Error('the contract has no Query');
  const ways = new Map<string, readonly string[]>([[root.name, []]]);
  const queue = [root];
  for (let type = queue.shift(); type !== undefined; type = queue.shift()) {
    for (const field of Object.values(type.getFields()) as Field[]) {
      const to = getNamedType(field.type);
      const step = isObjectType(to) && !ways.has(to.name) ? stepOf(field, to.name, own) : undefined;
      if (step === undefined || !isObjectType(to)) continue;
      ways.set(to.name, [...(ways.get(type.name) ?? []), step]);
      queue.push(to);
    }
  }
  return ways;
}

/** The field with what it must be told; undefined where the caller has nothing to tell it. */
function stepOf(field: Field, to: string, own: Own): string | undefined {
  const needed = field.args.filter(({ type }) => isNonNullType(type));
  const given = needed.map((argument) => {
    const naming = namingOf(argument, `${field.name}(${argument.name})`);
    const value = naming === 'number' ? own.accountNumber : own.ids[to];
    return naming === 'id' || naming === 'number' ? value && `${argument.name}: ${JSON.stringify(value)}` : undefined;
  });
  if (given.includes(undefined)) return undefined;
  return given.length === 0 ? field.name : `${field.name}(${given.join(', ')})`;
}
