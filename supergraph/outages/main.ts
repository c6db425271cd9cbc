// The outages subgraph as a process of its own, beside the service and a gateway.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { serveParent } from '../childProcess';
import { readOutages } from './outage';
import { startOutages } from './startOutages';

serveParent(async () => {
  const { values } = parseArgs({
    options: {
      outages: { type: 'string' },
      keys: { type: 'string' },
      issuer: { type: 'string' },
      audience: { type: 'string' },
      port: { type: 'string', default: '0' },
    },
  });
  const { outages, keys, issuer, audience, port } = values;
  if (outages === undefined || keys === undefined || issuer === undefined || audience === undefined) {
    throw new Error('main --outages FILE --keys FILE --issuer NAME --audience NAME [--port N]');
  }
  return await startOutages({
    outages: readOutages(readFileSync(outages, 'utf8')),
    tokens: { keysFile: keys, issuer, audience },
    port: Number(port),
  });
});
