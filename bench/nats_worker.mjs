// A thread that publishes to or subscribes at nats-servers, for nats.mjs. The protocol is lines of text:
// https://docs.nats.io/reference/reference-protocols/nats-protocol

import net from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const { role, ports, window, rate, shared } = workerData;
const payloadBytes = 100;
const batch = 100;
const nowUs = () => Number(process.hrtime.bigint() / 1000n);

/// A connection that has introduced itself.
async function connect(port) {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', (error) => { throw error; });
  await new Promise((resolve) => socket.once('data', resolve)); // INFO
  socket.write('CONNECT {"verbose":false,"pedantic":false,"protocol":0}\r\nPING\r\n');
  await new Promise((resolve) => socket.once('data', resolve)); // PONG
  return socket;
}

const messages = (count, stamp) => Buffer.from(`PUB p ${payloadBytes}\r\n${String(stamp).padStart(16, '0').padEnd(payloadBytes, '.')}\r\n`.repeat(count));

async function publish() {
  const sockets = await Promise.all(ports.map(connect));
  sockets.forEach((socket) => socket.on('data', (bytes) => bytes.includes('PING') && socket.write('PONG\r\n')));
  let isStopped = false;
  let sent = 0;
  parentPort.on('message', () => (isStopped = true));
  parentPort.postMessage('ready');
  const block = messages(batch, 0);
  const startedAt = nowUs();
  const turn = () => {
    if (isStopped) return void parentPort.postMessage('stopped');
    if (rate > 0) {
      const due = Math.floor(((nowUs() - startedAt) * rate) / 1e6);
      if (due > sent) sockets[0].write(messages(due - sent, nowUs()));
      sent = Math.max(sent, due);
    } else {
      for (const socket of sockets) {
        if (sent + batch - leastDelivered() > window || socket.writableLength > 0) continue;
        socket.write(block);
        sent += batch;
      }
    }
    Atomics.store(shared, 0, BigInt(sent));
    if (rate > 0) setTimeout(turn, 1);
    else setImmediate(turn);
  };
  turn();
}

const leastDelivered = () => ports.reduce((least, _, i) => Math.min(least, Number(Atomics.load(shared, 1 + i))), Infinity);

async function subscribe() {
  let spans = [];
  parentPort.on('message', (what) => {
    if (what === 'tell') parentPort.postMessage(quantiles(spans));
    spans = [];
  });
  for (const [i, port] of ports.entries()) {
    const socket = await connect(port);
    let rest = Buffer.alloc(0);
    let count = 0;
    socket.on('data', (chunk) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const arrivedAt = rate > 0 ? nowUs() : 0;
      let at = 0;
      for (;;) {
        const head = bytes.indexOf(10, at) + 1;
        if (head === 0) break;
        if (bytes[at] === 77) { // MSG p 1 100
          const end = head + payloadBytes + 2;
          if (end > bytes.length) break;
          if (rate > 0) spans.push(arrivedAt - Number(bytes.latin1Slice(head, head + 16)));
          ++count;
          at = end;
        } else {
          if (bytes[at] === 80 && bytes[at + 1] === 73) socket.write('PONG\r\n'); // PING
          at = head;
        }
      }
      rest = bytes.subarray(at);
      Atomics.store(shared, 1 + i, BigInt(count));
    });
    socket.write('SUB p 1\r\nPING\r\n');
    await new Promise((resolve) => socket.once('data', resolve));
  }
  parentPort.postMessage('ready');
}

function quantiles(spans) {
  spans.sort((a, b) => a - b);
  const at = (share) => spans[Math.min(spans.length - 1, Math.floor(spans.length * share))] ?? null;
  return { count: spans.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

await (role === 'publish' ? publish() : subscribe());
