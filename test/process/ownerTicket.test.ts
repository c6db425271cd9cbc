/** Whether a folder is in use is asked of the operating system, for a file alone cannot know that its writer died. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { takeOwnerTicket } from '../../src/embedded/postgres/ownerTicket';
import { readFromPs, readRunningProcess } from '../../src/embedded/postgres/runningProcess';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'daffron-ticket-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function take(): Promise<() => Promise<void>> {
  const ticket = await takeOwnerTicket(folder);
  if ('heldBy' in ticket) throw new Error(`held by ${ticket.heldBy}`);
  return ticket.release;
}

describe('the ticket of a folder', () => {
  test('a folder has one owner, until he lets go of it', async () => {
    const release = await take();
    expect(await takeOwnerTicket(folder)).toEqual({ heldBy: process.pid });
    await release();
    await (
      await take()
    )();
  });

  test('of twenty that ask at once one gets it', async () => {
    const tickets = await Promise.all(Array.from({ length: 20 }, async () => takeOwnerTicket(folder)));
    expect(tickets.filter((ticket) => 'release' in ticket)).toHaveLength(1);
  });

  test('of twenty that find a dead owner at once one becomes the next', async () => {
    await writeFile(path.join(folder, 'owner-7'), '999999999\nlong ago');
    const tickets = await Promise.all(Array.from({ length: 20 }, async () => takeOwnerTicket(folder)));
    expect(tickets.filter((ticket) => 'release' in ticket)).toHaveLength(1);
  });

  test('an owner who died does not lock the next one out, though another process has his number now', async () => {
    await writeFile(path.join(folder, 'owner-1'), `${process.pid}\nat another time`);
    await take();
    expect(await takeOwnerTicket(folder)).toEqual({ heldBy: process.pid });
  });

  test.each(['', '12', '12\n', 'x\ny', '-1\nx', '0\nx'])('a torn ticket (%j) is nobody’s', async (text) => {
    await writeFile(path.join(folder, 'owner-1'), text);
    await take();
  });

  test('tickets do not pile up', async () => {
    for (let time = 0; time < 5; time++) await (await take())();
    expect(await readdir(folder)).toEqual(['owner-5']);
  });
});

describe('a running process', () => {
  // A slim image has no `ps`; macOS has nothing else.
  const hasPs = ['/bin/ps', '/usr/bin/ps'].some((program) => existsSync(program));
  const readers = hasPs ? { readRunningProcess, readFromPs } : { readRunningProcess };

  test.each(Object.entries(readers))(
    'is known by its command and start, an ended one not at all (%s)',
    async (_name, read) => {
      const self = await read(process.pid);
      expect(self?.command).toMatch(/node/);
      expect(self?.started).not.toBe('');
      expect(await read(process.pid)).toEqual(self);
      expect((await read(1))?.started).not.toBe(self?.started);
      expect(await read(999_999_999)).toBeUndefined();
    },
  );
});
