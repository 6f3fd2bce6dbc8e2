// Google, played by an HTTPS server of 127.0.0.1 that answers as it is told to.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import https from 'node:https';
import os from 'node:os';
import path from 'node:path';

/// A CA that is to be trusted, and certificates: `good` is for localhost and from that CA, the others are not good.
export class Certificates {
  constructor() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-google-'));
    const selfSigned = (name, subject, extension) => this.#openssl('req', '-x509', ...newKey, '-nodes',
      '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2', '-subj', `/CN=${subject}`, '-addext', extension);
    const issued = (name, host, days) => {
      this.#openssl('req', ...newKey, '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${host}`,
        '-addext', `subjectAltName=DNS:${host}`);
      this.#openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', days,
        '-copy_extensions', 'copy', '-out', `${name}.pem`);
    };
    selfSigned('ca', 'Trusted CA', 'keyUsage=critical,keyCertSign');
    selfSigned('stranger', 'localhost', 'subjectAltName=DNS:localhost');
    issued('good', 'localhost', '2');
    issued('elsewhere', 'maps.example.com', '2');
    issued('expired', 'localhost', '-1');
    this.ca = path.join(this.folder, 'ca.pem');
  }

  pair(name) {
    const read = (kind) => fs.readFileSync(path.join(this.folder, `${name}.${kind}`));
    return { key: read('key'), cert: read('pem') };
  }

  remove() {
    fs.rmSync(this.folder, { recursive: true });
  }

  #openssl(...args) {
    const { status, stderr } = spawnSync('openssl', args, { cwd: this.folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl ${args.join(' ')}: ${stderr}`);
  }
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

export class GoogleServer {
  requests = []; // {target, headers}, in the order they came
  connections = 0; // TLS handshakes that were completed
  #sockets = new Set();

  /// Resolves to a server that listens with the certificate `good`.
  static async start(certificates) {
    const google = new GoogleServer();
    google.certificates = certificates;
    google.server = https.createServer({ ...certificates.pair('good'), keepAliveTimeout: 60_000 }, (request, response) => {
      google.requests.push({ target: request.url, headers: request.headers });
      google.respond(response, request);
    });
    google.server.on('secureConnection', (socket) => {
      ++google.connections;
      google.#sockets.add(socket);
      socket.on('close', () => google.#sockets.delete(socket));
      socket.on('error', () => {}); // a client that gives up
    });
    await new Promise((resolve) => google.server.listen(0, '127.0.0.1', resolve));
    google.url = `https://localhost:${google.server.address().port}`;
    google.reset();
    return google;
  }

  /// Answers as Google does where there is nothing, with a good certificate, and forgets what it was asked.
  reset() {
    this.answer({ html_attributions: [], results: [], status: 'ZERO_RESULTS' });
    this.show('good');
    this.requests = [];
  }

  /// Answers all questions so: an object becomes JSON as Google writes it.
  answer(body, status = 200, headers = {}) {
    const text = typeof body === 'string' ? body : `${JSON.stringify(body, null, 3)}\n`;
    this.respond = (response) => {
      response.writeHead(status, { 'Content-Type': 'application/json; charset=UTF-8', ...headers });
      response.end(text);
    };
  }

  /// Connections from now on are shown the certificate of that name.
  show(name) {
    this.server.setSecureContext(this.certificates.pair(name));
  }

  get openConnections() {
    return this.#sockets.size;
  }

  closeConnections() {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop() {
    this.closeConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
