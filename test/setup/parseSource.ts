/**
 * What the house rules need to know of a source file, read from its syntax tree: so that a comment that speaks of
 * `process.env`, or a string that looks like an import, accuses nobody.
 */
import { parseSync } from '@swc/core';
import { posix } from 'node:path';
import type { TreeFile } from './readTree';

/** One import, `import type`, re-export, `import()`, `require()` or `import('...')` in a type. */
export interface Import {
  readonly specifier: string;
  /** The file that is meant, from the project's root; absent for a package and for Node's own modules. */
  readonly target?: string;
}

export interface SourceFile extends TreeFile {
  readonly imports: readonly Import[];
  /**
   * Names that the code uses: identifiers (`Promise`), chains (`process.env`, `Date.now`), and the signs `async`,
   * `await`, `new Date()` (without argument) and `@decorator`. The name of a property is not a use.
   */
  readonly uses: ReadonlySet<string>;
  /** Each string, and each template with `${}` in place of its expressions. */
  readonly strings: readonly string[];
  /** The titles of test(), it() and describe(), also behind `.each`. A title that a table makes is not seen. */
  readonly titles: readonly string[];
  /** True when the file does nothing but hand on what others export. */
  readonly isBarrel: boolean;
}

interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** What is gathered from one file, before its imports are tied to the other files. */
interface Findings {
  readonly specifiers: string[];
  readonly uses: Set<string>;
  readonly strings: string[];
  readonly titles: string[];
}

const CODE = /\.(ts|mts|cts|js|mjs|cjs)$/;
const ENDINGS = ['', '.ts', '.mjs', '.cjs', '.js', '/index.ts'];
const TESTS = new Set(['test', 'it', 'describe']);

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function nodesOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The text of a string, or of a template with `${}` for each expression; undefined for all else. */
function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'StringLiteral') return String(node['value']);
  if (node.type !== 'TemplateLiteral') return undefined;
  return nodesOf(node['quasis'])
    .map((quasi) => String(quasi['cooked']))
    .join('${}');
}

function identifierOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' ? String(node['value']) : undefined;
}

/** `process.env` for `process.env`, `process?.env`, `process['env']` and `globalThis.process.env`. */
function chainOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'OptionalChainingExpression') return chainOf(node['base']);
  if (node.type === 'ParenthesisExpression') return chainOf(node['expression']);
  if (node.type !== 'MemberExpression') return identifierOf(node);
  const object = chainOf(node['object']);
  const property = node['property'];
  const name =
    isNode(property) && property.type === 'Computed' ? textOf(property['expression']) : identifierOf(property);
  if (object === undefined || name === undefined) return undefined;
  return object === 'globalThis' ? name : `${object}.${name}`;
}

function firstArgument(call: Node): unknown {
  const [first] = Array.isArray(call['arguments']) ? (call['arguments'] as readonly { expression?: unknown }[]) : [];
  return first?.expression;
}

/** What a call names: the module of an `import()` or a `require()`, the title of a test. */
function readCall(call: Node, found: Findings): void {
  const callee = call['callee'];
  const text = textOf(firstArgument(call));
  if (text === undefined || !isNode(callee)) return;
  if (callee.type === 'Import' || identifierOf(callee) === 'require') found.specifiers.push(text);
  // `test.each(rows)('title')` calls what the call `test.each(rows)` returns; with a template it is a tag.
  const named = callee.type === 'CallExpression' ? callee['callee'] : (callee['tag'] ?? callee);
  if (TESTS.has(chainOf(named)?.split('.')[0] ?? '')) found.titles.push(text);
}

/** `const { env } = process` and `import { env } from 'node:process'` are `process.env` too. */
function readUnpacking(node: Node, found: Findings): void {
  const isImport = node.type === 'ImportDeclaration';
  const from = isImport ? textOf(node['source'])?.replace(/^node:/, '') : chainOf(node['init']);
  const pattern = isNode(node['id']) ? node['id']['properties'] : undefined;
  for (const part of nodesOf(isImport ? node['specifiers'] : pattern)) {
    const name = identifierOf(part['imported'] ?? part['key'] ?? part['local']);
    if (from !== undefined && name !== undefined) found.uses.add(`${from}.${name}`);
  }
}

function readNode(node: Node, found: Findings): void {
  const text = textOf(node);
  if (text !== undefined) found.strings.push(text);
  const chain = chainOf(node);
  if (chain !== undefined) found.uses.add(chain);
  const source = textOf(node['source']) ?? textOf(node.type === 'TsImportType' ? node['argument'] : undefined);
  if (source !== undefined) found.specifiers.push(source);
  if (node.type === 'TsExternalModuleReference') found.specifiers.push(textOf(node['expression']) ?? '');
  if (node.type === 'CallExpression') readCall(node, found);
  if (node.type === 'ImportDeclaration' || node.type === 'VariableDeclarator') readUnpacking(node, found);
  if (node.type === 'AwaitExpression' || node['await'] === true) found.uses.add('await');
  if (node['async'] === true) found.uses.add('async');
  if (node.type === 'Decorator') found.uses.add('@decorator');
  if (node.type === 'NewExpression' && identifierOf(node['callee']) === 'Date' && firstArgument(node) === undefined) {
    found.uses.add('new Date()');
  }
}

/** True for an identifier that only names a property, as `now` in `clock.now` or in `{ now: 1 }`. */
function isOnlyAName(parent: Node, key: string): boolean {
  if (key === 'key') return true;
  if (parent.type === 'MemberExpression') return key === 'property';
  if (parent.type === 'TsQualifiedName') return key === 'right';
  return /^(Import|Export)Specifier$/.test(parent.type) && (key === 'imported' || key === 'exported');
}

function walk(value: unknown, found: Findings): void {
  if (Array.isArray(value)) value.forEach((item) => walk(item, found));
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return;
  if (isNode(value)) readNode(value, found);
  for (const [key, child] of Object.entries(value)) {
    const skipped = isNode(value) && identifierOf(child) !== undefined && isOnlyAName(value, key);
    if (!skipped) walk(child, found);
  }
}

/** A barrel has statements that import or re-export, none that does anything, and exports something. */
function isBarrel(statements: readonly Node[]): boolean {
  const exports = statements.filter((node) => /^Export(All|Named)Declaration$/.test(node.type));
  return exports.length > 0 && statements.every((node) => node.type === 'ImportDeclaration' || exports.includes(node));
}

/** The file that a relative import means; where none of `paths` fits, the place it points at. */
function resolveImport(from: string, specifier: string, paths: ReadonlySet<string>): Import {
  if (!specifier.startsWith('.')) return { specifier };
  const place = posix.join(posix.dirname(from), specifier);
  const candidates = [...ENDINGS.map((ending) => place + ending), place.replace(/\.js$/, '.ts')];
  return { specifier, target: candidates.find((candidate) => paths.has(candidate)) ?? place };
}

function parseSource(file: TreeFile, paths: ReadonlySet<string>): SourceFile {
  const found: Findings = { specifiers: [], uses: new Set(), strings: [], titles: [] };
  let body: readonly Node[];
  try {
    body = nodesOf(parseSync(file.text, { syntax: 'typescript', decorators: true, target: 'es2023' }).body);
  } catch (cause) {
    throw new Error(`${file.path} is not TypeScript that can be read`, { cause });
  }
  walk(body, found);
  const imports = found.specifiers.map((specifier) => resolveImport(file.path, specifier, paths));
  const { uses, strings, titles } = found;
  return { ...file, imports, uses, strings, titles, isBarrel: isBarrel(body) };
}

/** Parses the code among `files`, and ties the imports of each to the others. Throws for code that cannot be read. */
export function parseSources(files: readonly TreeFile[]): readonly SourceFile[] {
  const paths = new Set(files.map((file) => file.path));
  const code = files.filter((file) => CODE.test(file.path) && !file.path.startsWith('test/fixtures/'));
  return code.map((file) => parseSource(file, paths));
}
