// The dashboard and the metrics name each other: no panel stays empty for a typing error, no figure is told to nobody.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openMetrics } from '../../../src/sight/metrics';

const ROOT = resolve(__dirname, '../../..');
const dashboard = JSON.parse(readFileSync(`${ROOT}/docs/grafana/daffron-subgraph.json`, 'utf8')) as Dashboard;
const paper = readFileSync(`${ROOT}/docs/operations.md`, 'utf8');

interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string; readonly query?: string }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly description?: string;
    readonly type: string;
    readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
  }[];
}

/** Words of PromQL that stand where a metric could, and are none. */
const FUNCTIONS = new Set(['sum', 'max', 'by', 'le', 'rate', 'increase', 'histogram_quantile', 'label_values', 'job']);

/** Of the figures of every Node process the dashboard shows a few; the others are for whoever looks for something. */
const isOfEveryProcess = (name: string): boolean => name.startsWith('process_') || name.startsWith('nodejs_');

const metrics = openMetrics(() => 0);
metrics.watch({ daffrons: () => [], pools: () => ({}) });
const names = metrics.names();

/** A histogram is three metrics to whoever asks. */
const asked = new Map(
  names.flatMap((name) => ['', '_bucket', '_count', '_sum'].map((part): [string, string] => [`${name}${part}`, name])),
);

/** Every word of an expression that could be a metric: outside of labels, ranges and texts. */
function metricsOf(expression: string): string[] {
  const bare = expression
    .replace(/\{[^}]*\}/g, ' ')
    .replace(/\[[^\]]*\]/g, ' ')
    .replace(/\bby \([^)]*\)/g, ' ');
  return [...bare.matchAll(/[a-zA-Z_:][\w:]*/g)].map(([word]) => word).filter((word) => !FUNCTIONS.has(word));
}

const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const expressions = [
  ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...dashboard.templating.list.flatMap(({ name, query }) => (name === 'job' && query !== undefined ? [query] : [])),
];

test('every metric that the dashboard names is one that the service tells', () => {
  const used = expressions.flatMap(metricsOf);
  expect(used.length).toBeGreaterThanOrEqual(expressions.length);
  expect(used.filter((name) => !asked.has(name))).toEqual([]);
});

test('every metric of ours is on the dashboard', () => {
  const shown = new Set(expressions.flatMap(metricsOf).map((name) => asked.get(name)));
  const ours = names.filter((name) => !isOfEveryProcess(name));
  expect(ours.length).toBeGreaterThan(12);
  expect(ours.filter((name) => !shown.has(name))).toEqual([]);
});

test('every metric of ours is explained in the paper, and the paper names no other', () => {
  const explained = [...paper.matchAll(/^\| `(subgraph_\w+)`/gm)].map(([, name]) => name);
  expect([...explained].sort()).toEqual(names.filter((name) => !isOfEveryProcess(name)).sort());
});

test('every panel says what it shows, has a number of its own, and asks something', () => {
  expect(panels.filter(({ description, targets = [] }) => !description || targets.length === 0)).toEqual([]);
  expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
});

test('a biller who was removed while the process runs is gone from the figures, and wakes nobody any more', async () => {
  const watching = openMetrics(() => 0);
  const state = { waiting: 40, waitingMax: 50, inFlight: 3, isBreakerOpen: true };
  let billers: [string, typeof state][] = [['coop', state]];
  watching.watch({ daffrons: () => billers, pools: () => ({}) });
  expect(await watching.read()).toContain('subgraph_daffron_breaker_open{biller="coop"} 1');
  billers = [];
  expect(await watching.read()).not.toContain('coop');
});
