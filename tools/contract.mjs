// The contract that clients and routers were promised: `node tools/contract.mjs` refuses a change that breaks it and that
// CHANGELOG.md does not declare; `--publish` takes the contract as it is for the new promise, at a release.
// `--project FOLDER` looks at another project than this one.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildASTSchema, findBreakingChanges, findDangerousChanges, Kind, parse, print, visit } from 'graphql';

const { values } = parseArgs({
  options: { publish: { type: 'boolean', default: false }, project: { type: 'string' } },
});
const ROOT = values.project ?? dirname(dirname(fileURLToPath(import.meta.url)));
const SCHEMA = join(ROOT, 'schema');
const PUBLISHED = join(SCHEMA, 'published', 'contract.graphql');

/** Other subgraphs build on these: without one, a graph that composed does so no more. */
const PROMISES = ['key', 'shareable'];

/** Who could ask a moment ago cannot any more when one of these appears. */
const BARRIERS = ['authenticated', 'requiresScopes', 'policy', 'inaccessible'];

/** The contract as it stands in the files of schema/, without descriptions: words bind nobody. */
function readContract() {
  const files = readdirSync(SCHEMA).filter((name) => name.endsWith('.graphql'));
  const text = files
    .sort()
    .map((name) => readFileSync(join(SCHEMA, name), 'utf8'))
    .join('\n');
  return visit(parse(text), {
    enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined),
  });
}

function schemaOf(contract) {
  // The directives are the specification's, which defines them elsewhere.
  return buildASTSchema(contract, { assumeValid: true, assumeValidSDL: true });
}

/** The directives on each type and field, by where they stand: `Account` or `Account.balance`. */
function usesOf(contract) {
  const uses = new Map();
  for (const type of contract.definitions) {
    if (type.kind === Kind.SCHEMA_EXTENSION || type.kind === Kind.SCHEMA_DEFINITION) continue;
    uses.set(type.name.value, type.directives ?? []);
    for (const part of [...(type.fields ?? []), ...(type.values ?? [])]) {
      uses.set(`${type.name.value}.${part.name.value}`, part.directives ?? []);
    }
  }
  return uses;
}

/** What graphql's own search does not know: the directives that hold a federated graph together. */
function findFederationChanges(before, now) {
  const nowUses = usesOf(now);
  return [...usesOf(before)].flatMap(([where, uses]) => {
    const current = nowUses.get(where);
    // A type or field that is gone is told of already.
    if (current === undefined) return [];
    const texts = { before: uses.map(print), now: current.map(print) };
    const lost = uses.filter(({ name }) => PROMISES.includes(name.value)).map(print);
    const gained = current.filter(({ name }) => BARRIERS.includes(name.value)).map(print);
    return [
      ...lost.filter((text) => !texts.now.includes(text)).map((text) => `${where} lost ${text}.`),
      ...gained.filter((text) => !texts.before.includes(text)).map((text) => `${where} gained ${text}.`),
    ];
  });
}

/** The declarations of the section Unreleased, each on one line however it was wrapped. */
function readDeclarations(changelog) {
  const unreleased = /^## Unreleased\s*\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(changelog)?.[1] ?? '';
  const items = unreleased.replace(/\n {2,}(?=\S)/g, ' ').split('\n');
  return items.flatMap((item) => /^- BREAKING: (.+)$/.exec(item.trim())?.[1] ?? []);
}

const contract = readContract();
if (values.publish) {
  mkdirSync(dirname(PUBLISHED), { recursive: true });
  writeFileSync(
    PUBLISHED,
    `# The contract as of the last release: written by \`npm run contract:publish\`, not by hand.\n${print(contract)}\n`,
  );
  console.log('schema/published/contract.graphql is the contract now');
  process.exit(0);
}

const published = parse(readFileSync(PUBLISHED, 'utf8'));
const [before, now] = [schemaOf(published), schemaOf(contract)];
const breaking = [
  ...findBreakingChanges(before, now).map(({ description }) => description),
  ...findFederationChanges(published, contract),
];
const dangerous = findDangerousChanges(before, now).map(({ description }) => description);
const declarations = readDeclarations(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'));
/** The change word for word, and after it what its clients shall do. */
const declares = (declaration, change) => declaration.startsWith(`${change} `);
const undeclared = breaking.filter((change) => !declarations.some((declaration) => declares(declaration, change)));
const unfounded = declarations.filter((declaration) => !breaking.some((change) => declares(declaration, change)));

for (const change of dangerous) console.log(`may surprise a client: ${change}`);
for (const change of undeclared) {
  console.log(`breaks the published contract: ${change}`);
  console.log(
    `  to declare it, write under Unreleased in CHANGELOG.md: "- BREAKING: ${change} <what clients do instead>"`,
  );
}
for (const declaration of unfounded) console.log(`CHANGELOG.md declares what is no breaking change: ${declaration}`);
if (undeclared.length + unfounded.length === 0) {
  console.log(`the published contract is kept; ${breaking.length} breaking changes are declared`);
}
process.exit(undeclared.length + unfounded.length === 0 ? 0 : 1);
