// Several event loops in one server: each has its share of the clients, and nobody notices which.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import { it } from 'node:test';
import { parseAt, statusLines, toNs } from './at_line.mjs';
import { eventually } from './eventually.mjs';
import { chain, describeHerd } from './herd.mjs';
import { SteadyLoad } from './steady_load.mjs';
import { atUcla, newClient, report, stored } from './report.mjs';
import { slowness } from './server_process.mjs';

const threads = 4;

/// Connects `count` clients, and resolves to them once the server counts them all.
async function crowd(server, count) {
  const clients = [];
  while (clients.length < count) {
    const some = Math.min(500, count - clients.length);
    clients.push(...(await Promise.all(Array.from({ length: some }, () => server.connect()))));
  }
  await eventually('all are counted', async () => (await server.status()).connections === count);
  return clients;
}

const threadsOf = (server) => fs.readdirSync(`/proc/${server.pid}/task`).length;

describeHerd(`a herd of ${threads} threads a server`, { topology: chain('Riley', 'Juzang'), threads }, (herd) => {
  const { servers } = herd;

  it('gives each thread its share of the clients', async () => {
    const clients = await crowd(servers.Riley, 102);
    const { threads: count, connections_by_thread: shares } = await servers.Riley.status();
    assert.equal(count, threads);
    assert.deepEqual(shares.sort(), [25, 25, 26, 26]);
    for (const client of clients) client.destroy();
    await eventually('none is left', async () => (await servers.Riley.status()).connections === 0);
    assert.deepEqual((await servers.Riley.status()).connections_by_thread, [0, 0, 0, 0]);
  });

  it('gives a new client to the thread that has fewest', async () => {
    const clients = await crowd(servers.Riley, 40);
    // They were spread in the order in which they came; one in four left one thread.
    for (let i = 0; i < clients.length; i += 4) clients[i].destroy();
    await eventually('they are gone', async () => (await servers.Riley.status()).connections === 30);
    clients.push(...(await Promise.all(Array.from({ length: 10 }, () => servers.Riley.connect()))));
    await eventually('the new ones are counted', async () => (await servers.Riley.status()).connections === 40);
    assert.deepEqual((await servers.Riley.status()).connections_by_thread, [10, 10, 10, 10]);
    for (const client of clients) client.destroy();
  });

  it('holds the newest report of a client that all threads hear of at once, and tells its neighbour', async () => {
    const ids = Array.from({ length: 100 }, () => newClient('shared'));
    const clients = await crowd(servers.Riley, 8);
    const rounds = 50;
    await Promise.all(clients.map(async (client, i) => {
      const lines = [];
      for (let round = 0; round < rounds; ++round) {
        for (const id of ids) lines.push(`IAMAT ${id} +${i}+${round} 16214648${String(round).padStart(2, '0')}.${i}\n`);
      }
      client.end(lines.join(''));
      assert.equal((await client.readToEnd()).match(/^AT Riley /gm).length, lines.length);
    }));
    for (const line of await herd.agreed(ids)) {
      const { time, location } = parseAt(line);
      assert.equal(toNs(time), toNs('1621464849.7'));
      assert.equal(location, '+7+49');
    }
  });

  it('answers what is near on every thread, in order', async () => {
    const id = newClient();
    const line = await report(servers.Riley, { client: id });
    const clients = await crowd(servers.Riley, 8);
    await Promise.all(clients.map(async (client, i) => {
      client.end(`WHATSAT ${id} 10 3\nN${i}\nWHATSAT ${id} 0 0\n`.repeat(20));
      const lines = statusLines(await client.readToEnd());
      assert.deepEqual(lines, Array.from({ length: 20 }, () => [line, `? N${i}`, line]).flat());
    }));
  });

  it('ends in order with clients on all threads, each of them in the midst of something', async () => {
    const id = newClient();
    await report(servers.Riley, { client: id });
    const clients = await crowd(servers.Riley, 40);
    for (const [i, client] of clients.entries()) {
      client.socket.on('error', () => {});
      if (i % 5 === 1) client.socket.write(`WHATSAT ${id} 50 20\n`.repeat(1000)); // a look-up
      if (i % 5 === 2) client.socket.pause(), client.socket.write(`FLUFFYDOG ${'x'.repeat(1000)}\n`.repeat(20_000)); // unread replies
      if (i % 5 === 3) client.socket.write('x'.repeat(100_000)); // a line that was too long
      if (i % 5 === 4) client.socket.write(`IAMAT ${id} ${atUcla}`); // half a line
    }
    await servers.Riley.stop();
    for (const client of clients) client.destroy();
    await servers.Riley.start();
    await herd.linked();
    assert.match(await stored(servers.Riley, id), /^AT Riley /);
  });
});

describeHerd('a server that is not told how many threads to run', { topology: { Riley: [] } }, (herd) => {
  it('runs one per CPU', async () => {
    const { threads: count } = await herd.servers.Riley.status();
    assert.equal(count, Math.min(256, os.availableParallelism?.() ?? os.cpus().length));
    assert.ok(threadsOf(herd.servers.Riley) >= count);
  });
});

describeHerd('a server of one thread', { topology: { Riley: [] }, threads: 1 }, (herd) => {
  it('serves all clients with it', async () => {
    const log = () => fs.readFileSync(`${herd.servers.Riley.data}/server.log`, 'utf8');
    await eventually('the log says so', () => / info Riley serves: .*, 1 thread, epoch \d+\)\n/.test(log()));
    assert.deepEqual((await herd.servers.Riley.status()).connections_by_thread, [0]);
    await report(herd.servers.Riley);
  });
});

describeHerd('a server that holds 10,000 connections', { topology: { Riley: [] } }, (herd) => {
  const count = 10_000;

  it('keeps less than 2 KB for each that is idle, and answers reports that flow meanwhile', async (t) => {
    const { Riley } = herd.servers;
    for (const client of await crowd(Riley, 200)) client.destroy(); // what the first connections cost once
    await eventually('they are gone', async () => (await Riley.status()).connections === 0);
    const before = Riley.residentBytes();
    const idle = await crowd(Riley, count);
    const bytes = (Riley.residentBytes() - before) / count;
    t.diagnostic(`${Math.round(bytes)} bytes of memory per idle connection`);
    assert.ok(bytes < 2048 * slowness, `${bytes} bytes per idle connection`);

    const load = new SteadyLoad([Riley], { rate: 20_000, clients: 1_000 });
    load.start();
    await eventually('50,000 reports are sent', () => load.sent >= 50_000, 30 * slowness);
    await load.stop();
    assert.equal(load.answered, load.sent);
    assert.equal((await Riley.status()).connections, count);

    await Promise.all(idle.slice(-100).map(async (client, i) => {
      await client.write(`N${i}\n`);
      assert.equal(await client.readLine(), `? N${i}`);
    }));
    for (const client of idle) client.destroy();
    await eventually('all are gone', async () => (await Riley.status()).connections === 0, 20);
  });
});

describeHerd('a server of 100 threads', { topology: { Riley: [] }, threads: 100, descriptors: 1400 }, (herd) => {
  it('leaves descriptors to its threads too, and closes the clients that are beyond the rest', async () => {
    const { Riley } = herd.servers;
    const served = 1400 - 256 - 4 * 101; // its live feeds have one more
    const clients = await Promise.all(Array.from({ length: served + 50 }, () => Riley.connect()));
    await eventually('50 are refused', async () => (await Riley.status()).connections_refused === 50);
    assert.equal((await Riley.status()).connections, served);
    for (const client of clients) client.destroy();
  });
});
