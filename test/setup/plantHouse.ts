/** Makes small trees out of text, in which the tests of the house rules plant what a rule must catch. */
import { parseSources, type SourceFile } from './parseSource';
import type { TreeFile } from './readTree';

/** A tree of the files given as path and text. */
export function plantTree(files: Readonly<Record<string, string>>): readonly TreeFile[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

/** The parsed code of a tree given as path and text. */
export function plantHouse(files: Readonly<Record<string, string>>): readonly SourceFile[] {
  return parseSources(plantTree(files));
}

/** One parsed file of code; throws if its path is not one of code. */
export function plantFile(path: string, text: string): SourceFile {
  const [file] = plantHouse({ [path]: text });
  if (file === undefined) throw new Error(`${path} is no code`);
  return file;
}
