// The list of operations that a house runs when it runs no others: the file that Apollo's tools write from a client's sources.
import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { z } from 'zod';

/** Text by id. */
export type Manifest = ReadonlyMap<string, string>;

/** As `@apollo/generate-persisted-query-manifest` writes it; what later versions add is passed over. */
const ManifestFile = z.object({
  format: z.literal('apollo-persisted-query-manifest'),
  version: z.literal(1),
  operations: z.array(
    z.looseObject({
      id: z.string().min(1).max(200),
      name: z.string(),
      type: z.enum(['query', 'mutation', 'subscription']),
      body: z.string().min(1),
    }),
  ),
});

/** The operations of a file, or what is wrong with it. */
export function readManifestFile(path: string): Manifest | string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return `${path} cannot be read`;
  }
  return readManifest(text, path);
}

function readManifest(text: string, path: string): Manifest | string {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return `${path} is not JSON`;
  }
  const read = ManifestFile.safeParse(file);
  if (!read.success) {
    const [issue] = read.error.issues;
    return `${path} is no manifest of format 1: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`;
  }
  const manifest = new Map<string, string>();
  for (const { id, name, body } of read.data.operations) {
    if (manifest.has(id)) return `${path} has the id ${id} twice`;
    if (!isDocument(body)) return `${path} has a body that is no GraphQL, of the operation ${name}`;
    manifest.set(id, body);
  }
  return manifest;
}

function isDocument(body: string): boolean {
  try {
    parse(body, { noLocation: true });
    return true;
  } catch {
    return false;
  }
}
