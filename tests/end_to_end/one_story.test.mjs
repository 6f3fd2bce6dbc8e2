// The same journey through every door of the herd: whatever a phone speaks, all servers know the same of it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { parseAt } from './at_line.mjs';
import { eventually } from './eventually.mjs';
import { describeHerd, freePorts } from './herd.mjs';
import { Broker } from './mqtt_broker.mjs';

const start = Math.floor(Date.now() / 1000) - 600;
/// Along a road, with times in whole seconds, which is all that some apps tell.
const journey = Array.from({ length: 6 }, (_, i) => ({
  lat: (47.141037 + i * 0.00131).toFixed(6),
  lon: (9.520917 - i * 0.00117).toFixed(6),
  time: start + 30 * i,
}));
const last = journey.at(-1);
const iso = (time) => new Date(1000 * time).toISOString();

async function send(server, path, options) {
  const response = await fetch(`http://127.0.0.1:${server.ports.http}${path}`, { method: 'POST', ...options });
  const text = await response.text();
  assert.ok(response.ok, `${path}: ${response.status} ${text}`);
  return text;
}

const json = (value) => JSON.stringify(value);
/// JavaScript would write numbers anew; their digits are part of the story.
const numbers = ({ lat, lon, time }) => `"lat":${lat},"lon":${lon},"time":${time}`;

/// How each door is told the journey: an async function of a server and the client's id.
const doors = {
  line: (server, id) => server.ask(journey.map(({ lat, lon, time }) => `IAMAT ${id} +${lat}+${lon} ${time}\n`).join('')),
  'HTTP, one by one': async (server, id) => {
    for (const point of journey) await send(server, `/v1/clients/${id}`, { method: 'PUT', body: `{${numbers(point)}}` });
  },
  'HTTP, an array': (server, id) =>
    send(server, '/v1/reports', { body: `[${journey.map((point) => `{"client":"${id}",${numbers(point)}}`)}]` }),
  'HTTP, lines': (server, id) =>
    send(server, '/v1/reports', {
      headers: { 'Content-Type': 'application/x-ndjson' },
      body: journey.map((point) => `{"client":"${id}",${numbers(point)}}\n`).join(''),
    }),
  OwnTracks: async (server, id) => {
    for (const { lat, lon, time } of journey) {
      const body = `{"_type":"location","tid":"xx","lat":${lat},"lon":${lon},"tst":${time},"topic":"owntracks/${id}"}`;
      assert.equal(await send(server, '/pub', { body }), '[]');
    }
  },
  'Traccar Client': async (server, id) => {
    for (const { lat, lon, time } of journey) {
      const body = `{"location":{"timestamp":"${iso(time)}","coords":{"latitude":${lat},"longitude":${lon},"speed":-1,"heading":-1}},"device_id":"${id}"}`;
      await send(server, '/', { body });
    }
  },
  'OsmAnd, a query': async (server, id) => {
    for (const { lat, lon, time } of journey) await send(server, `/?id=${id}&lat=${lat}&lon=${lon}&timestamp=${time}`, { method: 'GET' });
  },
  'OsmAnd, a form': async (server, id) => {
    for (const { lat, lon, time } of journey) {
      await send(server, '/', { body: new URLSearchParams({ deviceid: id, location: `${lat},${lon}`, timestamp: `${time}000` }) });
    }
  },
  Overland: async (server, id) => {
    const features = journey.map(
      ({ lat, lon, time }) =>
        `{"type":"Feature","geometry":{"type":"Point","coordinates":[${lon},${lat}]},"properties":{"timestamp":"${iso(time)}","device_id":"${id}"}}`,
    );
    assert.equal(await send(server, '/overland', { body: `{"locations":[${features}]}` }), '{"result":"ok"}');
  },
  MQTT: async (server, id, broker) => {
    for (const { lat, lon, time } of journey) {
      broker.publish(`owntracks/${id}`, `{"_type":"location","tid":"xx","lat":${lat},"lon":${lon},"tst":${time}}`);
    }
  },
};
/// OwnTracks' ids have two parts.
const idOf = (door) => (door === 'OwnTracks' || door === 'MQTT' ? `story/${door}` : `story-${Object.keys(doors).indexOf(door)}`);

const [brokerPort] = await freePorts(1);
const broker = new Broker(brokerPort);

describeHerd('one story through all doors', { mqtt: { broker: `127.0.0.1:${brokerPort}`, topics: ['owntracks/+/+'] } }, (herd) => {
  before(() => broker.start());
  after(() => broker.remove());

  test('every server answers the same of it, whichever door and server heard it', async () => {
    await eventually('all servers hear the broker', async () => {
      for (const server of herd.running) if ((await server.status()).mqtt.connected !== 1) throw new Error(server.name);
      return true;
    });
    const names = herd.names;
    const ids = Object.keys(doors).map(idOf);
    for (const [i, [door, tell]] of Object.entries(doors).entries()) {
      await tell(herd.servers[names[i % names.length]], idOf(door), broker);
    }

    const lines = await herd.agreed(ids);
    for (const [i, line] of lines.entries()) {
      const at = parseAt(line);
      assert.deepEqual([at.location, at.time], [`+${last.lat}+${last.lon}`, `${last.time}`], `${Object.keys(doors)[i]}: ${line}`);
    }

    for (const name of names) {
      const get = async (path) => (await fetch(`http://127.0.0.1:${herd.servers[name].ports.http}${path}`)).text();
      for (const id of ids) {
        const text = await get(`/v1/clients/${encodeURIComponent(id)}`);
        assert.ok(text.includes(`"client":"${id}",${numbers(last)}`), `${name}: ${text}`);
      }
      const near = JSON.parse(await get(`/v1/clients?near=${last.lat},${last.lon}&radius=1&limit=50`));
      assert.deepEqual(near.clients.map(({ client }) => client).sort(), [...ids].sort());
      const whatsat = await herd.servers[name].ask(`WHATSAT ${ids[0]} 5 3\n`);
      const places = JSON.parse(whatsat.slice(whatsat.indexOf('\n')));
      for (const id of ids) {
        const told = JSON.parse(await get(`/v1/clients/${encodeURIComponent(id)}/places?radius=5000&limit=3`));
        assert.deepEqual(told.results, places.results);
      }
    }
  });

  test('a client forgotten at one door is unknown at all', async () => {
    const [Riley, Campbell] = [herd.servers.Riley, herd.servers.Campbell];
    await Riley.ask(`IAMAT leaver +47.1+9.5 ${start}\n`);
    await herd.agreed(['leaver']);
    await send(Campbell, '/v1/clients/leaver', { method: 'DELETE' });
    await eventually('nobody knows the client', async () => {
      for (const server of herd.running) {
        const [line] = (await server.ask('WHATSAT leaver 0 0\n')).split('\n');
        assert.equal(line, '? WHATSAT leaver 0 0', server.name);
      }
      return true;
    });
  });
});
