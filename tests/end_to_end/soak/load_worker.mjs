// A steady load on a thread of its own, so that it does not stand in the way of what measures: see shapes.mjs.

import { parentPort, workerData } from 'node:worker_threads';
import { SteadyLoad } from '../steady_load.mjs';

const load = new SteadyLoad(workerData.servers, workerData.load);
load.start();
parentPort.once('message', async () => {
  await load.stop();
  parentPort.postMessage({ sent: load.sent, answered: load.answered });
});
