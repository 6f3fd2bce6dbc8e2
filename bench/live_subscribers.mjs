// 10,000 live subscribers of one server, after `ninja -C build/release proxyherd live_subscribers`:
//
//     PROXYHERD=build/release/proxyherd node bench/live_subscribers.mjs [subscribers] [reports/s] [seconds]
//
// First the same reports without subscribers, then with them.

import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { Herd } from '../tests/end_to_end/herd.mjs';
import { root } from '../tests/end_to_end/server_process.mjs';

const [subscribers = 10_000, rate = 10_000, seconds = 20] = process.argv.slice(2).map(Number);
const watched = 20;
const generator = path.join(root, 'build/release/bench/micro/live_subscribers');

for (const count of [0, subscribers]) {
  const herd = new Herd({ topology: { Riley: [] }, threads: 2, log: { traffic: 'off' } });
  try {
    await herd.start();
    const { ports, pid } = herd.servers.Riley;
    const words = [ports.line, ports.http, pid, count, watched, rate, seconds].map(String);
    const { stdout } = await promisify(execFile)(generator, words, { timeout: (seconds + 120) * 1000 });
    process.stdout.write(stdout);
  } finally {
    await herd.stop();
  }
}
