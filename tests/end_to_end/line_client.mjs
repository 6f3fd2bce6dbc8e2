// A client of the line protocol. Bytes are strings of latin1 characters throughout: one character, one byte.

import net from 'node:net';
import { within } from './eventually.mjs';

const patienceS = 20;

export class LineClient {
  received = '';
  firstChunk = null; // what the first read after clearing it returned
  closed = false;
  error = null;
  #waiting = null;

  /// Resolves to a connected client.
  static async connect(port, host = '127.0.0.1') {
    const client = new LineClient();
    client.socket = net.connect({ port, host, noDelay: true });
    client.socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      client.firstChunk ??= text;
      client.received += text;
      client.#waiting?.();
    });
    client.socket.on('error', (error) => (client.error = error));
    client.socket.on('close', () => {
      client.closed = true;
      client.#waiting?.();
    });
    await within(patienceS, `a connection to port ${port}`, new Promise((resolve, reject) => {
      client.socket.once('connect', resolve);
      client.socket.once('error', reject);
    }));
    return client;
  }

  /// The connection as the server's log names it.
  get address() {
    return `127.0.0.1:${this.localPort}`;
  }

  get localPort() {
    return (this.port ??= this.socket.localPort);
  }

  /// Resolves once the kernel has taken the bytes.
  write(bytes) {
    return new Promise((resolve, reject) => {
      this.socket.write(Buffer.from(bytes, 'latin1'), (error) => (error ? reject(error) : resolve()));
    });
  }

  /// Half-closes: nothing more will be sent, replies are still read.
  end(bytes = '') {
    this.socket.end(Buffer.from(bytes, 'latin1'));
  }

  destroy() {
    this.socket.destroy();
  }

  /// Takes the next line off what comes in, without its newline.
  async readLine() {
    return (await this.#take('\n')).slice(0, -1);
  }

  /// Takes the next reply to a WHATSAT off what comes in, with the two newlines that end it.
  readAnswer() {
    return this.#take('\n\n');
  }

  /// Takes exactly `count` bytes.
  async readBytes(count) {
    await this.#until(`${count} bytes`, () => this.received.length >= count);
    const bytes = this.received.slice(0, count);
    this.received = this.received.slice(count);
    return bytes;
  }

  /// Takes all that comes in until the server closes. A reset instead of an orderly end is an error.
  async readToEnd(seconds = patienceS) {
    await this.#until('the end of the connection', () => this.closed, seconds);
    if (this.error) throw this.error;
    const bytes = this.received;
    this.received = '';
    return bytes;
  }

  async #take(terminator) {
    let searched = 0;
    let found;
    await this.#until(JSON.stringify(terminator), () => {
      found = this.received.indexOf(terminator, Math.max(0, searched - terminator.length));
      searched = this.received.length;
      return found >= 0;
    });
    const bytes = this.received.slice(0, found + terminator.length);
    this.received = this.received.slice(bytes.length);
    return bytes;
  }

  async #until(what, holds, seconds = patienceS) {
    const comes = new Promise((resolve, reject) => {
      this.#waiting = () => {
        if (holds()) resolve();
        else if (this.closed) reject(this.error ?? new Error(`closed by the server before ${what}`));
      };
      this.#waiting();
    });
    try {
      await within(seconds, what, comes);
    } catch (error) {
      throw new Error(`${error.message}; received so far: ${JSON.stringify(this.received.slice(0, 300))}`);
    } finally {
      this.#waiting = null;
    }
  }
}

/// Sends the bytes on a connection of their own, half-closes, and resolves to all that came back.
export async function ask(port, bytes, seconds = patienceS, host = '127.0.0.1') {
  const client = await LineClient.connect(port, host);
  client.end(bytes);
  try {
    return await client.readToEnd(seconds);
  } finally {
    client.destroy();
  }
}
