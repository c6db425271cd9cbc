/** Reads the project as it lies on disk, for the tests that hold the house rules. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One file: its path from the project's root with forward slashes, and its whole text. */
export interface TreeFile {
  readonly path: string;
  readonly text: string;
}

/** `.git` is not in any .gitignore, and a dependency's text is not ours. */
const NEVER_OURS = ['.git', 'node_modules'];

/** Turns the lines of a .gitignore into a test; it knows the plain forms that ours uses, `name/`, `name` and `*.ending`. */
export function readIgnored(gitignore: string): (name: string) => boolean {
  const lines = gitignore.split('\n').map((line) => line.trim());
  const patterns = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.replace(/\/$/, ''));
  const odd = patterns.find((pattern) => /[/!?[\]]/.test(pattern));
  if (odd !== undefined) throw new Error(`.gitignore: "${odd}" is a form that readTree does not know`);
  const names = new Set([...NEVER_OURS, ...patterns.filter((pattern) => !pattern.startsWith('*'))]);
  const endings = patterns.filter((pattern) => pattern.startsWith('*')).map((pattern) => pattern.slice(1));
  return (name) => names.has(name) || endings.some((ending) => name.endsWith(ending));
}

/** All files below `root` that belong to the project, in the order of their paths; what git ignores is left out. */
export function readTree(root: string): readonly TreeFile[] {
  const ignored = readIgnored(readFileSync(join(root, '.gitignore'), 'utf8'));
  const list = (folder: string): TreeFile[] =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => !ignored(entry.name))
      .flatMap((entry) => {
        const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
        if (entry.isDirectory()) return list(path);
        return entry.isFile() ? [{ path, text: readFileSync(join(root, path), 'utf8') }] : [];
      });
  return list('').sort((one, other) => (one.path < other.path ? -1 : 1));
}
