/** What the Kubernetes manifests promise, as read from their sources or as rendered. Each rule returns its violations. */
import { parseAllDocuments } from 'yaml';
import type { TreeFile } from './readTree';

/** An object of Kubernetes; its form is that of its kind. */
export type Manifest = any; // oxlint-disable-line typescript/no-explicit-any -- each rule reads what its kind has

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'];
const SECRET_NAME = /password|secret|token|credential|private|database_url|redis_url|api_?key/i;
/** Settings that have such a word in their name and are told to everybody. */
const NO_SECRET = ['TOKEN_ISSUER', 'TOKEN_AUDIENCE', 'TOKEN_KEYS_URL', 'TOKEN_KEYS_FILE', 'TOKEN_ALGORITHMS'];
/** A name and a password in an address. */
const ADDRESS_WITH_PASSWORD = /[a-z][a-z0-9+]*:\/\/[^\s/:@]*:[^\s/@]+@/i;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** @throws Error where a text is no YAML: a manifest that cannot be read promises nothing */
export function readManifests(texts: readonly string[]): readonly Manifest[] {
  return texts.flatMap((text) =>
    parseAllDocuments(text).map((document) => {
      const [error] = document.errors;
      if (error !== undefined) throw error;
      return document.toJS();
    }),
  );
}

const nameOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata?.name}`;
const ofKind = (manifests: readonly Manifest[], ...kinds: readonly string[]): readonly Manifest[] =>
  manifests.filter(({ kind }) => kinds.includes(kind));
const podOf = (workload: Manifest): Manifest => workload.spec.template.spec;
const labelsOf = (workload: Manifest): Record<string, string> => workload.spec.template.metadata.labels;

interface Container {
  readonly who: string;
  readonly container: Manifest;
}

function containersOf(manifests: readonly Manifest[]): readonly Container[] {
  return ofKind(manifests, ...WORKLOADS).flatMap((workload) => {
    const { containers = [], initContainers = [] } = podOf(workload);
    return [...containers, ...initContainers].map((container) => ({
      who: `${nameOf(workload)}, container ${container.name}`,
      container,
    }));
  });
}

function selects(selector: Record<string, string> = {}, labels: Record<string, string> = {}): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

/** No container is root, writes to its root file system, or holds a capability. */
export function whoIsTooMighty(manifests: readonly Manifest[]): readonly string[] {
  const pods = ofKind(manifests, ...WORKLOADS).flatMap((workload) => {
    const { securityContext = {}, automountServiceAccountToken, hostNetwork, hostPID, volumes = [] } = podOf(workload);
    return [
      ...(securityContext.runAsNonRoot === true && securityContext.runAsUser > 0 ? [] : ['may run as root']),
      ...(securityContext.seccompProfile?.type === 'RuntimeDefault' ? [] : ['has no seccomp profile']),
      ...(automountServiceAccountToken === false ? [] : ['gets a token of the cluster']),
      ...(hostNetwork === true || hostPID === true ? ['shares its node'] : []),
      ...(volumes.some(({ hostPath }: Manifest) => hostPath !== undefined) ? ['mounts a folder of its node'] : []),
    ].map((what) => `${nameOf(workload)} ${what}`);
  });
  const containers = containersOf(manifests).flatMap(({ who, container: { securityContext = {} } }) =>
    [
      ...(securityContext.readOnlyRootFilesystem === true ? [] : ['may write to its root file system']),
      ...(securityContext.allowPrivilegeEscalation === false ? [] : ['may gain privileges']),
      ...(securityContext.privileged === true ? ['is privileged'] : []),
      ...(securityContext.runAsUser === 0 ? ['runs as root'] : []),
      ...(securityContext.capabilities?.drop?.includes('ALL') === true ? [] : ['keeps capabilities']),
      ...(securityContext.capabilities?.add === undefined ? [] : ['adds capabilities']),
    ].map((what) => `${who} ${what}`),
  );
  return [...pods, ...containers];
}

/** Each container has its probes on the paths that the service answers, and says what it needs. */
export function whoIsNotLookedAfter(manifests: readonly Manifest[]): readonly string[] {
  return containersOf(manifests).flatMap(({ who, container }) =>
    [
      ...(container.livenessProbe?.httpGet?.path === '/health/live' ? [] : ['is not asked whether it lives']),
      ...(container.startupProbe?.httpGet?.path === '/health/live' ? [] : ['has no time to start']),
      ...(container.readinessProbe?.httpGet?.path === '/health/ready' ? [] : ['is not asked whether it is ready']),
      ...(container.resources?.requests?.cpu && container.resources.requests.memory ? [] : ['asks for no resources']),
      ...(container.resources?.limits?.memory ? [] : ['may take all memory']),
    ].map((what) => `${who} ${what}`),
  );
}

/** Behind each Service stand two or more, of which a budget keeps one, and an autoscaler adds more. */
export function whatFallsWithOneNode(manifests: readonly Manifest[]): readonly string[] {
  const served = ofKind(manifests, 'Deployment').filter((workload) =>
    ofKind(manifests, 'Service').some(({ spec }) => selects(spec.selector, labelsOf(workload))),
  );
  if (served.length === 0) return ['no Service has a Deployment behind it'];
  return served.flatMap((workload) => {
    const budgets = ofKind(manifests, 'PodDisruptionBudget').filter(({ spec }) =>
      selects(spec.selector.matchLabels, labelsOf(workload)),
    );
    const scalers = ofKind(manifests, 'HorizontalPodAutoscaler').filter(
      ({ spec }) => spec.scaleTargetRef.name === workload.metadata.name && spec.minReplicas >= 2,
    );
    const own = scalers.flatMap(({ spec }) => spec.metrics.map(({ pods }: Manifest) => pods?.metric?.name));
    return [
      ...(workload.spec.replicas >= 2 ? [] : ['has fewer than two replicas']),
      ...(budgets.some(({ spec }) => spec.minAvailable >= 1) ? [] : ['has no disruption budget']),
      ...(own.some((name) => String(name).startsWith('daffron_')) ? [] : ['is not scaled by a metric of ours']),
    ].map((what) => `${nameOf(workload)} ${what}`);
  });
}

/** Traffic comes and goes only as a policy allows, for each workload. */
export function whoTalksToAnybody(manifests: readonly Manifest[]): readonly string[] {
  return ofKind(manifests, ...WORKLOADS).flatMap((workload) => {
    const held = ofKind(manifests, 'NetworkPolicy').some(
      ({ spec }) =>
        selects(spec.podSelector.matchLabels, labelsOf(workload)) &&
        ['Ingress', 'Egress'].every((type) => spec.policyTypes?.includes(type)) &&
        spec.ingress.every(({ from }: Manifest) => from?.length > 0),
    );
    return held ? [] : [`${nameOf(workload)} talks to anybody`];
  });
}

/** Secrets are referred to and never written: no Secret with content, no secret among the settings, none in an address. */
export function whatSecretsAreWritten(manifests: readonly Manifest[]): readonly string[] {
  const filled = ofKind(manifests, 'Secret').map((secret) => `${nameOf(secret)} holds its content`);
  const written = containersOf(manifests).flatMap(({ who, container }) =>
    (container.env ?? [])
      .filter(({ name, value }: Manifest) => value !== undefined && isSecretName(name))
      .map(({ name }: Manifest) => `${who} has ${name} in plain text`),
  );
  const settings = ofKind(manifests, 'ConfigMap').flatMap((map) =>
    Object.keys(map.data ?? {})
      .filter(isSecretName)
      .map((name) => `${nameOf(map)} has ${name} in plain text`),
  );
  const telling = manifests
    .filter((manifest) => [ADDRESS_WITH_PASSWORD, PRIVATE_KEY].some((form) => form.test(JSON.stringify(manifest))))
    .map((manifest) => `${nameOf(manifest)} has a password or a private key in it`);
  return [...filled, ...written, ...settings, ...telling];
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !NO_SECRET.includes(name);
}

/** Secret generators stay out, since their files would have to lie in the project. */
export function whatMakesSecrets(kustomizations: readonly Manifest[]): readonly string[] {
  return kustomizations
    .filter(({ secretGenerator }) => secretGenerator !== undefined)
    .map(() => 'a kustomization makes a Secret of files of the project');
}

/** Every variable that is set is a setting of the README's table; a misspelt one would be ignored in silence. */
export function findUnknownSettings(names: readonly string[], readme: string): readonly string[] {
  const table = readme.split('\n').filter((line) => line.startsWith('| `'));
  const known = new Set(['NODE_ENV', ...table.flatMap((line) => line.split('|')[1]?.match(/[A-Z][A-Z_]+/g) ?? [])]);
  return names.filter((name) => !known.has(name)).map((name) => `${name} is no setting of the README`);
}

/** The variables that containers set one by one, and those of files for a config map (`NAME=value`). */
export function listSettings(manifests: readonly Manifest[], files: readonly TreeFile[]): readonly string[] {
  const own = containersOf(manifests).flatMap(({ container }) =>
    (container.env ?? []).map(({ name }: Manifest) => name),
  );
  const generated = files
    .filter(({ path }) => path.endsWith('.env'))
    .flatMap(({ text }) => [...text.matchAll(/^([A-Z_]+)=/gm)].map(([, name = '']) => name));
  return [...new Set([...own, ...generated])];
}
