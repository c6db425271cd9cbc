/** A small project with the tools of this one: sources of a few lines, the real compiler, and a jest that a test writes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PROJECT = path.resolve(__dirname, '../..');
const FLOORS = ['src', 'resolvers', 'datasources', 'domain', 'simulator', 'supergraph', 'schema'];

export interface ToolRun {
  readonly code: unknown;
  /** Both channels, in the order of their coming. */
  readonly printed: string;
}

export interface ToolProject {
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
  /** Names in a folder; none where it is not there. */
  list(folder: string): Promise<readonly string[]>;
  run(tool: string, ...args: readonly string[]): Promise<ToolRun>;
  remove(): Promise<void>;
}

export async function makeToolProject(): Promise<ToolProject> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tools-'));
  await cp(path.join(PROJECT, 'tools'), path.join(folder, 'tools'), { recursive: true });
  for (const floor of FLOORS) await mkdir(path.join(folder, floor));
  const packages = path.join(folder, 'node_modules');
  await mkdir(path.join(packages, 'jest', 'bin'), { recursive: true });
  await symlink(path.join(PROJECT, 'node_modules', 'typescript'), path.join(packages, 'typescript'));
  const write = async (file: string, text: string): Promise<void> => await writeFile(path.join(folder, file), text);
  await write('package.json', '{"type":"commonjs"}');
  const options = { strict: true, module: 'node20', target: 'es2023', rootDir: '.', outDir: 'dist', types: [] };
  await write('tsconfig.build.json', JSON.stringify({ compilerOptions: options, include: ['src'] }));
  return {
    write,
    read: async (file) => await readFile(path.join(folder, file), 'utf8'),
    list: async (name) => (await readdir(path.join(folder, name)).catch(() => [])).toSorted(),
    run: async (tool, ...args) => {
      const child = spawn(process.execPath, [path.join('tools', tool), ...args], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let printed = '';
      const keep = (chunk: Buffer): void => {
        printed += chunk.toString('utf8');
      };
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      const [code]: unknown[] = await once(child, 'close');
      return { code, printed };
    },
    remove: async () => await rm(folder, { recursive: true, force: true }),
  };
}
