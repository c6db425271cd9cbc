// What a list will be asked for, seen before its items are: the balances of many accounts in one step. The executor then
// meets plain values, where it would else have a promise for each item.
import {
  getArgumentValues,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLResolveInfo,
  type SelectionSetNode,
} from 'graphql';
import type { Account } from '../../domain/account';
import type { Balance } from '../../domain/balance';
import { readMaxAge } from '../pages';

/** What is needed of the balances of an operation. */
export interface BalancesAhead {
  ofAccount(account: Account, maxAgeSeconds?: number): Promise<Balance | undefined> | Balance | undefined;
}

const ACCOUNT = 'Account';

/**
 * The list as it was; where its items are sure to be asked for their balances, those have been asked for, and waited for.
 * What fails here fails again, and is told, at the item that it belongs to.
 */
export async function foreseeBalances<Item>(
  list: Promise<readonly Item[]>,
  balances: BalancesAhead,
  info: GraphQLResolveInfo,
): Promise<readonly Item[]> {
  const items = await list;
  const asked = balanceFields(info);
  const [field] = asked;
  // Two questions for one account may want answers of different ages, and the executor's order decides between them.
  if (field === undefined || asked.length > 1) return items;
  const type = info.schema.getType(ACCOUNT);
  const definition = isObjectType(type) ? type.getFields()['balance'] : undefined;
  if (definition === undefined) return items;
  const { maxAgeSeconds } = getArgumentValues(definition, field, info.variableValues);
  const distinct: readonly unknown[] = [...new Set<unknown>(items)];
  await Promise.allSettled(
    distinct.filter(isAccount).map(async (account) => {
      await balances.ofAccount(account, readMaxAge(typeof maxAgeSeconds === 'number' ? maxAgeSeconds : undefined));
    }),
  );
  return items;
}

/** Accounts bear a generation; the other entities of this contract do not. */
function isAccount(item: unknown): item is Account {
  return typeof item === 'object' && item !== null && 'accountNumber' in item && 'generation' in item;
}

function balanceFields(info: GraphQLResolveInfo): readonly FieldNode[] {
  return info.fieldNodes.flatMap(({ selectionSet }) => (selectionSet ? fieldsOf(selectionSet, info) : []));
}

/** Whatever stands under a condition (@skip, @include) is not sure to be asked, and is left to its own time. */
function fieldsOf(selections: SelectionSetNode, info: GraphQLResolveInfo): readonly FieldNode[] {
  return selections.selections.flatMap((selection) => {
    if (selection.directives !== undefined && selection.directives.length > 0) return [];
    if (selection.kind === Kind.FIELD) return selection.name.value === 'balance' ? [selection] : [];
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? info.fragments[selection.name.value] : selection;
    const isOfAccounts = (fragment?.typeCondition?.name.value ?? ACCOUNT) === ACCOUNT;
    return fragment !== undefined && isOfAccounts ? fieldsOf(fragment.selectionSet, info) : [];
  });
}
