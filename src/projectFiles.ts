// Where this project's own files are, from its sources as well as from its build.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder above `src/`: the project itself, or `dist/` in a build. */
export const HOUSE_ROOT = dirname(__dirname);

/** The folder that holds package.json. */
export const PROJECT_ROOT = existsSync(join(HOUSE_ROOT, 'package.json')) ? HOUSE_ROOT : dirname(HOUSE_ROOT);

/** The contract's SDL files; the build copies them beside its own. */
export const SCHEMA_DIR = join(HOUSE_ROOT, 'schema');
