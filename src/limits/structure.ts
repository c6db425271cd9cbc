// The form of a document, measured before validation looks at it: how deep, how many aliases and directives, how long written out.
import {
  Kind,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { EQUAL_PAIRS_MAX, SELECTIONS_MAX, type LimitRefusal, type OperationLimits } from './limits';

interface Form {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly selections: number;
}

const EMPTY: Form = { depth: 0, aliases: 0, directives: 0, selections: 0 };

/** The first limit that a document is beyond, or undefined. It need not be valid: only its form is looked at. */
export function whyNotForm(document: DocumentNode, limits: OperationLimits): LimitRefusal | undefined {
  const fragments = fragmentsOf(document);
  const { depth, aliases, directives, selections } = measure(document, fragments);
  if (depth > limits.depthMax) return beyond('OPERATION_TOO_DEEP', 'levels deep', depth, limits.depthMax);
  if (aliases > limits.aliasesMax) return beyond('TOO_MANY_ALIASES', 'aliases', aliases, limits.aliasesMax);
  if (directives > limits.directivesMax) {
    return beyond('TOO_MANY_DIRECTIVES', 'directives', directives, limits.directivesMax);
  }
  if (selections > SELECTIONS_MAX) {
    return beyond('OPERATION_TOO_LARGE', 'selections with its fragments', selections, SELECTIONS_MAX);
  }
  const pairs = countEqualPairs(document, fragments, limits.depthMax);
  return pairs > EQUAL_PAIRS_MAX
    ? beyond('TOO_MANY_DUPLICATES', 'pairs of equal fields', pairs, EQUAL_PAIRS_MAX)
    : undefined;
}

function beyond(code: string, what: string, count: number, max: number): LimitRefusal {
  // Doubling fragments come to numbers that nobody wants to read.
  const shown = count > 1_000_000 ? 'more than a million' : String(count);
  return { code, message: `The operation has ${shown} ${what}; ${max} are allowed.` };
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

function fragmentsOf(document: DocumentNode): Fragments {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
}

/** All of a document's operations together, and the deepest of them. */
function measure(document: DocumentNode, fragments: Fragments): Form {
  const measured = new Map<string, Form>();

  /** A fragment is measured once, however often it is spread; one that contains itself counts as nothing, and is invalid. */
  function ofFragment(name: string): Form {
    const known = measured.get(name);
    if (known !== undefined) return known;
    measured.set(name, EMPTY);
    const fragment = fragments.get(name);
    const form = fragment === undefined ? EMPTY : ofSelections(fragment.selectionSet, fragment.directives);
    measured.set(name, form);
    return form;
  }

  function ofSelections(set: SelectionSetNode, directives: readonly DirectiveNode[] = []): Form {
    let sum: Form = { ...EMPTY, directives: directives.length };
    for (const selection of set.selections) {
      const own = selection.directives?.length ?? 0;
      sum = add(sum, { ...EMPTY, directives: own, selections: 1 });
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        sum = add(sum, ofFragment(selection.name.value));
      } else {
        const isAlias = selection.kind === Kind.FIELD && selection.alias !== undefined;
        const under = selection.selectionSet === undefined ? EMPTY : ofSelections(selection.selectionSet);
        sum = add(sum, { ...under, aliases: under.aliases + (isAlias ? 1 : 0), depth: under.depth + 1 });
      }
    }
    return sum;
  }

  let sum = EMPTY;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const ofVariables = (definition.variableDefinitions ?? []).flatMap(({ directives = [] }) => directives);
    sum = add(sum, ofSelections(definition.selectionSet, [...(definition.directives ?? []), ...ofVariables]));
  }
  return sum;
}

function add(one: Form, other: Form): Form {
  return {
    depth: Math.max(one.depth, other.depth),
    aliases: one.aliases + other.aliases,
    directives: one.directives + other.directives,
    selections: one.selections + other.selections,
  };
}

function append<T>(lists: Map<string, T[]>, name: string, item: T): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [item]);
  else list.push(item);
}

/** How many pairs of fields validation would hold against each other, since they answer under one name in one place. */
function countEqualPairs(document: DocumentNode, fragments: Fragments, depthMax: number): number {
  function inPlace(sets: readonly SelectionSetNode[], depth: number): number {
    // Deeper is only a fragment that contains itself; that it is invalid is for validation to say.
    if (depth > depthMax) return 0;
    const counts = new Map<string, number>();
    const under = new Map<string, SelectionSetNode[]>();
    const spread = new Set<string>();
    const collect = ({ selections }: SelectionSetNode): void => {
      for (const selection of selections) {
        if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
        else if (selection.kind === Kind.FRAGMENT_SPREAD) collectFragment(selection.name.value);
        else {
          const name = selection.alias?.value ?? selection.name.value;
          counts.set(name, (counts.get(name) ?? 0) + 1);
          if (selection.selectionSet !== undefined) append(under, name, selection.selectionSet);
        }
      }
    };
    const collectFragment = (name: string): void => {
      const fragment = fragments.get(name);
      if (fragment === undefined || spread.has(name)) return;
      spread.add(name);
      collect(fragment.selectionSet);
    };
    for (const set of sets) collect(set);
    let pairs = 0;
    for (const count of counts.values()) pairs += (count * (count - 1)) / 2;
    for (const below of under.values()) pairs += inPlace(below, depth + 1);
    return pairs;
  }

  // Validation looks into each fragment by itself, too, and into those that nobody uses.
  return document.definitions.reduce(
    (sum, definition) => ('selectionSet' in definition ? sum + inPlace([definition.selectionSet], 1) : sum),
    0,
  );
}
