/** Finds a Redis server program for the tests, and gets one from Debian's packages where none is installed. */
import { messageOf } from '../../src/embedded/postgres/systemError';
import { isRunnable, unpackProgram, type Program } from './debianPackage';

/**
 * An installed redis-server or valkey-server, else one unpacked below .cache earlier, else one unpacked there now.
 * @throws Error that says what to do when there is none of them
 */
export async function findRedisProgram(): Promise<Program> {
  for (const program of ['redis-server', 'valkey-server']) {
    if (await isRunnable({ program, env: process.env })) return { program, env: process.env };
  }
  try {
    return await unpackProgram('redis-server', 'usr/bin/redis-server');
  } catch (error) {
    throw new Error(
      'The tests need a real Redis. Neither redis-server nor valkey-server is installed, and getting one from the ' +
        'Debian packages failed. Install redis-server, or give the URL of a Redis whose data may be lost as REDIS_URL. ' +
        `What failed: ${messageOf(error)}`,
      { cause: error },
    );
  }
}
