// The parts of the service with a span around each of their works. They are put around at the start where traces are
// wanted, so that a service without them runs the bare parts.
import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import type { QueryResultRow } from 'pg';
import type { BillFileDoor } from '../../../datasources/bills/ingestBif';
import type { BalanceStore } from '../../../datasources/cache/keptBalance';
import type { OwnTurn } from '../../../datasources/cache/turn';
import type { Daffron, DaffronAnswer } from '../../../datasources/daffron/daffron';
import type { Database } from '../../../datasources/postgres/database';
import type { Tracing } from './tracing';

/** One span for each batch of a loader, which is one statement: named as it is prepared, without text and values. */
export function tracedDatabase(database: Database, tracing: Tracing): Database {
  return {
    ...database,
    read: <Row extends QueryResultRow>(name: string, text: string, values: readonly unknown[]) =>
      tracing.span(`sql ${name}`, { 'db.system.name': 'postgresql' }, async (span) => {
        const rows = await database.read<Row>(name, text, values);
        span.set({ 'db.rows': rows.length });
        return rows;
      }),
  };
}

export function tracedStore(store: BalanceStore, tracing: Tracing): BalanceStore {
  return {
    ...store,
    getMany: (keys) =>
      tracing.span('cache read', { 'cache.keys': keys.length }, async (span) => {
        const kept = await store.getMany(keys);
        span.set({ 'cache.hits': kept.filter((value) => value !== undefined).length });
        return kept;
      }),
    takeTurn: (key, options) =>
      tracing.span('cache turn', {}, async (span) => {
        const turn = await store.takeTurn(key, options);
        span.set({ 'cache.turn': turn.kind });
        if (turn.kind === 'heard') return turn;
        const keep: OwnTurn['keep'] = (refreshed) => tracing.span('cache write', {}, () => turn.keep(refreshed));
        return { ...turn, keep };
      }),
    drop: (key) => tracing.span('cache drop', {}, async () => await store.drop(key)),
  };
}

/** A call that others joined stands in the trace of the one who began it. */
export function tracedDaffron(daffron: Daffron, billerId: string, tracing: Tracing): Daffron {
  const call = <T>(operation: string, ask: () => Promise<DaffronAnswer<T>>): Promise<DaffronAnswer<T>> =>
    tracing.span(`soap ${operation}`, { biller: billerId }, async (span) => {
      const answer = await ask();
      if (!answer.ok) {
        span.set({ 'soap.outcome': answer.failure.kind });
        span.fail(answer.failure.code);
      }
      return answer;
    });
  return {
    ...daffron,
    fetchPayableItems: (accountNumber, options) =>
      call('GetPayableItemsList', () => daffron.fetchPayableItems(accountNumber, options)),
    ping: (options) => call('PingURL', () => daffron.ping(options)),
    fetchMethods: (options) => call('GetMethods', () => daffron.fetchMethods(options)),
  };
}

export function tracedDoor(door: BillFileDoor, tracing: Tracing): BillFileDoor {
  return {
    ...door,
    ingest: (biller, name, stream, now, onProgress) =>
      tracing.span('import transaction', { biller: biller.id }, async (span) => {
        const report = await door.ingest(biller, name, stream, now, onProgress);
        span.set({ 'import.rows': report.counts.read, 'import.already': report.alreadyIngested });
        if (report.refused !== null) span.fail(report.refused.code);
        return report;
      }),
  };
}

/** Root fields only: a span around every field would cost more than the resolvers. */
export function traceRootFields(schema: GraphQLSchema, tracing: Tracing): GraphQLSchema {
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const resolve = field.resolve ?? defaultFieldResolver;
      const name = `${type?.name}.${field.name}`;
      field.resolve = (root, args, context, info) => tracing.spanOf(name, () => resolve(root, args, context, info));
    }
  }
  return schema;
}
