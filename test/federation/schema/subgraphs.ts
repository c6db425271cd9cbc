// The two subgraphs as text: the contract from schema/, and the outages beside it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kind, parse, print, type ConstDirectiveNode, type DocumentNode } from 'graphql';
import type { Subgraph } from '../../../supergraph/compose';

const ROOT = join(__dirname, '../../..');

const CONTRACT_FILES = readdirSync(join(ROOT, 'schema')).filter((name) => name.endsWith('.graphql'));

export const DAFFRON: Subgraph = {
  name: 'daffron',
  url: 'http://127.0.0.1:4001/graphql',
  sdl: CONTRACT_FILES.map((name) => readFileSync(join(ROOT, 'schema', name), 'utf8')).join('\n'),
};

export const OUTAGES: Subgraph = {
  name: 'outages',
  url: 'http://127.0.0.1:4002/graphql',
  sdl: readFileSync(join(ROOT, 'supergraph', 'outages', 'outages.graphql'), 'utf8'),
};

/** The subgraph with a piece of its text replaced; throws where the piece is not there, for then nothing was planted. */
export function changed(subgraph: Subgraph, from: string, to: string): Subgraph {
  if (!subgraph.sdl.includes(from)) throw new Error(`"${from}" is not in ${subgraph.name}`);
  return { ...subgraph, sdl: subgraph.sdl.replace(from, to) };
}

/** Every use of a directive on a type or a field, as `Account.balance @cost(weight: 10)`, whatever the order of its arguments. */
export function listUses(sdl: string, directives: readonly string[]): readonly string[] {
  const document: DocumentNode = parse(sdl);
  return document.definitions.flatMap((type) => {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.OBJECT_TYPE_EXTENSION) return [];
    const own = (type.directives ?? []).map((use) => [type.name.value, use] as const);
    const fields = (type.fields ?? []).flatMap(({ name, directives: uses = [] }) =>
      uses.map((use) => [`${type.name.value}.${name.value}`, use] as const),
    );
    return [...own, ...fields]
      .filter(([, use]) => directives.includes(use.name.value))
      .map(([where, use]) => `${where} ${inOrder(use)}`);
  });
}

function inOrder(use: ConstDirectiveNode): string {
  const sorted = (use.arguments ?? []).toSorted((one, other) => (one.name.value < other.name.value ? -1 : 1));
  return print({ ...use, arguments: sorted });
}
