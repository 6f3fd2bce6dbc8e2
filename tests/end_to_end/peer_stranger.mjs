// What does not belong to a herd, at its peer ports: made-up hellos, odd certificates, crowds.

import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { eventually, within } from './eventually.mjs';

/// The fields of a server's first message that decide whether it belongs (docs/link-protocol.md).
const versionsAt = 9;
const herdAt = 11;

/// A copy of a recorded hello that differs in one thing.
export const changedHello = {
  version: (hello) => withBytes(hello, versionsAt, Buffer.from([200, 201])),
  order: (hello) => withBytes(hello, afterNames(hello) + 8, Buffer.from([hello[afterNames(hello) + 8] ^ 1])),
  aheadMax: (hello) => withBytes(hello, afterNames(hello) + 9, Buffer.from([hello[afterNames(hello) + 9] ^ 1])),
  partitions: (hello) => {
    const at = afterNames(hello) + 25;
    const fewer = Buffer.from(hello.subarray(0, hello.length - 8));
    fewer.writeUInt16LE(hello.readUInt16LE(at) - 1, at);
    fewer.writeUInt32LE(fewer.length - 4, 0);
    return fewer;
  },
};

function afterNames(hello) {
  const serverAt = herdAt + 1 + hello[herdAt];
  return serverAt + 1 + hello[serverAt];
}

function withBytes(hello, at, bytes) {
  return Buffer.concat([hello.subarray(0, at), bytes, hello.subarray(at + bytes.length)]);
}

/// The certificate and key of a server and the CA of a folder, as node's tls wants them.
export function credentials(folder, server) {
  const read = (name) => fs.readFileSync(path.join(folder, name));
  return { ca: read('ca.crt'), cert: read(`${server}.crt`), key: read(`${server}.key`) };
}

/// Connects to a peer port, plain or with these TLS options, says `bytes` and resolves to the local address once the
/// server has closed.
export async function say(port, bytes, tlsOptions = null) {
  const target = { port, host: '127.0.0.1' };
  const plain = net.connect(target).on('error', () => {});
  const closed = new Promise((resolve) => plain.once('close', resolve));
  await within(5, 'a connection', new Promise((resolve) => plain.once('connect', resolve)));
  const address = `127.0.0.1:${plain.localPort}`;
  const socket = tlsOptions === null ? plain : tls.connect({
    socket: plain, rejectUnauthorized: false, checkServerIdentity: () => undefined, ...tlsOptions,
  }).on('error', () => {});
  socket.write(bytes);
  socket.resume();
  try {
    await within(5, 'the connection is closed', closed);
  } finally {
    plain.destroy();
  }
  return address;
}

/// Listens in the place of a stopped server, plain or with these TLS options, until `during` is done with what the
/// first connection said at first.
export async function inPlaceOf(server, tlsOptions, during) {
  const sockets = new Set();
  let heard;
  const first = new Promise((resolve) => (heard = resolve));
  const greet = (socket) => socket.on('error', () => {}).once('data', (bytes) => heard(bytes));
  const listener = tlsOptions === null ? net.createServer(greet) : tls.createServer(
    { requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.3', ...tlsOptions }, greet);
  listener.on('connection', (socket) => sockets.add(socket.on('error', () => {})));
  listener.on('tlsClientError', () => {});
  await new Promise((resolve) => listener.listen(server.ports.peer, '127.0.0.1', resolve));
  try {
    return await during(first);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => listener.close(resolve));
  }
}

/// The first bytes of a TLS connection, as node says them.
export async function tlsClientHello() {
  return new Promise((resolve) => {
    const listener = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (bytes) => {
        resolve(bytes);
        socket.destroy();
        listener.close();
      });
    });
    listener.listen(0, '127.0.0.1', () => {
      tls.connect({ port: listener.address().port, host: '127.0.0.1', minVersion: 'TLSv1.3' }).on('error', () => {});
    });
  });
}

/// Connections that are opened again whenever the other side closes them, each saying one of `openings` at once.
export class Crowd {
  attempts = 0;
  #sockets = new Set();
  #over = false;

  constructor(port, count, openings) {
    for (let i = 0; i < count; ++i) this.#open(port, openings[i % openings.length]);
  }

  /// Resolves when every opening was said often.
  busy(attempts) {
    return eventually(`${attempts} attempts`, () => this.attempts >= attempts, 30);
  }

  stop() {
    this.#over = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #open(port, opening) {
    const socket = net.connect(port, '127.0.0.1');
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('connect', () => {
      ++this.attempts;
      socket.write(opening);
    });
    socket.resume().on('close', () => {
      this.#sockets.delete(socket);
      if (!this.#over) setImmediate(() => this.#over || this.#open(port, opening));
    });
  }
}
