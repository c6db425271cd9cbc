// Composition of subgraphs by the three composers that the platforms of Apollo, The Guild and WunderGraph use.
import { composeServices } from '@apollo/composition';
import { composeServices as composeByTheGuild } from '@theguild/federation-composition';
import { federateSubgraphs, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition';
import { Kind, parse, print, visit, type DirectiveNode, type DocumentNode } from 'graphql';

export interface Subgraph {
  readonly name: string;
  readonly url: string;
  readonly sdl: string;
}

/** What a composer makes of subgraphs: a supergraph, or why there is none. */
export type Composition =
  | { readonly supergraph: string; readonly problems: readonly [] }
  | { readonly supergraph: undefined; readonly problems: readonly string[] };

export type Compose = (subgraphs: readonly Subgraph[]) => Composition;

export const COMPOSERS = {
  apollo: (subgraphs) => {
    const { supergraphSdl, errors = [] } = composeServices(subgraphs.map(asService));
    return compositionOf(supergraphSdl, errors);
  },
  guild: (subgraphs) => {
    const { supergraphSdl, errors = [] } = composeByTheGuild(subgraphs.map(asService));
    return compositionOf(supergraphSdl, errors);
  },
  wundergraph: (subgraphs) => {
    const result = federateSubgraphs({
      subgraphs: subgraphs.map(({ name, url, sdl }) => ({ name, url, definitions: parse(sdl) })),
      version: ROUTER_COMPATIBILITY_VERSION_ONE,
    });
    // Its router takes a configuration in place of a supergraph; the graph that clients see stands in for it.
    return result.success
      ? compositionOf(print(result.federatedGraphAST), [])
      : compositionOf(undefined, result.errors);
  },
} as const satisfies Record<string, Compose>;

/** Directives by which a graph asks its router to check callers, as they are called in the specification. */
const SECURITY = ['authenticated', 'requiresScopes', 'policy'];

/**
 * A subgraph without those directives. @apollo/gateway cannot obey them and, rightly, refuses a supergraph that has them;
 * for such a gateway they are taken out. Nothing is lost: our service checks every request itself.
 */
export function withoutSecurity(subgraph: Subgraph): Subgraph {
  const sdl = print(
    visit(parse(subgraph.sdl), {
      Directive: (node) => {
        if (SECURITY.includes(node.name.value)) return null;
        return node.name.value === 'link' ? withoutSecurityImports(node) : undefined;
      },
    }),
  );
  return { ...subgraph, sdl };
}

function withoutSecurityImports(link: DirectiveNode): DirectiveNode {
  return visit(link, {
    ListValue: (list) => ({
      ...list,
      values: list.values.filter((value) => value.kind !== Kind.STRING || !SECURITY.includes(value.value.slice(1))),
    }),
  });
}

function asService({ name, url, sdl }: Subgraph): { name: string; url: string; typeDefs: DocumentNode } {
  return { name, url, typeDefs: parse(sdl) };
}

function compositionOf(supergraph: string | undefined, errors: readonly Error[]): Composition {
  if (supergraph !== undefined && errors.length === 0) return { supergraph, problems: [] };
  const problems = errors.map(({ message }) => message);
  return { supergraph: undefined, problems: problems.length > 0 ? problems : ['the composer gave no reason'] };
}
