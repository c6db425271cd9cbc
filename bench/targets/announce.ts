// How a process of the bench begins and ends: it listens on a free port of the loopback interface, tells it in one line, and
// ends with its parent.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens, and prints the address; `address()` of a listening TCP server is never a text. */
export function announce(server: Server): void {
  server.listen(0, '127.0.0.1', 4096, () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
  });
  // The parent holds the other end; when it goes, however it goes, so does this process.
  process.stdin.on('end', () => process.exit(0)).resume();
}

/** The value of `--name value` on this process's command line. */
export function argument(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}
