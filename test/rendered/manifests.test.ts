// The manifests as a cluster would get them: rendered by kubectl, and held to the same promises as their sources.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../src/embedded/postgres/systemError';
import * as rules from '../setup/manifestRules';

const run = promisify(execFile);
const KUSTOMIZE = path.resolve(__dirname, '../../deploy/kustomize');

/** @throws Error that says what to do where kubectl is not there, or refuses the manifests */
async function render(folder: string): Promise<readonly rules.Manifest[]> {
  try {
    const { stdout } = await run('kubectl', ['kustomize', path.join(KUSTOMIZE, folder)]);
    return rules.readManifests([stdout]);
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const advice = isMissing ? 'This check renders the manifests with kubectl, which is not installed.' : '';
    throw new Error(`${advice} ${messageOf(error)}`.trim(), { cause: error });
  }
}

test.each(['base', 'overlays/example'])('%s renders, and keeps every promise', async (folder) => {
  const objects = await render(folder);
  expect(objects.length).toBeGreaterThan(7);
  expect([
    ...rules.whoIsTooMighty(objects),
    ...rules.whoIsNotLookedAfter(objects),
    ...rules.whatFallsWithOneNode(objects),
    ...rules.whoTalksToAnybody(objects),
    ...rules.whatSecretsAreWritten(objects),
  ]).toEqual([]);
});

test('the example has its image, its namespace, and settings under names that change with them', async () => {
  const objects = await render('overlays/example');
  const deployments = objects.filter(({ kind }) => kind === 'Deployment');
  expect(deployments).toHaveLength(2);
  const maps = objects.filter(({ kind }) => kind === 'ConfigMap').map(({ metadata }) => metadata.name);
  for (const { metadata, spec } of deployments) {
    const [container] = spec.template.spec.containers;
    expect(metadata.namespace).toBe('utility-graph');
    expect(container.image).toMatch(/^registry\.example\/utility\/daffron-subgraph:\d/);
    expect(maps).toContain(container.envFrom[0].configMapRef.name);
    expect(container.envFrom[0].configMapRef.name).toMatch(/^daffron-subgraph-settings-\w{10}$/);
    const billers = spec.template.spec.volumes.find(({ name }: rules.Manifest) => name === 'billers');
    expect(maps).toContain(billers.configMap.name);
  }
  const [settings] = objects.filter(({ kind, metadata }) => kind === 'ConfigMap' && /settings/.test(metadata.name));
  expect(settings?.data).toMatchObject({ NODE_ENV: 'production', TOKEN_ISSUER: 'https://login.example' });
});
