// The form of a document, measured before validation looks at it: how deep, how many aliases and directives, how long written out.
import {
  Kind,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { SELECTIONS_MAX, type LimitRefusal, type OperationLimits } from './limits';

interface Form {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly selections: number;
}

const EMPTY: Form = { depth: 0, aliases: 0, directives: 0, selections: 0 };

/** The first limit that a document is beyond, or undefined. It need not be valid: only its form is looked at. */
export function whyNotForm(document: DocumentNode, limits: OperationLimits): LimitRefusal | undefined {
  const { depth, aliases, directives, selections } = measure(document);
  if (depth > limits.depthMax) return beyond('OPERATION_TOO_DEEP', 'levels deep', depth, limits.depthMax);
  if (aliases > limits.aliasesMax) return beyond('TOO_MANY_ALIASES', 'aliases', aliases, limits.aliasesMax);
  if (directives > limits.directivesMax) {
    return beyond('TOO_MANY_DIRECTIVES', 'directives', directives, limits.directivesMax);
  }
  if (selections > SELECTIONS_MAX) {
    return beyond('OPERATION_TOO_LARGE', 'selections with its fragments', selections, SELECTIONS_MAX);
  }
  return undefined;
}

function beyond(code: string, what: string, count: number, max: number): LimitRefusal {
  // Doubling fragments come to numbers that nobody wants to read.
  const shown = count > 1_000_000 ? 'more than a million' : String(count);
  return { code, message: `The operation has ${shown} ${what}; ${max} are allowed.` };
}

/** All of a document's operations together, and the deepest of them. */
function measure(document: DocumentNode): Form {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
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
