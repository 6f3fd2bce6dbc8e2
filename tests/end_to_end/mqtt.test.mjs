// The herd as a client of a real Mosquitto.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { eventually } from './eventually.mjs';
import { Herd, chain, describeHerd, freePorts } from './herd.mjs';
import { Broker, start } from './mqtt_broker.mjs';

const location = (members) => JSON.stringify({ _type: 'location', tid: 'ph', lat: 34.06893, lon: -118.445127, ...members });

const mqttOf = async (server) => (await server.status()).mqtt;
/// Its figures once so many messages came: what the herd knows may have come by another server.
const counted = (server, messages) => eventually(`${messages} messages came to ${server.name}`, async () => {
  const mqtt = await mqttOf(server);
  return mqtt.messages === messages && mqtt;
});
const connected = (servers) =>
  Promise.all(servers.map((server) => eventually(`${server.name} is connected`, async () => (await mqttOf(server)).connected, 40)));
const known = (servers, client, what) =>
  Promise.all(servers.map((server) => eventually(`${server.name} knows ${client} ${what}`, async () =>
    (await server.ask(`WHATSAT ${client} 0 0\n`)).split('\n')[0].endsWith(what), 15)));

const [port] = await freePorts(1);
const broker = new Broker(port);

describeHerd('a herd that hears a broker', { topology: chain('Aa', 'Bb', 'Cc'),
  mqtt: { broker: `127.0.0.1:${port}`, topics: ['owntracks/+/+'], servers: ['Aa', 'Bb'] } }, (herd) => {
  const all = () => Object.values(herd.servers);
  const listening = () => [herd.servers.Aa, herd.servers.Bb];
  after(() => broker.remove());

  it('serves while there is none, and connects once there is', async () => {
    await herd.servers.Aa.ask('IAMAT early +1+1 1\n');
    assert.equal((await mqttOf(herd.servers.Aa)).connected, 0);
    await eventually('it failed to connect', async () => (await mqttOf(herd.servers.Aa)).failures > 0);
    assert.match(herd.servers.Aa.log(), /warning MQTT 127\.0\.0\.1:\d+: .*; next attempt in 1 s/);
    await broker.start();
    await connected(listening());
    assert.equal(await mqttOf(herd.servers.Cc), undefined);
  });

  it('tells at all servers what phones said', async () => {
    broker.publish('owntracks/jane/phone', location({ tst: 1621464827, batt: 67 }));
    await known(all(), 'jane/phone', ' jane/phone +34.06893-118.445127 1621464827');
    for (const server of listening()) {
      const { reports, broken } = await counted(server, 1);
      assert.deepEqual({ reports, broken }, { reports: 1, broken: 0 });
    }
  });

  it('takes no will and no way point for a position', async () => {
    const before = await mqttOf(herd.servers.Aa);
    broker.publish('owntracks/jane/phone', '{"_type":"lwt","tst":1621464900}');
    broker.publish('owntracks/jane/phone', '{"_type":"waypoint","desc":"Home","tst":1}');
    broker.publish('owntracks/jane/phone', '');
    const { reports, broken } = await counted(herd.servers.Aa, before.messages + 3);
    assert.deepEqual({ reports, broken }, { reports: before.reports, broken: before.broken });
  });

  it('is not disturbed by what is no JSON, a megabyte or a bad position, and logs the first of them', async () => {
    const before = await mqttOf(herd.servers.Aa);
    broker.publish('owntracks/bad/a', '\u0000\u0001\u00ff binary');
    broker.publish('owntracks/bad/b', 'x'.repeat(1_000_000));
    broker.publish('owntracks/bad/c', location({ tst: 1, lat: 91 }));
    broker.publish('owntracks/good/one', location({ tst: 1621464830 }));
    await known(all(), 'good/one', ' 1621464830');
    const { broken, reports } = await counted(herd.servers.Aa, before.messages + 4);
    assert.deepEqual({ broken, reports }, { broken: before.broken + 3, reports: before.reports + 1 });
    const logged = herd.servers.Aa.log().split('\n').filter((line) => line.includes('MQTT topic owntracks/bad/'));
    assert.equal(logged.length, 1, logged.join('\n'));
  });

  it('connects again to a broker that was killed', async () => {
    await broker.stop('SIGKILL');
    for (const server of listening()) {
      await eventually('it noticed', async () => !(await mqttOf(server)).connected);
    }
    await broker.start();
    await connected(listening());
    broker.publish('owntracks/jane/phone', location({ tst: 1621464840 }));
    await known(all(), 'jane/phone', ' 1621464840');
  });

  it('takes no retained message for news that does not say of when it is', async () => {
    const [one] = all();
    broker.publish('owntracks/timeless/phone', '{"_type":"location","lat":7,"lon":7}', '-r');
    await one.stop();
    await herd.start();
    await eventually('it is refused', async () => (await mqttOf(one)).broken > 0);
    broker.publish('owntracks/timeless/phone', '', '-r');
  });

  it('hears what the broker retained when a server starts', async () => {
    broker.publish('owntracks/kept/phone', location({ tst: 1621464850 }), '-r');
    await known(all(), 'kept/phone', ' 1621464850');
    await Promise.all(all().map((server) => server.stop()));
    await herd.start();
    await known(all(), 'kept/phone', ' 1621464850');
  });
});

describe('a broker with passwords and TLS', { timeout: 120_000 }, () => {
  let secured;
  let herd;
  before(async () => {
    const [tlsPort] = await freePorts(1);
    secured = new Broker(tlsPort);
    const { status, stderr } = spawnSync('mosquitto_passwd', ['-c', '-b', 'passwords', 'herd', 'right'], { cwd: secured.folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    secured.write(['allow_anonymous false', `password_file ${secured.file('passwords')}`, ...secured.certify()]);
    fs.writeFileSync(secured.file('secret'), 'wrong\n', { mode: 0o600 });
    await secured.start();
    herd = new Herd({ topology: chain('Aa'), mqtt: { broker: `mqtts://localhost:${tlsPort}`, topics: ['owntracks/+/+'], user: 'herd',
      password_file: secured.file('secret'), ca: secured.file('broker.crt'), persistent: true } });
    await herd.start();
  });
  after(async () => {
    await herd?.stop();
    await secured?.remove();
  });

  it('refuses a wrong password, which is logged without it', async () => {
    const { Aa } = herd.servers;
    await eventually('it is refused', () => /warning MQTT localhost:\d+: Connection Refused: not authorised/.test(Aa.log()), 20);
    assert.doesNotMatch(Aa.log(), /wrong|can read it/);
    assert.equal((await mqttOf(Aa)).connected, 0);
  });

  it('is heard with the right one, and keeps what came while the server was away', async () => {
    const { Aa } = herd.servers;
    fs.writeFileSync(secured.file('secret'), 'right\n');
    await Aa.stop();
    await herd.start();
    await connected([Aa]);
    const publish = (...args) => secured.publish(...args, '-h', 'localhost', '-u', 'herd', '-P', 'right', '--cafile', secured.file('broker.crt'));
    publish('owntracks/jane/phone', location({ tst: 1621464827 }));
    await known([Aa], 'jane/phone', ' 1621464827');
    await Aa.stop();
    publish('owntracks/jane/phone', location({ tst: 1621464828 }));
    await herd.start();
    await known([Aa], 'jane/phone', ' 1621464828');
    herd.check();
  });
});

describe('a herd that tells a broker where its clients are', { timeout: 120_000 }, () => {
  let told;
  let herd;
  let listener;
  before(async () => {
    const [toldPort] = await freePorts(1);
    told = new Broker(toldPort);
    await told.start();
    listener = start('mosquitto_sub', ['-h', '127.0.0.1', '-p', toldPort, '-q', '1', '-t', 'owntracks/#', '-F', '%t %r %p']);
    herd = new Herd({ topology: chain('Aa', 'Bb'),
      mqtt: { broker: `127.0.0.1:${toldPort}`, topics: ['owntracks/+/+'], publish: 'owntracks/{client}' } });
    await herd.start();
    await connected(Object.values(herd.servers));
  });
  after(async () => {
    listener?.kill('SIGKILL');
    await herd?.stop();
    await told?.remove();
  });

  const heard = () => listener.output.split('\n').filter(Boolean);
  const hears = (begin) => eventually(`the listener hears ${begin}`, () => heard().find((line) => line.startsWith(begin)));

  it('publishes what a server heard, once, and hears nothing in it', async () => {
    await herd.servers.Aa.ask('IAMAT jane/phone +34.068930-118.445127 1621464827.959498503\n');
    const payload = '{"_type":"location","topic":"owntracks/jane/phone","tid":"ne","lat":34.068930,"lon":-118.445127,' +
      '"tst":1621464827,"proxyherd":"test"}';
    await hears(`owntracks/jane/phone 0 ${payload}`);
    await known([herd.servers.Bb], 'jane/phone', ' 1621464827.959498503');
    for (const server of Object.values(herd.servers)) {
      const { reports, broken } = await counted(server, 1);
      assert.deepEqual({ reports, broken }, { reports: 0, broken: 0 });
    }
    const late = spawnSync('mosquitto_sub', ['-h', '127.0.0.1', '-p', told.port, '-t', 'owntracks/#', '-F', '%t %r %p', '-C', '1', '-W', '5'],
      { encoding: 'utf8', timeout: 10_000 });
    assert.equal(late.stdout, `owntracks/jane/phone 1 ${payload}\n`); // retained
  });

  it('publishes nobody under the name that another would have up to a zero byte', async () => {
    const { Aa } = herd.servers;
    const url = `http://127.0.0.1:${Aa.ports.http}/v1/clients/jane%2Fphone%00x`;
    assert.equal((await fetch(url, { method: 'PUT', body: '{"lat":-50,"lon":-50}' })).status, 200);
    await eventually('it is left out', async () => (await mqttOf(Aa)).publish_dropped === 1);
    assert.ok(!heard().some((line) => line.includes('-50')));
  });

  it('takes back what it published of a client that is forgotten, whichever server is told to, and hears nothing in it', async () => {
    const { Aa, Bb } = herd.servers;
    await Aa.ask('IAMAT gone/phone +7+7 1621464900\n');
    await hears('owntracks/gone/phone 0 {');
    await known([Bb], 'gone/phone', ' 1621464900');
    const before = await Promise.all([mqttOf(Aa), mqttOf(Bb)]);
    const url = `http://127.0.0.1:${Bb.ports.http}/v1/clients/gone%2Fphone`;
    assert.equal((await fetch(url, { method: 'DELETE' })).status, 204);
    await eventually('both took it back', () => heard().filter((line) => line === 'owntracks/gone/phone 0 ').length === 2);
    for (const [i, server] of [Aa, Bb].entries()) {
      const { reports, broken } = await eventually(`${server.name} heard that`, async () => {
        const mqtt = await mqttOf(server);
        return mqtt.messages >= before[i].messages + 2 && mqtt;
      });
      assert.deepEqual({ reports, broken }, { reports: before[i].reports, broken: before[i].broken });
    }
    told.publish('owntracks/end/of', location({ tst: 1 }), '-r');
    const kept = spawnSync('mosquitto_sub', ['-h', '127.0.0.1', '-p', told.port, '-t', 'owntracks/#', '-F', '%t', '--retained-only', '-W', '2'],
      { encoding: 'utf8', timeout: 10_000 });
    assert.deepEqual(kept.stdout.split('\n').filter((line) => /gone|end/.test(line)), ['owntracks/end/of']);
    told.publish('owntracks/end/of', '', '-r');
    await known([Aa], 'end/of', ' 1');
  });

  it('does not tell the broker what it told', async () => {
    told.publish('owntracks/joe/phone', location({ tst: 1621464827 }));
    await known(Object.values(herd.servers), 'joe/phone', ' 1621464827');
    await herd.servers.Bb.ask('IAMAT last +1+1 5\n');
    await hears('owntracks/last 0 ');
    assert.equal(heard().filter((line) => line.startsWith('owntracks/joe/')).length, 1);
  });

  it('tells of a client that moves all the time no more than ten times a second', async () => {
    const before = performance.now();
    let now = 10;
    await eventually('some were published', async () => {
      await herd.servers.Aa.ask(Array.from({ length: 50 }, () => `IAMAT busy +1+1 ${now++}\n`).join(''));
      return heard().filter((line) => line.startsWith('owntracks/busy ')).length >= 5;
    });
    const seconds = (performance.now() - before) / 1000;
    const count = heard().filter((line) => line.startsWith('owntracks/busy ')).length;
    assert.ok(count <= 10 * seconds + 2, `${count} in ${seconds} s`);
    await hears(`owntracks/busy 0 {"_type":"location","topic":"owntracks/herd/busy","tid":"sy","lat":1,"lon":1,"tst":${now - 1},`);
    herd.check();
  });
});
