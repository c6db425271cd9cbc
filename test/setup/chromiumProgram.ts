/** Finds a Chromium for the browser tests, and gets Debian's where none is installed. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf } from '../../src/embedded/postgres/systemError';
import { isRunnable, unpackProgram, type Program } from './debianPackage';

/** Where Debian puts it, and what else it is called. */
const INSTALLED = ['/usr/bin/chromium', 'chromium', 'chromium-browser', 'google-chrome'];

/**
 * An installed Chromium, else one unpacked below .cache earlier, else one unpacked there now (190 MB to fetch on a bare machine).
 * @throws Error that says what to do when there is none of them
 */
export async function findChromiumProgram(): Promise<Program> {
  for (const program of INSTALLED) {
    if (await isRunnable({ program, env: process.env })) return { program, env: process.env };
  }
  try {
    // Not the script that stands in usr/bin: that one looks for its browser where an install would have put it.
    const { program, env, root } = await unpackProgram('chromium', 'usr/lib/chromium/chromium');
    return { program, env: { ...env, FONTCONFIG_FILE: await writeFontSettings(root) } };
  } catch (error) {
    throw new Error(
      'The browser tests need a real Chromium. None is installed, and getting one from the Debian packages failed. ' +
        `Install chromium, as by "apt-get install chromium". What failed: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** A bare machine has no fonts, and a browser without any shows no letter: those that came with it, and the machine's. */
async function writeFontSettings(root: string): Promise<string> {
  const file = path.join(root, 'fonts.conf');
  const folders = [path.join(root, 'usr/share/fonts'), '/usr/share/fonts'].map((folder) => `<dir>${folder}</dir>`);
  const cache = `<cachedir>${path.join(root, 'fontcache')}</cachedir>`;
  await writeFile(file, `<fontconfig>${folders.join('')}${cache}</fontconfig>\n`);
  return file;
}
