/** Builds images on this machine without a daemon: buildah with storage of its own, on a base made of Debian and Node. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { messageOf } from '../../src/embedded/postgres/systemError';

const run = promisify(execFile);

const PROJECT = path.resolve(__dirname, '../..');
const CACHE = path.join(PROJECT, '.cache', 'container');
/** What a base image of this name holds; another Node makes another one. */
const BASE = 'localhost/daffron-base';
const DEBIAN = 'bookworm';

/** Debian's packages and npm's come over the network, and every layer is a whole copy. */
const STEP_DEADLINE_MS = 900_000;
/** A build says much; it is kept for the case that it fails. */
const OUTPUT_BYTES_MAX = 64_000_000;

const RUNTIMES = ['crun', 'runc'] as const;

export interface ContainerTools {
  readonly runtime: (typeof RUNTIMES)[number];
  /** Runs buildah in our own storage; what it printed. */
  buildah(...args: readonly string[]): Promise<string>;
  /** The name of the base image, made at the first call of its version. */
  baseImage(): Promise<string>;
  /** A file with this machine's registry, for the builder. */
  npmrc(): Promise<string>;
}

/** @throws Error that says what is missing, and what to do */
export async function findContainerTools(): Promise<ContainerTools> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    throw new Error('The check of the container makes root file systems, so it needs Linux and root.');
  }
  const missing = [];
  for (const program of ['buildah', 'debootstrap']) if (!(await isThere(program))) missing.push(program);
  const runtime = await findRuntime();
  if (runtime === undefined) missing.push(RUNTIMES.join(' or '));
  if (missing.length > 0 || runtime === undefined) {
    throw new Error(
      `The check of the container lacks ${missing.join(', ')}, or what is installed cannot run here. ` +
        'On Debian: apt-get install buildah debootstrap crun runc',
    );
  }
  await mkdir(CACHE, { recursive: true });
  const buildah: ContainerTools['buildah'] = async (...args) => {
    const storage = ['--root', path.join(CACHE, 'storage'), '--runroot', path.join(CACHE, 'run')];
    return await step('buildah', [...storage, '--storage-driver', 'vfs', ...args]);
  };
  return { runtime, buildah, baseImage: async () => await makeBase(buildah), npmrc: writeNpmrc };
}

async function step(program: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(program, [...args], { timeout: STEP_DEADLINE_MS, maxBuffer: OUTPUT_BYTES_MAX });
    return stdout.trim();
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).slice(-3000) : messageOf(error);
    throw new Error(`${program} failed:\n${said}`, { cause: error });
  }
}

async function isThere(program: string): Promise<boolean> {
  return await run(program, ['--version']).then(
    () => true,
    () => false,
  );
}

/** Not every kernel suits every runtime (cgroups, above all), so each is tried on a container that does nothing. */
async function findRuntime(): Promise<ContainerTools['runtime'] | undefined> {
  for (const runtime of RUNTIMES) {
    if ((await isThere(runtime)) && (await canRun(runtime))) return runtime;
  }
  return undefined;
}

/** The programs of this machine, in a root of their own. */
async function canRun(runtime: string): Promise<boolean> {
  const bundle = await mkdtemp(path.join(tmpdir(), 'bundle-'));
  try {
    await run(runtime, ['spec'], { cwd: bundle });
    const spec = JSON.parse(await readFile(path.join(bundle, 'config.json'), 'utf8'));
    await mkdir(path.join(bundle, 'rootfs', 'usr'), { recursive: true });
    for (const name of ['lib', 'lib64']) await symlink(`usr/${name}`, path.join(bundle, 'rootfs', name));
    spec.process = { ...spec.process, terminal: false, args: ['/usr/bin/true'] };
    spec.mounts.push({ destination: '/usr', type: 'bind', source: '/usr', options: ['bind', 'ro'] });
    await writeFile(path.join(bundle, 'config.json'), JSON.stringify(spec));
    await run(runtime, ['run', '--bundle', bundle, path.basename(bundle)]);
    return true;
  } catch {
    return false;
  } finally {
    await rm(bundle, { recursive: true, force: true });
  }
}

/** The Node that CI tests as the LTS line is the one of the container. */
export async function readLtsVersion(): Promise<string> {
  const text = await readFile(path.join(PROJECT, '.ci', 'run'), 'utf8');
  const version = /^LTS=(\d+\.\d+\.\d+)$/m.exec(text)?.[1];
  if (version === undefined) throw new Error('.ci/run names no LTS');
  return version;
}

async function makeBase(buildah: ContainerTools['buildah']): Promise<string> {
  const version = await readLtsVersion();
  const name = `${BASE}:${version}`;
  if ((await buildah('images', '--format', '{{.Name}}:{{.Tag}}')).split('\n').includes(name)) return name;
  const work = await mkdtemp(path.join(tmpdir(), 'base-'));
  try {
    const root = path.join(work, 'root');
    await step('debootstrap', ['--variant=minbase', '--include=ca-certificates', DEBIAN, root]);
    await addNode(root, work, version);
    const container = await buildah('from', 'scratch');
    await buildah('add', '--quiet', container, root, '/');
    await buildah('commit', '--quiet', '--rm', container, name);
    return name;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Node's program from npm, the npm of this run, and this machine's certificates, so that the registry is believed. */
async function addNode(root: string, work: string, version: string): Promise<void> {
  const node = `node-linux-${process.arch}@${version}`;
  await step('npm', ['install', '--prefix', work, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', node]);
  const local = path.join(root, 'usr', 'local');
  await cp(
    path.join(work, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node'),
    path.join(local, 'bin', 'node'),
  );
  const npm = path.join(await step('npm', ['root', '--global']), 'npm');
  await cp(npm, path.join(local, 'lib', 'node_modules', 'npm'), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', path.join(local, 'bin', 'npm'));
  const certificates = 'etc/ssl/certs/ca-certificates.crt';
  await cp(path.join('/', certificates), path.join(root, certificates), { dereference: true });
}

async function writeNpmrc(): Promise<string> {
  const registry = await step('npm', ['config', 'get', 'registry']);
  const file = path.join(CACHE, 'npmrc');
  await writeFile(file, `registry=${registry}\ncafile=/etc/ssl/certs/ca-certificates.crt\n`, { mode: 0o600 });
  return file;
}
