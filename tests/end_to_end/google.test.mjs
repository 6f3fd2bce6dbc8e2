// WHATSAT answered by Google Places, and by offline files where Google does not answer.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, beforeEach, describe, it } from 'node:test';
import { parseAt } from './at_line.mjs';
import { eventually } from './eventually.mjs';
import { Certificates, GoogleServer } from './google_server.mjs';
import { describeHerd } from './herd.mjs';
import { newClient, report } from './report.mjs';
import { runProxyherd, slowness } from './server_process.mjs';

const key = 'AIzaSy-The_Key.Of~These-Tests';
const certificates = new Certificates();
const google = await GoogleServer.start(certificates);
const keyFile = path.join(certificates.folder, 'google.key');
fs.writeFileSync(keyFile, `${key}\n`, { mode: 0o600 });
after(async () => {
  await google.stop();
  certificates.remove();
});

const timeoutMs = 500 * slowness;
const timeoutText = timeoutMs % 1000 === 0 ? `${timeoutMs / 1000} s` : `${timeoutMs} ms`;
const settings = { google_key_file: keyFile, google_url: google.url, google_ca: certificates.ca, google_timeout_ms: timeoutMs };

/// As Google documents them, shortened; north of Vaduz by so many metres each.
const vaduz = { lat: 47.141, lng: 9.5209 };
const place = (name, northM, more = {}) => ({
  business_status: 'OPERATIONAL',
  geometry: { location: { lat: vaduz.lat + northM / 111_195, lng: vaduz.lng } },
  name,
  place_id: `ChIJ-${name}`,
  rating: 4.5,
  types: ['cafe', 'food', 'point_of_interest', 'establishment'],
  ...more,
});
const response = (...results) => ({ html_attributions: [], results, status: results.length > 0 ? 'OK' : 'ZERO_RESULTS' });
const failing = (status, error_message) => ({ ...(error_message && { error_message }), html_attributions: [], results: [], status });

let turns = 0;
/// A location next to Vaduz that nobody has asked about yet.
const nextLocation = () => `+47.1410${String(++turns).padStart(3, '0')}+9.5209`;

class Asker {
  constructor(herd) {
    this.herd = herd;
  }

  get server() {
    return this.herd.servers.Riley;
  }

  async status() {
    return (await this.server.status()).places.google;
  }

  async reported(location = nextLocation()) {
    const client = newClient();
    await report(this.server, { client, location });
    return client;
  }

  async whatsat(client, radiusKm = 2, bound = 20) {
    const reply = await this.server.ask(`WHATSAT ${client} ${radiusKm} ${bound}\n`);
    const end = reply.indexOf('\n\n');
    assert.equal(end, reply.length - 2, `exactly two newlines, at the end only: ${JSON.stringify(reply.slice(-200))}`);
    const lineEnd = reply.indexOf('\n');
    assert.equal(parseAt(reply.slice(0, lineEnd)).client, client);
    const text = Buffer.from(reply.slice(lineEnd + 1, end), 'latin1').toString('utf8');
    return { text, json: JSON.parse(text) };
  }

  /// Asks where nobody has asked yet; the names of the places.
  async names(radiusKm, bound) {
    const { json } = await this.whatsat(await this.reported(), radiusKm, bound);
    return json.results.map(({ name }) => name);
  }

  /// Asks where nobody has asked yet, and asserts that offline files answer and say why.
  async fallsBack(why, radiusKm = 2, bound = 5) {
    const { json } = await this.whatsat(await this.reported(), radiusKm, bound);
    assert.deepEqual(json.info_messages, [`Google Places ${why}; these places are from offline files`]);
    assert.equal(json.results.length, bound, 'there are many places around Vaduz');
    assert.equal(json.status, 'OK');
    for (const { place_id: id } of json.results) assert.ok(!id.startsWith('ChIJ'));
  }

  logged(pattern) {
    return eventually(`${pattern} is logged`, () => pattern.test(this.server.log()));
  }

  /// Has the server read its key; that is as good as an end of all pauses.
  async readKey() {
    const times = () => this.server.log().split(' with the key in ').length;
    const before = times();
    this.server.child.kill('SIGHUP');
    await eventually('the key is read', () => times() > before);
    await eventually('the breaker is closed', async () => (await this.status()).breaker === 'closed');
  }

  assertSecret({ stdout, stderr } = this.server.child.output) {
    for (const text of [this.server.log(), stdout, stderr]) assert.ok(!text.includes(key), 'the key is told to nobody');
  }
}

describeHerd('Google Places', { topology: { Riley: [] }, places: settings }, (herd) => {
  const asker = new Asker(herd);
  beforeEach(async () => {
    google.reset();
    google.closeConnections();
    await asker.readKey();
  });

  it('is asked for what is within the radius of the place, with the key last', async () => {
    const client = await asker.reported('+47.14100000-009.5209');
    await asker.whatsat(client, 2.5, 7);
    assert.deepEqual(google.requests.map(({ target }) => target),
      [`/maps/api/place/nearbysearch/json?location=47.141,-9.5209&radius=2500&key=${key}`]);
    const { host, accept, 'user-agent': agent } = google.requests[0].headers;
    assert.equal(host, new URL(google.url).host);
    assert.equal(accept, 'application/json');
    assert.match(agent, /^proxyherd\/\d/);
  });

  it('answers in its own words, without empty lines', async () => {
    const words = '{\n\n\n   "html_attributions" : [],\n   "results" : [\n\n' +
      '      { "name":"K\u00e4sekn\u00f6pfle \\n\\n \u{1f9c0}", "rating":4.0, "geometry":{"location":{"lat":47.1410,"lng":9.52090}} }\n' +
      '   ],\n   "next_page_token" : "A",\n   "status" : "OK"\n}\n\n';
    google.answer(words);
    const { text } = await asker.whatsat(await asker.reported());
    assert.equal(text, words.replace(/\n\n+/g, '\n').trimEnd());
  });

  it('tells no more results than asked for, each as it was', async () => {
    const results = Array.from({ length: 20 }, (_, i) => place(`Cafe ${i}`, 10 * i, { rating: 3 + i / 100 }));
    google.answer({ ...response(...results), next_page_token: 'more' });
    const client = await asker.reported();
    for (const bound of [1, 7, 19]) {
      const { json } = await asker.whatsat(client, 2, bound);
      assert.deepEqual(json, response(...results.slice(0, bound)));
    }
    assert.deepEqual((await asker.whatsat(client, 2, 20)).json, { ...response(...results), next_page_token: 'more' });
  });

  it('tells large answers to one client all, in order, and asks Google once for each', async () => {
    const result = place('Verbose', 0, { description: 'x'.repeat(900_000) });
    google.answer(response(result));
    const client = await asker.reported();
    const reply = await asker.server.ask([1, 2, 3, 4, 5].map((km) => `WHATSAT ${client} ${km} 5\n`).join(''));
    const answers = reply.split('\n\n');
    assert.equal(answers.pop(), '');
    assert.equal(answers.length, 5);
    for (const answer of answers) {
      assert.ok(answer.slice(answer.indexOf('\n') + 1) === JSON.stringify(response(result), null, 3), 'as Google told it');
    }
    assert.deepEqual(google.requests.map(({ target }) => /radius=(\d+)/.exec(target)[1]).sort(),
      ['1000', '2000', '3000', '4000', '5000']);
  });

  it('tells none beyond the radius', async () => {
    google.answer(response(place('Far', 2100), place('Near', 100), place('At the edge', 1900)));
    assert.deepEqual(await asker.names(2), ['Near', 'At the edge']);
    google.answer(response(place('Far', 2100)));
    const { json } = await asker.whatsat(await asker.reported());
    assert.deepEqual(json, response());
  });

  it('has ZERO_RESULTS where there is nothing, and that is an answer', async () => {
    const { json } = await asker.whatsat(await asker.reported());
    assert.deepEqual(json, response());
  });

  it('is not troubled when no results are wanted', async () => {
    const { json } = await asker.whatsat(await asker.reported(), 2, 0);
    assert.deepEqual(json, response());
    assert.equal(google.requests.length, 0);
  });

  it('is asked once for the same place, whoever asks and for how many results', async () => {
    google.answer(response(place('A', 1), place('B', 2)));
    const location = nextLocation();
    const before = await asker.status();
    for (const bound of [20, 1, 5]) await asker.whatsat(await asker.reported(location), 2, bound);
    assert.equal(google.requests.length, 1);
    await asker.whatsat(await asker.reported(location), 2.001, 20);
    assert.equal(google.requests.length, 2);
    assert.equal((await asker.status()).from_cache - before.from_cache, 2);
  });

  it('is asked once for what several ask at the same time', async () => {
    const location = nextLocation();
    const clients = await Promise.all(Array.from({ length: 8 }, () => asker.reported(location)));
    const held = [];
    google.respond = (answer) => held.push(answer);
    const before = await asker.status();
    const replies = Promise.all(clients.map((client) => asker.whatsat(client)));
    await eventually('all wait', async () => held.length > 0 && (await asker.status()).joined - before.joined === 7);
    assert.equal((await asker.status()).requests_under_way, 1);
    assert.equal(google.requests.length, 1);
    for (const answer of held) answer.end(JSON.stringify(response(place('The one', 5))));
    for (const { json } of await replies) assert.deepEqual(json.results.map(({ name }) => name), ['The one']);
  });

  it('is asked over connections that are kept', async () => {
    const before = google.connections;
    for (let i = 0; i < 5; ++i) await asker.names();
    assert.equal(google.requests.length, 5);
    assert.equal(google.connections - before, 1);
  });

  it('is asked over as many connections as there are questions, of which eight are kept', async () => {
    const clients = await Promise.all(Array.from({ length: 12 }, () => asker.reported()));
    const held = [];
    google.respond = (answer) => held.push(answer);
    const replies = Promise.all(clients.map((client) => asker.whatsat(client)));
    await eventually('all are asked', () => held.length === 12);
    assert.equal(google.openConnections, 12);
    for (const answer of held) answer.end(JSON.stringify(response()));
    await replies;
    await eventually('four are closed', () => google.openConnections === 8);
  });

  it('may close a connection between requests', async () => {
    google.answer(response(place('A', 1)));
    await asker.names();
    const before = google.connections;
    google.closeConnections();
    await eventually('they are closed', () => google.openConnections === 0);
    assert.deepEqual(await asker.names(), ['A']);
    google.answer(response(place('B', 1)), 200, { Connection: 'close' });
    assert.deepEqual(await asker.names(), ['B']);
    assert.deepEqual(await asker.names(), ['B']);
    assert.equal(google.connections - before, 2);
  });

  it('may answer in chunks', async () => {
    google.respond = (answer) => {
      const text = JSON.stringify(response(place('A', 1), place('B', 2)));
      answer.write(text.slice(0, 10));
      answer.write(text.slice(10, 11));
      answer.end(text.slice(11));
    };
    assert.deepEqual(await asker.names(), ['A', 'B']);
  });

  for (const [status, message, why, forOperator = ''] of [
    ['OVER_QUERY_LIMIT', 'You have exceeded your daily request quota for this API.',
      'says that the key\'s quota is used up (OVER_QUERY_LIMIT)', ': You have exceeded your daily request quota for this API.'],
    ['REQUEST_DENIED', `The provided API key ${key} is invalid.`,
      'refuses the key (REQUEST_DENIED)', ': The provided API key [key] is invalid.'],
    ['INVALID_REQUEST', undefined, 'finds the question invalid (INVALID_REQUEST)'],
    ['UNKNOWN_ERROR', undefined, 'had an error of its own (UNKNOWN_ERROR)'],
    ['SOMETHING_NEW', undefined, 'answered with a status that is not known (SOMETHING_NEW)'],
  ]) {
    it(`falls back to offline files at ${status}, and tells clients nothing of the account`, async () => {
      google.answer(failing(status, message));
      await asker.fallsBack(why);
      const { breaker, last_failure: last } = await asker.status();
      assert.equal(last, why + forOperator);
      assert.equal(breaker, ['OVER_QUERY_LIMIT', 'REQUEST_DENIED'].includes(status) ? 'open' : 'closed');
      asker.assertSecret();
    });
  }

  for (const status of [302, 403, 404, 429, 500, 503]) {
    it(`falls back at HTTP status ${status}`, async () => {
      google.answer(response(place('A', 1)), status, { Location: `${google.url}/elsewhere?key=${key}` });
      await asker.fallsBack(`answered with HTTP status ${status}`);
      assert.equal(google.requests.length, 1, 'redirects are not followed');
    });
  }

  const whole = JSON.stringify(response(place('A', 1), place('B', 2)));
  const misbehaviour = {
    'JSON that is broken': [(answer) => answer.end(whole.replace(':', ';')), 'answered with something that is no JSON object'],
    'JSON that is cut off': [(answer) => answer.end(whole.slice(0, 50)), 'answered with JSON that is cut off'],
    'a page of HTML': [(answer) => answer.end('<!DOCTYPE html><title>Sorry</title>'), 'answered with something that is no JSON object'],
    'nothing at all': [(answer) => answer.socket.destroy(), 'closed the connection without an answer'],
    'half an answer': [(answer) => {
      answer.writeHead(200, { 'Content-Length': whole.length });
      answer.write(whole.slice(0, 50), () => answer.socket.destroy());
    }, 'broke off its answer'],
    'half an answer in chunks': [(answer) => answer.write(whole.slice(0, 50), () => answer.socket.destroy()), 'broke off its answer'],
    'a header without end': [(answer) => answer.socket.write(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(100_000)}`), 'gave no answer: header limit exceeded'],
    'no HTTP': [(answer) => answer.socket.write('220 smtp.example.com\r\n\r\n'), 'gave no answer: bad version'],
    'an answer that stops in its middle': [(answer) => answer.write(whole.slice(0, 50)), `did not answer within ${timeoutText}`],
  };
  for (const [what, [respond, why]] of Object.entries(misbehaviour)) {
    it(`falls back at ${what}`, async () => {
      google.respond = respond;
      await asker.fallsBack(why);
    });
  }

  it('is waited for until the time is over, without work', async () => {
    google.respond = () => {};
    const before = asker.server.cpuSeconds();
    await asker.fallsBack(`did not answer within ${timeoutText}`);
    assert.ok(asker.server.cpuSeconds() - before < timeoutMs / 1000 / 4);
  });

  it('does not read 100 MB', async () => {
    const before = asker.server.residentBytes();
    const piece = Buffer.alloc(1024 * 1024, ' ');
    for (const headers of [{ 'Content-Length': 100 * piece.length }, {}]) {
      let sent = 0;
      google.respond = (answer) => {
        answer.writeHead(200, headers);
        const go = () => {
          while (!answer.destroyed && sent < 100 * piece.length) {
            sent += piece.length;
            if (!answer.write(piece)) return answer.once('drain', go);
          }
        };
        go();
      };
      await asker.fallsBack('answered with more than 1024 KiB');
      assert.ok(sent < 30 * piece.length, `${sent} bytes were sent`);
    }
    assert.ok(asker.server.residentBytes() - before < 40 * piece.length);
  });

  for (const [name, why] of [
    ['stranger', 'self-signed certificate'],
    ['elsewhere', 'hostname mismatch'],
    ['expired', 'certificate has expired'],
  ]) {
    it(`is not trusted with a certificate of the kind "${name}"`, async () => {
      google.closeConnections();
      await eventually('they are closed', () => google.openConnections === 0);
      google.show(name);
      await asker.fallsBack(`shows a certificate that is not trusted: ${why}`);
      assert.equal(google.requests.length, 0, 'nothing was asked of it');
    });
  }

  it('is left alone after five failures in a row, and asked again after SIGHUP', async () => {
    google.answer('', 500);
    for (let i = 0; i < 5; ++i) await asker.fallsBack('answered with HTTP status 500');
    await asker.fallsBack('is not asked now, for it answered with HTTP status 500');
    assert.equal(google.requests.length, 5);
    assert.equal((await asker.status()).breaker, 'open');
    await asker.readKey();
    await asker.fallsBack('answered with HTTP status 500');
    await asker.logged(/warn.* Google Places \(localhost:\d+\) answered with HTTP status 500; it is not asked for a while/);
  });

  it('is asked with the key that the file holds after SIGHUP', async () => {
    fs.writeFileSync(keyFile, 'AIzaAnother');
    try {
      await asker.readKey();
      await asker.names();
      assert.ok(google.requests.at(-1).target.endsWith('&key=AIzaAnother'));
      fs.writeFileSync(keyFile, 'no key\n');
      asker.server.child.kill('SIGHUP');
      await asker.logged(/Google's key not read, the one before stays in use: .*google\.key: holds something/);
      await asker.names();
      assert.ok(google.requests.at(-1).target.endsWith('&key=AIzaAnother'));
    } finally {
      fs.writeFileSync(keyFile, `${key}\n`);
    }
    await asker.readKey();
    await asker.names();
    assert.ok(google.requests.at(-1).target.endsWith(`&key=${key}`));
  });

  it('holds nobody up while it is silent, and replies stay in order', async () => {
    google.respond = () => {};
    const slow = await asker.server.connect();
    const client = await asker.reported();
    await slow.write(`WHATSAT ${client} 2 1\nIAMAT after ${nextLocation()} 1621464827\nFLUFFYDOG\n`);
    await eventually('Google is asked', () => google.requests.length === 1);
    for (let i = 0; i < 50; ++i) await report(asker.server);
    assert.equal(slow.received, '', 'they were answered while Google was silent');
    const answer = await slow.readAnswer();
    assert.equal(parseAt(answer.split('\n')[0]).client, client);
    assert.match(answer, /did not answer within/);
    assert.equal(parseAt(await slow.readLine()).client, 'after');
    assert.equal(await slow.readLine(), '? FLUFFYDOG');
    slow.destroy();
  });

  it('is told of in the status, and its key nowhere', async () => {
    await asker.names();
    const status = await asker.status();
    assert.deepEqual(Object.keys(status), ['questions', 'from_cache', 'joined', 'requests', 'requests_under_way',
      'requests_left_today', 'answers', 'failures', 'last_failure', 'breaker', 'breaker_opened', 'spared', 'over_quota',
      'crowded_out', 'cached', 'cache_bytes', 'cache_evicted', 'connections_made']);
    assert.equal(status.requests, status.answers + status.failures);
    assert.ok(status.cached > 0 && status.cache_bytes > 0);
    assert.equal(status.requests_left_today, 1000 - status.requests);
    assert.ok(!JSON.stringify(await asker.server.status()).includes(key));
    asker.assertSecret();
    await asker.logged(/places: from Google, with the key in .*google\.key/);
  });
});

describeHerd('Google Places with other settings', {
  topology: { Riley: [] },
  places: { google_url: `${google.url}/gateway/`, google_ca: certificates.ca, google_requests_per_day: 2, google_cache_s: 0, google_timeout_ms: 10_000 },
  env: { PROXYHERD_GOOGLE_KEY: key },
}, (herd) => {
  const asker = new Asker(herd);
  beforeEach(() => google.reset());

  it('has its key from the environment, no cache, a gateway, and a number of requests a day', async () => {
    google.answer(response(place('A', 1)));
    const client = await asker.reported();
    for (let i = 0; i < 2; ++i) assert.equal((await asker.whatsat(client)).json.results[0].name, 'A');
    assert.match(google.requests[0].target, /^\/gateway\/maps\/api\/place\/nearbysearch\/json\?location=/);
    assert.equal(google.requests.length, 2);
    assert.equal((await asker.status()).requests_left_today, 0);
    await asker.fallsBack('is not asked now, for today\'s 2 requests are used up');
    assert.equal(google.requests.length, 2);
    assert.equal((await asker.status()).over_quota, 1);
    await asker.logged(/warn.*google_requests_per_day are used up/);
    asker.assertSecret();
  });
});

describe('proxyherd check-config', () => {
  const file = path.join(certificates.folder, 'herd.toml');
  const check = (...lines) => {
    fs.writeFileSync(file, ['[herd]', 'name = "x"', '[[server]]', 'id = "A"', 'line = "127.0.0.1:1"', 'peer = "127.0.0.1:2"',
      '[places]', ...lines].join('\n'));
    return runProxyherd(['check-config', '--config', file]);
  };
  const refused = (why, ...lines) => assert.rejects(check(...lines), (error) => {
    assert.ok(error.message.includes(why), error.message);
    assert.match(error.message, /status 2/);
    return true;
  });

  it('says where Google\'s key is, not what it is', async () => {
    const said = await check('google_key_file = "google.key"', 'google_ca = "ca.pem"');
    assert.ok(said.includes(`places from Google at maps.googleapis.com:443, with the key in ${keyFile}\n`), said);
    assert.ok(!said.includes(key));
    assert.ok(!(await check()).includes('Google'));
  });

  it('warns of a key that others can read', async () => {
    fs.chmodSync(keyFile, 0o640);
    try {
      assert.ok((await check('google_key_file = "google.key"')).includes(`warning: ${keyFile}: other users of this machine can read it`));
    } finally {
      fs.chmodSync(keyFile, 0o600);
    }
  });

  it('refuses a key or authorities that cannot be read', async () => {
    await refused(`${certificates.folder}/none.key: cannot be read: No such file or directory`, 'google_key_file = "none.key"');
    await refused(`${certificates.folder}/ca.pem: holds something in its first line that no key has`, 'google_key_file = "ca.pem"');
    await refused(`${keyFile}: no certificates can be read from it`, 'google_key_file = "google.key"', 'google_ca = "google.key"');
  });
});

describeHerd('Google Places that hang for ten seconds', {
  topology: { Riley: [] }, places: { ...settings, google_timeout_ms: 10_000 },
}, (herd) => {
  const asker = new Asker(herd);

  it('let the server stop within a second', async () => {
    google.reset();
    google.respond = () => {};
    const client = await asker.reported();
    const waiting = await asker.server.connect();
    await waiting.write(`WHATSAT ${client} 2 1\n`);
    await eventually('Google is asked', () => google.requests.length === 1);
    const { output } = asker.server.child;
    const begun = performance.now();
    await asker.server.stop();
    assert.ok(performance.now() - begun < 1000, `${performance.now() - begun} ms`);
    asker.assertSecret(output);
    waiting.destroy();
  });
});
