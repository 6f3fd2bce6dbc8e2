// How long a server takes to answer single reports, one after the other, asked from a thread of its own so that nothing
// else of this program is measured: see servers.mjs.

import { parentPort, workerData } from 'node:worker_threads';
import { nextPoll } from '../eventually.mjs';
import { LineClient } from '../line_client.mjs';
import { atUcla } from '../report.mjs';

const { port, seconds } = workerData;
const client = await LineClient.connect(port);
const tookMs = [];
for (const startedAt = performance.now(); performance.now() - startedAt < seconds * 1000;) {
  const askedAt = performance.now();
  await client.write(`IAMAT probe ${atUcla} 1621464827\n`);
  await client.readLine();
  tookMs.push(performance.now() - askedAt);
  await nextPoll();
}
client.destroy();
parentPort.postMessage(tookMs.sort((a, b) => a - b)[Math.floor(tookMs.length * 0.99)]);
