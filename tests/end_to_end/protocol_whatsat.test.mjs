// protocol.md, "WHATSAT".

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fromNow } from './at_line.mjs';
import { eventually } from './eventually.mjs';
import { chain, describeHerd } from './herd.mjs';
import { parseAnswer } from './places_near.mjs';
import { randomFrom, seedOfRun } from './random.mjs';
import { atUcla, newClient, report, stored } from './report.mjs';

describeHerd('WHATSAT', { topology: chain('Riley', 'Juzang', 'Campbell') }, (herd) => {
  const { servers } = herd;
  const midOcean = '+00.0-140.0';
  const vaduz = '+47.1410+9.5209';

  /// Asks for the client on a connection of its own and takes the reply apart.
  async function whatsat(server, client, radiusKm, bound) {
    return parseAnswer(await server.ask(`WHATSAT ${client} ${radiusKm} ${bound}\n`), { radiusKm: Number(radiusKm), bound });
  }

  async function reported(location) {
    const client = newClient();
    await report(servers.Riley, { client, location });
    return client;
  }

  it('tells real places around UCLA for the kiwi of the assignment', async () => {
    const line = await report(servers.Riley, { client: 'kiwi.cs.ucla.edu', time: '1621464827.959498503' });
    const answer = await whatsat(servers.Riley, 'kiwi.cs.ucla.edu', '10', 5);
    assert.equal(answer.line, line);
    assert.equal(answer.json.status, 'OK');
    assert.equal(answer.json.results.length, 5);
    assert.ok(answer.json.html_attributions.length > 0, 'says whose data this is');
    const { results } = (await whatsat(servers.Riley, 'kiwi.cs.ucla.edu', '10', 20)).json;
    assert.ok(results.some(({ name }) => /^(Beverly Hills|Santa Monica|West Hollywood|Culver City)$/.test(name)),
      `a town near UCLA among ${results.map(({ name }) => name)}`);
  });

  it('tells points of interest, not towns alone, in Liechtenstein', async () => {
    const { json } = await whatsat(servers.Riley, await reported(vaduz), '2.5', 20);
    assert.equal(json.results.length, 20);
    const types = new Set(json.results.flatMap((result) => result.types));
    assert.ok(types.size > 3, `several kinds of places: ${[...types]}`);
  });

  it('gives every result the fields a reader of Google Places relies on', async () => {
    const { json } = await whatsat(servers.Riley, await reported(vaduz), '50', 20);
    for (const result of json.results) {
      assert.equal(typeof result.name, 'string');
      assert.equal(typeof result.place_id, 'string');
      assert.equal(result.reference, result.place_id);
      assert.ok(Array.isArray(result.types) && result.types.length > 0);
      assert.deepEqual(Object.keys(result.geometry.location), ['lat', 'lng']);
      for (const invented of ['rating', 'photos', 'price_level']) assert.equal(result[invented], undefined);
    }
    assert.equal(new Set(json.results.map((result) => result.place_id)).size, json.results.length);
  });

  it('has ZERO_RESULTS in mid-ocean, well formed', async () => {
    const { json } = await whatsat(servers.Riley, await reported(midOcean), '50', 20);
    assert.deepEqual(json.results, []);
    assert.equal(json.status, 'ZERO_RESULTS');
  });

  for (const location of ['+90+0', '-90-180', '+0+180', '+0-180', '-17.8+179.99', '-0-0']) {
    it(`answers at ${location}, where maps have edges`, async () => {
      await whatsat(servers.Riley, await reported(location), '50', 20);
    });
  }

  for (const radius of ['0', '0.0', '0.001', '2.5', '10', '50', '50.0']) {
    it(`takes the radius ${radius}`, async () => whatsat(servers.Riley, await reported(vaduz), radius, 20));
  }

  for (const radius of [
    '-1', '-0.1', '50.1', '50.0001', '51', '1e1', 'nan', 'inf', '-inf', '0x10', '2,5', '2.5.5', '10km', 'ten', '..',
    '99999999999999999999',
  ]) {
    it(`refuses the radius ${radius}`, async () => {
      const client = await reported(vaduz);
      assert.equal(await servers.Riley.ask(`WHATSAT ${client} ${radius} 5\n`), `? WHATSAT ${client} ${radius} 5\n`);
    });
  }

  for (const bound of [0, 1, 19, 20]) {
    it(`takes the bound ${bound}`, async () => {
      const { json } = await whatsat(servers.Riley, await reported(vaduz), '50', bound);
      assert.equal(json.results.length, bound, 'there are more than 20 places around Vaduz');
    });
  }

  for (const bound of ['-1', '21', '100', '5.0', '5.', '1e1', '0x5', 'nan', 'five', '4294967297', '18446744073709551617']) {
    it(`refuses the bound ${bound}`, async () => {
      const client = await reported(vaduz);
      assert.equal(await servers.Riley.ask(`WHATSAT ${client} 10 ${bound}\n`), `? WHATSAT ${client} 10 ${bound}\n`);
    });
  }

  it('tells the same places first, whatever the bound', async () => {
    const client = await reported(vaduz);
    const names = async (bound) =>
      (await whatsat(servers.Riley, client, '50', bound)).json.results.map((result) => result.place_id);
    assert.deepEqual(await names(7), (await names(20)).slice(0, 7));
  });

  it('has never heard of a client that has not reported', async () => {
    assert.equal(await servers.Riley.ask('WHATSAT nobody.at.all 10 5\n'), '? WHATSAT nobody.at.all 10 5\n');
  });

  it('begins with the stored AT line, byte for byte, whichever server answers', async () => {
    const client = `k\xc3\xafwi\xff\xa0${newClient()}`.padEnd(4096, '\x01');
    const line = await report(servers.Riley, { client, time: `${fromNow(0)}000000000` });
    for (const server of Object.values(servers)) {
      await eventually(`${server.name} knows`, async () => (await stored(server, client)).startsWith('AT '));
      assert.equal((await whatsat(server, client, '10', 5)).line, line);
    }
  });

  it('looks around the newest place of a client that moves', async () => {
    const client = newClient();
    await report(servers.Riley, { client, location: midOcean, time: '1621464827' });
    assert.equal((await whatsat(servers.Riley, client, '50', 5)).json.status, 'ZERO_RESULTS');
    await report(servers.Riley, { client, location: vaduz, time: '1621464828' });
    assert.equal((await whatsat(servers.Riley, client, '50', 5)).json.status, 'OK');
  });

  it('gives AT line and places in one write, so that a single read has it all', async () => {
    const name = await reported(atUcla);
    const client = await servers.Riley.connect();
    for (let i = 0; i < 50; ++i) {
      client.firstChunk = null;
      await client.write(`WHATSAT ${name} 10 5\n`);
      assert.equal(client.firstChunk ?? (await firstRead(client)), await client.readAnswer());
    }
    client.destroy();
  });

  it('answers questions between reports in their order, however they come in', async (t) => {
    const client = newClient();
    const connection = await servers.Riley.connect();
    let commands = '';
    const expected = [];
    for (let i = 0; i < 300; ++i) {
      // Liechtenstein and mid-ocean in turn: only the newest report says which.
      const [location, status] = i % 2 ? [vaduz, 'OK'] : [midOcean, 'ZERO_RESULTS'];
      const time = 1621464827 + i;
      commands += `IAMAT ${client} ${location} ${time}\nWHATSAT ${client} 2.5 ${i % 21}\nWHATSAT ${client} 51 5\n`;
      expected.push({ at: ` ${client} ${location} ${time}`, bound: i % 21, status: i % 21 ? status : 'ZERO_RESULTS' });
    }
    const random = randomFrom(seedOfRun(t));
    const reading = (async () => {
      for (const { at, bound, status } of expected) {
        const line = await connection.readLine();
        assert.ok(line.startsWith('AT Riley ') && line.endsWith(at), `${line}, not ${at}`);
        const answer = parseAnswer(await connection.readAnswer(), { radiusKm: 2.5, bound });
        assert.deepEqual([answer.line, answer.json.status], [line, status]);
        assert.equal(await connection.readLine(), `? WHATSAT ${client} 51 5`);
      }
    })();
    for (let cut; commands !== ''; commands = commands.slice(cut)) {
      cut = 1 + Math.floor(random() * 3000);
      await connection.write(commands.slice(0, cut));
    }
    await reading;
    connection.destroy();
  });

  const firstRead = (client) => eventually('the first bytes of a reply', () => client.firstChunk);
});
