// An operation in the form that the compiler may be trusted with: no text of a caller's, no condition, no variable to be read.
// The compiler writes literal arguments into its program as source, and one of the right form runs there (ADR 0040).
import {
  Kind,
  OperationTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ASTNode,
  type DirectiveNode,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';

/** Values of variables after they were read, by name. */
export type Coerced = Readonly<Record<string, unknown>>;

/** What stood as a literal, and goes into the program as a variable of this name. */
export interface Literal {
  readonly name: string;
  readonly node: ValueNode;
  readonly type: GraphQLInputType;
}

export interface Compilable {
  readonly document: DocumentNode;
  readonly literals: readonly Literal[];
}

/** Conditions and names of a document, as far as they decide whether and how it is compiled. */
export interface Reading {
  /** The variables that @skip and @include look at. */
  readonly conditions: readonly string[];
  /** Why it is left to the ordinary executor; absent where it may be compiled. */
  readonly whyNot?: 'NAME' | 'AMBIGUOUS_PATH' | 'KIND';
}

/** In a program's object this name sets what the object inherits from, and is no field. */
const PROTOTYPE = '__proto__';

/** Items of lists stand in the compiler's paths by such names. */
const INDEX = /^idx\d+$/;

export function readDocument(schema: GraphQLSchema, document: DocumentNode): Reading {
  const conditions = new Set<string>();
  const names = new Set<string>();
  const keys = new Set<string>();
  let isQuery = true;
  visit(document, {
    Name: ({ value }) => void names.add(value),
    Field: ({ alias, name }) => void keys.add((alias ?? name).value),
    OperationDefinition: ({ operation }) => void (isQuery &&= operation === OperationTypeNode.QUERY),
    Directive: (node) => {
      const value = conditionOf(node);
      if (value?.kind === Kind.VARIABLE) conditions.add(value.name.value);
    },
  });
  const reading = { conditions: [...conditions] };
  // The service only reads. The order of mutations is a promise that nobody here has tried.
  if (!isQuery) return { ...reading, whyNot: 'KIND' };
  if (names.has(PROTOTYPE)) return { ...reading, whyNot: 'NAME' };
  const isStep = (name: string): boolean =>
    keys.has(name) || INDEX.test(name) || Object.hasOwn(schema.getTypeMap(), name);
  return isAmbiguous(keys, isStep) ? { ...reading, whyNot: 'AMBIGUOUS_PATH' } : reading;
}

/**
 * The compiler knows a place by the names on the way to it, joined by `_`. Two places may have one name only where a name
 * begins with another one and a `_`.
 */
function isAmbiguous(keys: ReadonlySet<string>, isStep: (name: string) => boolean): boolean {
  return [...keys].some((key) => [...key.matchAll(/_/g)].some(({ index }) => isStep(key.slice(0, index))));
}

/** Every variable of a compiled document is of this type, which the given schema must have: it is taken as it comes. */
export function makeCompilable(
  schema: GraphQLSchema,
  opaqueType: string,
  { document, operation }: { readonly document: DocumentNode; readonly operation: OperationDefinitionNode },
  variables: Coerced,
): Compilable {
  const literals: Literal[] = [];
  const taken = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
  const types = new TypeInfo(schema);
  // The compiler writes notes of its own into the fields, so they must be copies. A selection that is not asked for goes.
  const selection = <Node extends ASTNode & { readonly directives?: readonly DirectiveNode[] | undefined }>(
    node: Node,
  ) => (isAsked(node.directives ?? [], variables) ? { ...node, directives: [] } : null);
  const rewritten = visit(
    withOnly(document, operation),
    visitWithTypeInfo(types, {
      VariableDefinition: () => false,
      Field: selection,
      InlineFragment: selection,
      FragmentSpread: selection,
      Argument: (node) => {
        if (node.value.kind === Kind.VARIABLE) return undefined;
        const type = types.getInputType();
        if (type === undefined || type === null) throw new Error('an argument that was not validated');
        const name = freeName(taken);
        literals.push({ name, node: node.value, type });
        const { loc } = node.value;
        return { ...node, value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name }, ...(loc && { loc }) } };
      },
    }),
  );
  const variableDefinitions = [...taken].map((name) => opaque(name, opaqueType));
  const definitions = rewritten.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? { ...definition, directives: [], variableDefinitions } : definition,
  );
  return { document: { ...rewritten, definitions }, literals };
}

/** Other operations of the document have variables of their own. */
function withOnly(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode {
  const definitions = document.definitions.filter(
    (definition) => definition === operation || definition.kind === Kind.FRAGMENT_DEFINITION,
  );
  return { ...document, definitions };
}

function isAsked(directives: readonly DirectiveNode[], variables: Coerced): boolean {
  return directives.every((directive) => {
    const value = conditionOf(directive);
    if (value === undefined) return true;
    const isTrue = value.kind === Kind.VARIABLE ? variables[value.name.value] : 'value' in value && value.value;
    return isTrue === (directive.name.value === 'include');
  });
}

function conditionOf({ name, arguments: given = [] }: DirectiveNode): ValueNode | undefined {
  if (name.value !== 'skip' && name.value !== 'include') return undefined;
  return given.find((argument) => argument.name.value === 'if')?.value;
}

function freeName(taken: Set<string>): string {
  let at = taken.size;
  while (taken.has(`literal${at}`)) at += 1;
  taken.add(`literal${at}`);
  return `literal${at}`;
}

function opaque(name: string, type: string): VariableDefinitionNode {
  return {
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
    type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type } },
  };
}
