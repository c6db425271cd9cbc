/** The Kubernetes manifests keep what docs/deploy.md promises, and each check of it catches what it is there for. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as rules from './setup/manifestRules';
import { readTree } from './setup/readTree';
import { readBillers } from '../src/billersFile';

const ROOT = path.join(__dirname, '..');
const files = readTree(ROOT).filter(({ path: file }) => file.startsWith('deploy/'));
const texts = files.filter(({ path: file }) => file.endsWith('.yaml')).map(({ text }) => text);
const all = rules.readManifests(texts);
const kustomizations = all.filter(({ kind }) => kind === 'Kustomization');
const README = readFileSync(path.join(ROOT, 'README.md'), 'utf8');

/** What a kustomization adds to every object and selector. */
const COMMON: Record<string, string> = Object.assign(
  {},
  ...kustomizations.flatMap(({ labels = [] }) => labels.map(({ pairs }: rules.Manifest) => pairs)),
);

/** The objects as they come out, as far as labels go; the rendered ones are checked by `npm run check:manifests`. */
function readObjects(): rules.Manifest[] {
  const objects = rules.readManifests(texts).filter(({ kind }) => kind !== 'Kustomization');
  for (const { spec } of objects) {
    if (spec?.template !== undefined) Object.assign(spec.template.metadata.labels, COMMON);
  }
  return objects;
}

const find = (objects: readonly rules.Manifest[], kind: string, name = 'daffron-subgraph'): rules.Manifest =>
  objects.find((each) => each.kind === kind && each.metadata.name === name);

/** What a rule finds after a change of the real manifests. */
function afterChange(
  rule: (objects: readonly rules.Manifest[]) => readonly string[],
  change: (objects: rules.Manifest[]) => void,
): readonly string[] {
  const objects = readObjects();
  change(objects);
  return rule(objects);
}

const containerOf = (objects: readonly rules.Manifest[], name?: string): rules.Manifest =>
  find(objects, 'Deployment', name).spec.template.spec.containers[0];
const podOf = (objects: readonly rules.Manifest[]): rules.Manifest => find(objects, 'Deployment').spec.template.spec;

test('the manifests are there: the service, a worker, and what keeps them', () => {
  const kinds = readObjects().map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(kinds).toEqual(
    expect.arrayContaining([
      'Deployment daffron-subgraph',
      'Deployment daffron-subgraph-worker',
      'Service daffron-subgraph',
      'PodDisruptionBudget daffron-subgraph',
      'HorizontalPodAutoscaler daffron-subgraph',
      'NetworkPolicy daffron-subgraph',
    ]),
  );
  const resources = kustomizations.flatMap(({ resources: named = [] }) => named);
  for (const { path: file } of files.filter((each) => each.path.startsWith('deploy/kustomize/base/'))) {
    if (/kustomization\.yaml$|\.env$/.test(file)) continue;
    expect(resources).toContain(path.basename(file));
  }
});

test('no container is root, writes to its root, or holds a capability', () => {
  const rule = rules.whoIsTooMighty;
  expect(rule(readObjects())).toEqual([]);
  const changes: ((objects: rules.Manifest[]) => void)[] = [
    (objects) => delete podOf(objects).securityContext.runAsNonRoot,
    (objects) => (podOf(objects).securityContext.runAsUser = 0),
    (objects) => delete podOf(objects).securityContext.seccompProfile,
    (objects) => delete podOf(objects).automountServiceAccountToken,
    (objects) => (podOf(objects).hostNetwork = true),
    (objects) => podOf(objects).volumes.push({ name: 'node', hostPath: { path: '/' } }),
    (objects) => delete containerOf(objects).securityContext.readOnlyRootFilesystem,
    (objects) => delete containerOf(objects).securityContext.allowPrivilegeEscalation,
    (objects) => (containerOf(objects).securityContext.privileged = true),
    (objects) => (containerOf(objects).securityContext.runAsUser = 0),
    (objects) => (containerOf(objects, 'daffron-subgraph-worker').securityContext.capabilities.drop = ['NET_RAW']),
    (objects) => (containerOf(objects).securityContext.capabilities.add = ['SYS_ADMIN']),
    (objects) => (podOf(objects).initContainers = [{ name: 'early', securityContext: { privileged: true } }]),
  ];
  for (const [at, change] of changes.entries()) expect([at, afterChange(rule, change)]).not.toEqual([at, []]);
});

test('every container is asked whether it lives and whether it is ready, and says what it needs', () => {
  const rule = rules.whoIsNotLookedAfter;
  expect(rule(readObjects())).toEqual([]);
  const changes: ((objects: rules.Manifest[]) => void)[] = [
    (objects) => delete containerOf(objects).livenessProbe,
    (objects) => (containerOf(objects).livenessProbe.httpGet.path = '/health/ready'),
    (objects) => delete containerOf(objects).startupProbe,
    (objects) => delete containerOf(objects, 'daffron-subgraph-worker').readinessProbe,
    (objects) => delete containerOf(objects).resources.requests.cpu,
    (objects) => delete containerOf(objects).resources.limits,
  ];
  for (const [at, change] of changes.entries()) expect([at, afterChange(rule, change)]).not.toEqual([at, []]);
});

test('a node may go: two replicas, a budget, and an autoscaler that goes by the queue to Daffron', () => {
  const rule = rules.whatFallsWithOneNode;
  expect(rule(readObjects())).toEqual([]);
  const changes: ((objects: rules.Manifest[]) => void)[] = [
    (objects) => (find(objects, 'Deployment').spec.replicas = 1),
    (objects) => (find(objects, 'PodDisruptionBudget').spec.selector.matchLabels = { other: 'name' }),
    (objects) => (find(objects, 'PodDisruptionBudget').spec.minAvailable = 0),
    (objects) => (find(objects, 'HorizontalPodAutoscaler').spec.minReplicas = 1),
    (objects) => find(objects, 'HorizontalPodAutoscaler').spec.metrics.shift(),
    (objects) => (find(objects, 'Service').spec.selector = { other: 'name' }),
  ];
  for (const [at, change] of changes.entries()) expect([at, afterChange(rule, change)]).not.toEqual([at, []]);
});

test('a worker gets no requests: no Service chooses it', () => {
  const { selector } = find(readObjects(), 'Service').spec;
  const { labels } = find(readObjects(), 'Deployment', 'daffron-subgraph-worker').spec.template.metadata;
  expect(Object.entries(selector).every(([name, value]) => labels[name] === value)).toBe(false);
});

test('nobody calls and nobody is called but as the policy says', () => {
  const rule = rules.whoTalksToAnybody;
  expect(rule(readObjects())).toEqual([]);
  const changes: ((objects: rules.Manifest[]) => void)[] = [
    (objects) => (find(objects, 'NetworkPolicy').spec.podSelector.matchLabels = { other: 'name' }),
    (objects) => find(objects, 'NetworkPolicy').spec.policyTypes.pop(),
    (objects) => delete find(objects, 'NetworkPolicy').spec.ingress[0].from,
  ];
  for (const [at, change] of changes.entries()) expect([at, afterChange(rule, change)]).not.toEqual([at, []]);
});

test('no secret is written down: not as a Secret, not among the settings, not in an address', () => {
  const rule = rules.whatSecretsAreWritten;
  expect(rule(readObjects())).toEqual([]);
  expect(rules.whatMakesSecrets(kustomizations)).toEqual([]);
  expect(rules.whatMakesSecrets([{ secretGenerator: [{ name: 'a' }] }])).toHaveLength(1);
  const map = (data: object) => (objects: rules.Manifest[]) => void objects.push({ kind: 'ConfigMap', data });
  const changes: ((objects: rules.Manifest[]) => void)[] = [
    (objects) => void objects.push({ kind: 'Secret', metadata: { name: 'a' }, stringData: { password: 'b' } }),
    (objects) => containerOf(objects).env.push({ name: 'CEDAR_PASSWORD', value: 'b' }),
    (objects) => containerOf(objects).env.push({ name: 'DATABASE_URL', value: 'postgres://db/name' }),
    (objects) => containerOf(objects).env.push({ name: 'PROXY', value: 'https://user:word@proxy.example' }),
    map({ REDIS_URL: 'redis://cache:6379' }),
    map({ 'key.pem': '-----BEGIN PRIVATE KEY-----' }),
  ];
  for (const [at, change] of changes.entries()) expect([at, afterChange(rule, change)]).not.toEqual([at, []]);
  // The files that go into config maps are no YAML, and are held to the same.
  for (const { path: file, text } of files.filter(({ path: each }) => !each.endsWith('.yaml'))) {
    expect([file, rule([{ kind: 'ConfigMap', metadata: { name: file }, data: { text } }])]).toEqual([file, []]);
  }
});

test('only settings that exist are set, and the example of a billers file is one', () => {
  const names = rules.listSettings(readObjects(), files);
  expect(names).toEqual(expect.arrayContaining(['DATABASE_URL', 'REDIS_URL', 'BILLERS_FILE', 'TOKEN_ISSUER']));
  expect(rules.findUnknownSettings(names, README)).toEqual([]);
  expect(rules.findUnknownSettings(['DATABSE_URL'], README)).toHaveLength(1);
  const text = files.find(({ path: file }) => file.endsWith('example/billers.json'))?.text ?? '';
  const asked: string[] = [];
  const { settings, problems } = readBillers(
    JSON.parse(text),
    (reference) => {
      asked.push('file' in reference ? reference.file : reference.env);
      return 'secret';
    },
    { requestTimeoutMs: 15_000, refusedCompanies: [] },
  );
  expect([settings.length, problems]).toEqual([1, []]);
  // Where the manifests mount the credentials.
  for (const place of asked) expect(path.dirname(place)).toBe('/run/secrets/daffron');
});

test('the image is what the manifests run it as: its user, its port, its probe', () => {
  const dockerfile = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8');
  const { runAsUser, runAsGroup } = podOf(readObjects()).securityContext;
  expect(dockerfile).toContain(`\nUSER ${runAsUser}:${runAsGroup}\n`);
  const { ports, livenessProbe } = containerOf(readObjects());
  const numbers = ports.map(({ containerPort }: { containerPort: number }) => containerPort);
  expect(dockerfile).toContain(`\nEXPOSE ${numbers.join(' ')}\n`);
  expect(dockerfile).toContain(livenessProbe.httpGet.path);
  const lts = /^LTS=(\S+)$/m.exec(readFileSync(path.join(ROOT, '.ci', 'run'), 'utf8'))?.[1];
  expect(dockerfile).toMatch(new RegExp(`^ARG BASE=\\S+:${lts}-`, 'm'));
});
