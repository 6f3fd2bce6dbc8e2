// protocol.md: the bounds on clients and on the length of a line.

import assert from 'node:assert/strict';
import net from 'node:net';
import { it } from 'node:test';
import { eventually } from './eventually.mjs';
import { chain, describeHerd } from './herd.mjs';
import { atUcla, newClient, report, stored } from './report.mjs';

describeHerd('a line over the limit', { topology: { Riley: [] } }, (herd) => {
  const riley = () => herd.servers.Riley;
  const first64 = 'IAMAT '.padEnd(64, 'abcdefghijklmnop');

  it('gets "? " and its first 64 bytes, and the connection is closed', async () => {
    const client = await riley().connect();
    await client.write(`${first64.padEnd(64 * 1024 + 1, 'x')}\nFLUFFYDOG\n`);
    assert.equal(await client.readToEnd(), `? ${first64}\n`);
  });

  it('gets that after the replies to what came before it', async () => {
    const client = await riley().connect();
    await client.write(`ONE\nTWO\n${first64.padEnd(64 * 1024 + 1, 'x')}\n`);
    assert.equal(await client.readToEnd(), `? ONE\n? TWO\n? ${first64}\n`);
  });

  it('gets that without waiting for its end', async () => {
    const client = await riley().connect();
    await client.write(first64.padEnd(64 * 1024 + 1, 'x'));
    assert.equal(await client.readToEnd(), `? ${first64}\n`);
  });

  it('gets that also when it comes in small pieces', async () => {
    const client = await riley().connect();
    const line = first64.padEnd(64 * 1024 + 1, 'x');
    for (let i = 0; i < line.length; i += 1000) await client.write(line.slice(i, i + 1000));
    assert.equal(await client.readToEnd(), `? ${first64}\n`);
  });

  /// A client that ignores that the server has said its last; resolves once the server has taken it.
  async function stubborn() {
    const socket = net.connect({ port: riley().ports.line, host: riley().host, allowHalfOpen: true });
    const client = { socket, received: '', closed: false };
    socket.on('data', (chunk) => (client.received += chunk.toString('latin1')));
    socket.on('error', () => {}).on('close', () => (client.closed = true));
    socket.write('x'.repeat(64 * 1024 + 1));
    await eventually('it is answered', () => client.received === `? ${'x'.repeat(64)}\n`);
    return client;
  }
  const noneLeft = () => eventually('the server closed', async () => (await riley().status()).connections === 0, 5);

  it('gets two seconds to close after its answer', async () => {
    const client = await stubborn();
    assert.equal((await riley().status()).connections, 1);
    await noneLeft();
    client.socket.destroy();
  });

  it('may send 64 MiB more before it is cut off', async () => {
    const client = await stubborn();
    const chunk = Buffer.alloc(1024 * 1024, 'y');
    const more = () => client.closed || client.socket.bytesWritten > 128 * chunk.length || client.socket.write(chunk, more);
    more();
    await noneLeft();
    await eventually('the client knows', () => client.closed);
    assert.ok(client.socket.bytesWritten < 128 * chunk.length, `${client.socket.bytesWritten} bytes taken`);
  });

  it('is longer than 64 KiB: shorter ones are copied whole', async () => {
    const command = first64.padEnd(64 * 1024 - 1, 'x');
    assert.equal(await riley().ask(`${command}\nFLUFFYDOG\n`), `? ${command}\n? FLUFFYDOG\n`);
  });
});

describeHerd('limits.line_bytes_max', { topology: { Riley: [] }, limits: { line_bytes_max: 2048 } }, (herd) => {
  it('says what a long line is', async () => {
    const command = 'x'.repeat(2047);
    assert.equal(await herd.servers.Riley.ask(`${command}\n`), `? ${command}\n`);
    const client = await herd.servers.Riley.connect();
    await client.write(`${'x'.repeat(2049)}\n`);
    assert.equal(await client.readToEnd(), `? ${'x'.repeat(64)}\n`);
  });
});

const threeAtMost = { topology: chain('Abel', 'Middle', 'Zora'), limits: { clients_max: 3 } };
describeHerd('limits.clients_max', threeAtMost, (herd) => {
  const { servers } = herd;

  /// Fills the server with three clients of its own; resolves to their ids.
  async function fill(server) {
    const ids = [newClient(), newClient(), newClient()];
    for (const client of ids) await report(server, { client, time: '1621464827' });
    return ids;
  }

  const assertRefused = async (server) => {
    const client = newClient();
    const command = `IAMAT ${client} ${atUcla} 1621464827.5`;
    assert.equal(await server.ask(`${command}\n`), `? ${command}\n`);
    assert.equal(await stored(server, client), `? WHATSAT ${client} 0 0`);
  };

  it('refuses and counts a new client beyond it, and always takes what neighbours send', async () => {
    await servers.Middle.stop();
    const abels = await fill(servers.Abel);
    const zoras = await fill(servers.Zora);
    await assertRefused(servers.Abel);
    await assertRefused(servers.Zora);
    await assertRefused(servers.Zora);
    assert.equal((await servers.Abel.status()).clients_refused, 1);
    assert.equal((await servers.Zora.status()).clients_refused, 2);

    const moved = await report(servers.Abel, { client: abels[0], time: '1621464828' });
    assert.equal(await stored(servers.Abel, abels[0]), moved, 'a client that is known may always report');

    await servers.Middle.start();
    await herd.agreed([...abels, ...zoras]);
    for (const server of Object.values(servers)) {
      await eventually('six clients', async () => (await server.status()).clients === 6);
      await assertRefused(server);
    }
  });
});
