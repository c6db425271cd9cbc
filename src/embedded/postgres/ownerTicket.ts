/**
 * Says which process owns a folder, so that a database left behind by a killed process is told from one in use.
 *
 * The owner is whoever holds the ticket with the highest number, for as long as he runs. A ticket is made whole under
 * another name and then linked to its own, which fails when the number is taken; numbers only rise. So two processes
 * that find the same dead owner cannot both become the next one, whatever the moment at which they are stopped.
 */
import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readRunningProcess } from './runningProcess';
import { hasCode } from './systemError';

/** A ticket has two lines: the number of the owner's process, and when that was started. */
const TICKET = /^owner-(\d+)$/;

/** The folder is ours until `release`, or it is held by the process `heldBy`. */
export type OwnerTicket = { release: () => Promise<void> } | { heldBy: number };

/**
 * Takes the folder for this process, unless a process that still runs has it (this very process included).
 * @param folder exists, and this process may write in it
 */
export async function takeOwnerTicket(folder: string): Promise<OwnerTicket> {
  for (;;) {
    const newest = await newestTicket(folder);
    const heldBy = newest === 0 ? undefined : await findLiveOwner(ticketFile(folder, newest));
    if (heldBy !== undefined) return { heldBy };
    const mine = ticketFile(folder, newest + 1);
    if (!(await makeTicket(mine)) || (await newestTicket(folder)) !== newest + 1) continue;
    await removeTicketsBelow(folder, newest + 1);
    return { release: async () => replaceTicket(mine) };
  }
}

const ticketFile = (folder: string, number: number): string => path.join(folder, `owner-${number}`);

async function listTickets(folder: string): Promise<readonly number[]> {
  return (await readdir(folder)).map((name) => Number(TICKET.exec(name)?.[1] ?? 0)).filter((number) => number > 0);
}

async function newestTicket(folder: string): Promise<number> {
  return Math.max(0, ...(await listTickets(folder)));
}

/** The number of the process that wrote the ticket if it still runs; a torn or released ticket has no owner. */
async function findLiveOwner(file: string): Promise<number | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const [pid, started] = text.split('\n');
  if (pid === undefined || started === undefined) return undefined;
  return (await readRunningProcess(Number(pid)))?.started === started ? Number(pid) : undefined;
}

/** False when somebody was faster. */
async function makeTicket(file: string): Promise<boolean> {
  const self = await readRunningProcess(process.pid);
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, `${process.pid}\n${self?.started ?? ''}`);
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** A released ticket keeps its number, or the next owner could take one that an older process is about to take. */
async function replaceTicket(file: string): Promise<void> {
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, '');
  await rename(draft, file);
}

async function removeTicketsBelow(folder: string, number: number): Promise<void> {
  const older = (await listTickets(folder)).filter((ticket) => ticket < number);
  await Promise.all(older.map((ticket) => rm(ticketFile(folder, ticket), { force: true })));
}
