// The products subgraph of Apollo's compatibility suite: its data and resolvers, served by the factory that serves the contract.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper';
import { parse, type GraphQLSchema } from 'graphql';

/** Where the package keeps its schemas and its compiled parts. */
export const SUITE = dirname(require.resolve('@apollo/federation-subgraph-compatibility-tests/package.json'));

export const PRODUCTS_SDL = readFileSync(join(SUITE, 'products.graphql'), 'utf8');

interface User {
  readonly email: string;
  readonly name?: string;
  readonly totalProductsCreated?: number;
  readonly yearsOfEmployment?: number;
}

interface Research {
  readonly study: { readonly caseNumber: string; readonly description?: string };
  readonly outcome: string | null;
}

interface ProductReference {
  readonly id?: string;
  readonly sku?: string;
  readonly package?: string;
  readonly variation?: { readonly id: string };
}

const JANE: User = { email: 'support@apollographql.com', name: 'Jane Smith', totalProductsCreated: 1337 };
const DIMENSIONS = { size: 'small', weight: 1, unit: 'kg' };

const RESEARCH: readonly Research[] = [
  { study: { caseNumber: '1234', description: 'Federation Study' }, outcome: null },
  { study: { caseNumber: '1235', description: 'Studio Study' }, outcome: null },
];

const PRODUCTS = [
  {
    id: 'apollo-federation',
    sku: 'federation',
    package: '@apollo/federation',
    variation: { id: 'OSS' },
    research: [RESEARCH[0]],
  },
  { id: 'apollo-studio', sku: 'studio', package: '', variation: { id: 'platform' }, research: [RESEARCH[1]] },
].map((product) => ({ ...product, dimensions: DIMENSIONS, createdBy: JANE, notes: null }));

const DEPRECATED = {
  sku: 'apollo-federation-v1',
  package: '@apollo/federation-v1',
  reason: 'Migrate to Federation V2',
  createdBy: JANE,
};

const findDeprecated = (sku: string, from: string) =>
  sku === DEPRECATED.sku && from === DEPRECATED.package ? DEPRECATED : null;

const RESOLVERS: GraphQLResolverMap<unknown> = {
  Query: {
    product: (_root, { id }) => PRODUCTS.find((product) => product.id === id) ?? null,
    deprecatedProduct: (_root, { sku, package: from }) => findDeprecated(sku, from),
  },
  Product: {
    __resolveReference: (wanted: ProductReference) =>
      PRODUCTS.find(({ id, sku, package: from, variation }) =>
        wanted.id !== undefined
          ? id === wanted.id
          : sku === wanted.sku && (from === wanted.package || variation.id === wanted.variation?.id),
      ) ?? null,
  },
  DeprecatedProduct: {
    __resolveReference: ({ sku = '', package: from = '' }: ProductReference) => findDeprecated(sku, from),
  },
  ProductResearch: {
    __resolveReference: ({ study }: Research) =>
      RESEARCH.find((research) => research.study.caseNumber === study.caseNumber) ?? null,
  },
  User: {
    __resolveReference: (user: User) => (user.email === JANE.email ? { ...JANE, ...user } : null),
    name: () => JANE.name,
    averageProductsCreatedPerYear: ({ email, totalProductsCreated, yearsOfEmployment }: User) => {
      if (email !== JANE.email) throw new Error(`the gateway asked for ${email}`);
      return Math.round((totalProductsCreated ?? 0) / (yearsOfEmployment ?? Number.NaN));
    },
  },
  Inventory: {
    __resolveReference: ({ id }: { readonly id: string }) => ({ id, deprecatedProducts: [DEPRECATED] }),
  },
};

export function productsSchema(): GraphQLSchema {
  return buildSubgraphSchema([{ typeDefs: parse(PRODUCTS_SDL), resolvers: RESOLVERS }]);
}
