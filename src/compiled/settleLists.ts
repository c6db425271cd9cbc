// Lists whose items are promises, each awaited before a compiled program meets it: where one fails first, it would add an item.
import { getNullableType, isListType, isNonNullType, isObjectType, type GraphQLSchema } from 'graphql';

/**
 * Changes the schema's fields; to the ordinary executor they mean the same as before. Where items must not be null, one that
 * fails takes the list along, and an item more is not seen.
 */
export function settleLists(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap()).filter(isObjectType)) {
    if (type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      const list = getNullableType(field.type);
      if (resolve === undefined || !isListType(list) || isNonNullType(list.ofType)) continue;
      field.resolve = (root, args, context, info) => {
        const items: unknown = resolve(root, args, context, info);
        return items instanceof Promise ? items.then(settled) : settled(items);
      };
    }
  }
}

function settled(list: unknown): unknown {
  return Array.isArray(list) && list.some((item) => item instanceof Promise) ? settledItems(list) : list;
}

/** Each item, or its error in its place: one that fails must not take the others along. */
export async function settledItems(list: readonly unknown[]): Promise<readonly unknown[]> {
  return await Promise.all(
    list.map(async (item) => {
      try {
        return await item;
      } catch (error) {
        return error instanceof Error ? error : new Error('an item failed', { cause: error });
      }
    }),
  );
}
