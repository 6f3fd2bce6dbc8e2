// Phones with tracker apps: requests as the apps make them, sent by curl to one server of a herd, and what another one
// then knows.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import zlib from 'node:zlib';
import { eventually } from './eventually.mjs';
import { chain, describeHerd } from './herd.mjs';
import { newClient, stored } from './report.mjs';
import { root } from './server_process.mjs';

/// What comes back of a request: "200 []". With a `body`, which goes as it is, it is a POST, else a GET; redirects are
/// followed, as apps do.
function curl(server, { target = '/', body = null, fields = {}, options = [], port = server.ports.http }) {
  const args = ['--silent', '--show-error', '--max-time', '20', '--location', '--globoff', '--write-out', '\n%{http_code}',
    ...Object.entries(fields).flatMap(([name, value]) => ['--header', `${name}: ${value}`]),
    ...(body === null ? [] : ['--data-binary', '@-']), ...options, `http://127.0.0.1:${port}${target}`];
  return new Promise((resolve, reject) => {
    const child = spawn('curl', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', reject).on('close', (code) => {
      const end = output.lastIndexOf('\n');
      if (code === 0) resolve(`${output.slice(end + 1)} ${output.slice(0, end)}`);
      else reject(new Error(`curl ended with ${code}: ${output}`));
    });
    child.stdin.on('error', () => {});  // the server may answer before it has read all
    child.stdin.end(body ?? '');
  });
}

const json = { 'Content-Type': 'application/json' };
const ownTracks = (server, body, more = {}) => curl(server, { target: '/pub', body, fields: { ...json, ...more } });

/// What is known of a client at `server`: "<location> <time>".
const placeAt = async (server, client) => (await stored(server, client)).split(' ').slice(4).join(' ');
const knownAt = (server, client, place) =>
  eventually(`${server.name} knows ${client} at ${place}`, async () => (await placeAt(server, client)) === place);

/// A number that a server tells Prometheus.
async function metric(server, name) {
  const text = await (await fetch(`http://127.0.0.1:${server.ports.http}/metrics`)).text();
  return Number(text.match(new RegExp(`^${name} (.*)$`, 'm'))[1]);
}

describeHerd('phones with tracker apps', { topology: chain('Riley', 'Juzang') }, (herd) => {
  const { servers } = herd;

  it('may have OwnTracks', async () => {
    const user = newClient('jane');
    const body = '{"_type":"location","acc":15,"alt":440,"batt":46,"conn":"w","lat":46.0681247,"lon":11.1512805,"t":"u","tid":"5t","tst":1551874878,"vac":2,"vel":0}';
    assert.equal(await ownTracks(servers.Riley, body, { 'X-Limit-U': user, 'X-Limit-D': 'phone' }), '200 []');
    await knownAt(servers.Juzang, `${user}/phone`, '+46.0681247+11.1512805 1551874878');
    assert.equal(await ownTracks(servers.Riley, '{"_type":"lwt","tst":1551874000}'), '200 []');
    assert.equal(await ownTracks(servers.Riley, ''), '200 []');
    assert.equal(await ownTracks(servers.Riley, '{"_type":"location","lat":91,"lon":0,"tst":1,"tid":"x"}'), '200 []');
  });

  it('may have Traccar Client', async () => {
    const id = newClient('traccar');
    const location = '{"timestamp":"2025-06-15T13:45:12.862Z","coords":{"latitude":37.4219983,"longitude":-122.084,"accuracy":5,"speed":0,"heading":-1,"altitude":5},"is_moving":false,"odometer":0,"event":"motionchange","battery":{"level":1,"is_charging":false},"activity":{"type":"still"},"extras":{}}';
    assert.equal(await curl(servers.Riley, { body: `{"location":${location},"device_id":"${id}"}`, fields: json }), '200 ');
    await knownAt(servers.Juzang, id, '+37.4219983-122.084 1749995112.862');
    assert.equal(await curl(servers.Riley, { body: `{"location":{"event":"heartbeat"},"device_id":"${id}"}`, fields: json }), '200 ');
  });

  it('may have OsmAnd, GPSLogger or the older Traccar Client', async () => {
    const id = newClient('osmand');
    const fields = (time) => `id=${id}&lat=60.5&lon=-10.25&timestamp=${time}&hdop=1.1&altitude=35&speed=10&bearing=90`;
    assert.equal(await curl(servers.Riley, { target: `/?${fields(1377177267)}` }), '200 ');
    await knownAt(servers.Juzang, id, '+60.5-10.25 1377177267');
    assert.equal(await curl(servers.Riley, { target: `/?${fields(1377177268)}`, body: '' }), '200 ');
    await knownAt(servers.Juzang, id, '+60.5-10.25 1377177268');
    assert.equal(await curl(servers.Riley, { body: fields('2013-08-22+13:14:29') }), '200 ', 'a form');
    await knownAt(servers.Juzang, id, '+60.5-10.25 1377177269');
    assert.equal(await curl(servers.Riley, { target: `/?id=${id}&latitude=60.75&longitude=-10.25&timestamp=1377177270` }), '200 ');
    await knownAt(servers.Juzang, id, '+60.75-10.25 1377177270');
    assert.equal(await curl(servers.Riley, { target: `/?id=${id}&timestamp=1377177271` }), '200 ', 'it is alive');
  });

  it('may have an address that was filled in wrongly, and hear what is wrong with it', async () => {
    const before = await metric(servers.Riley, 'proxyherd_apps_osmand_broken_total');
    assert.match(await curl(servers.Riley, { target: '/?lat=1&lon=2' }), /^400 .*the id of the device is missing/);
    assert.match(await curl(servers.Riley, { target: '/?latitude=1&longitude=2' }), /^400 .*the id of the device is missing/);
    assert.match(await curl(servers.Riley, { target: '/?id=x&lat=91&lon=2' }), /^400 .*the latitude is \\"91\\"/);
    assert.match(await curl(servers.Riley, { target: '/?id=x&lat={0}&lon={1}' }), /^400 .*the latitude is \\"\{0\}\\"/);
    assert.match(await curl(servers.Riley, { target: '/?id=x&longitude=2' }), /^400 .*the latitude is missing/);
    assert.equal(await metric(servers.Riley, 'proxyherd_apps_osmand_broken_total'), before + 5);
    assert.match(await curl(servers.Riley, { target: '/?who=x&where=y' }), /^400 .*this is of no tracker app that is known here/);
    assert.match(await curl(servers.Riley, { target: '/' }), /^200 <!DOCTYPE html>/, 'a person is led to the page');
  });

  it('store nothing when only a head is asked for', async () => {
    const id = newClient('head');
    assert.match(await curl(servers.Riley, { target: `/?id=${id}&lat=1&lon=2`, options: ['--head'] }), /^405 .*\r\nAllow: GET, POST, OPTIONS\r\n/s);
    assert.match(await curl(servers.Riley, { target: `/v1/clients/${id}` }), /^404 /);
  });

  it('are told that bodies must not be compressed, whatever their path', async () => {
    const body = zlib.gzipSync('{"_type":"location","lat":1,"lon":2,"tst":3,"tid":"zz"}');
    for (const target of ['/pub', '/', '/v1/reports', '/v1/clients/zz']) {
      const answer = await curl(servers.Riley, { target, body, fields: { ...json, 'Content-Encoding': 'gzip' }, options: ['--include'] });
      assert.match(answer, /^415 .*\r\nAccept-Encoding: identity\r\n.*Content-Encoding is \\"gzip\\"; bodies are taken only as they are/s, target);
    }
  });

  it('may have Overland, whose batch of 1,000 loses its broken points alone', async () => {
    const device = newClient('overland');
    const point = (i) => ({ type: 'Feature', geometry: { type: 'Point', coordinates: [-122.030581, i % 400 === 7 ? 91 : i / 20] },
      properties: { timestamp: new Date(1443711600000 + i * 1000).toISOString(), speed: 4, horizontal_accuracy: 30, battery_level: 0.8, device_id: device } });
    const batch = JSON.stringify({ locations: Array.from({ length: 1000 }, (_, i) => point(i)) });
    for (let sent = 0; sent < 2; ++sent) {
      assert.equal(await curl(servers.Riley, { target: '/overland', body: batch, fields: json }), '200 {"result":"ok"}');
      await knownAt(servers.Juzang, device, '+49.95-122.030581 1443712599');
    }
  });

  it('change nothing by what they send again, and nothing newer by what they send late', async () => {
    const user = newClient('late');
    const at = (tst) => `{"_type":"location","lat":1.${tst},"lon":2,"tst":${tst},"topic":"owntracks/${user}/phone"}`;
    await ownTracks(servers.Riley, at(1551874878));
    const first = await stored(servers.Riley, `${user}/phone`);
    const { changes } = await servers.Riley.status();
    await ownTracks(servers.Riley, at(1551874878));
    await ownTracks(servers.Riley, at(1551874877));
    assert.equal(await stored(servers.Riley, `${user}/phone`), first);
    assert.equal((await servers.Riley.status()).changes, changes);
  });

  it('hear what was expected if they are none that are known', async () => {
    assert.match(await curl(servers.Riley, { target: '/anywhere', body: '{"lat":1,"lon":2}', fields: json }),
      /^400 .*"detail":"this is of no tracker app that is known here: what is expected is the JSON of OwnTracks/s);
  });

  it('are refused bodies of more than 1 MiB', async () => {
    const body = `{"_type":"location","a":"${'x'.repeat(1 << 20)}"}`;
    assert.match(await ownTracks(servers.Riley, body), /^413 /);
  });

  const samples = process.env.HERD_SAMPLES ?? path.join(root, '..', 'shared', 'samples');
  it('get the reply they need to each sample', { skip: !fs.existsSync(samples) && 'the samples are not here' }, async () => {
    const lines = (file) => fs.readFileSync(path.join(samples, file), 'utf8').split('\n').filter((line) => line !== '');
    for (const body of lines('owntracks/location_http.jsonl')) assert.equal(await ownTracks(servers.Riley, body), '200 []');
    for (const body of lines('traccar/client.jsonl')) assert.equal(await curl(servers.Riley, { body, fields: json }), '200 ');
    for (const target of lines('osmand/query.txt')) {
      assert.equal(await curl(servers.Riley, { target }), '200 ');
      assert.equal(await curl(servers.Riley, { target, body: '' }), '200 ');
    }
    const [reply] = lines('overland/response.json');
    for (const body of lines('overland/batch.json')) assert.equal(await curl(servers.Riley, { body, fields: json }), `200 ${reply}`);
    await knownAt(servers.Juzang, 'qtripp/865284041968706', '+47.420051+13.654704 1736519167');
    await knownAt(servers.Juzang, '48241179', '+37.4219983-122.084 1749995112.862');
    await knownAt(servers.Juzang, 'overland', '+37.331800-122.030581 1443711600');
  });
});

describeHerd('phones with OwnTracks that show friends', { topology: chain('Riley', 'Juzang'), trackers: { owntracks_friends: true } }, (herd) => {
  const { servers } = herd;
  const at = (user, lat) => `{"_type":"location","lat":${lat},"lon":2,"tst":1551874878,"vel":36,"topic":"owntracks/${user}/phone"}`;

  it('hear where the others are, through whatever server and app these reported', async () => {
    assert.equal(await ownTracks(servers.Riley, at('jane', '1.50')), '200 []');
    assert.equal(await curl(servers.Riley, { target: '/?id=john/tablet&lat=1.25&lon=2&timestamp=1551874879' }), '200 ');
    assert.equal(await curl(servers.Riley, { target: '/?id=no-friend&lat=1.25&lon=2' }), '200 ');
    await knownAt(servers.Juzang, 'no-friend', (await placeAt(servers.Riley, 'no-friend')));
    assert.equal(await ownTracks(servers.Juzang, at('joan', '1')), '200 [' +
      '{"_type":"location","topic":"owntracks/john/tablet","tid":"et","lat":1.25,"lon":2,"tst":1551874879},' +
      '{"_type":"location","topic":"owntracks/jane/phone","tid":"ne","lat":1.50,"lon":2,"tst":1551874878,"vel":36}]');
  });
});

describeHerd('phones that send too much', { topology: chain('Riley'), limits: { reports_per_client: 0.001, reports_per_client_burst: 1 } }, (herd) => {
  const { servers } = herd;

  it('are told when to try again, whatever their app', async () => {
    const point = { geometry: { type: 'Point', coordinates: [2, 1] }, properties: { timestamp: 3, device_id: 'busy' } };
    const requests = [{ target: '/?id=busy&lat=1&lon=2' }, { body: '{"_type":"location","lat":1,"lon":2,"tst":3,"tid":"busy"}', fields: json },
      { body: '{"location":{"coords":{"latitude":1,"longitude":2}},"device_id":"busy"}', fields: json },
      { body: JSON.stringify({ locations: [point] }), fields: json }];
    assert.equal(await curl(servers.Riley, requests[0]), '200 ');
    for (const request of requests) {
      assert.match(await curl(servers.Riley, { ...request, options: ['--include'] }), /^429 .*\r\nRetry-After: 1\r\n/s);
    }
  });
});
