// What goes wrong on the way to a broker: it is told, and it ends.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { eventually } from './eventually.mjs';
import { Herd, chain, freePorts } from './herd.mjs';
import { Broker } from './mqtt_broker.mjs';
import { binary } from './server_process.mjs';

const mqttOf = async (server) => (await server.status()).mqtt;
const topics = ['owntracks/+/+'];

/// A broker that is not there yet, which shows a certificate.
async function brokerByTls() {
  const [port] = await freePorts(1);
  const broker = new Broker(port);
  broker.write(['allow_anonymous true', ...broker.certify()]);
  return broker;
}

const waysToTrust = {
  'a file names': (broker) => ({ mqtt: { ca: broker.file('broker.crt') } }),
  'the system trusts': (broker) => ({ env: { SSL_CERT_FILE: broker.file('broker.crt') } }),
};

for (const [who, options] of Object.entries(waysToTrust)) {
  describe(`a broker by TLS that comes and goes, with an authority that ${who}`, { timeout: 120_000 }, () => {
    let broker;
    let herd;
    before(async () => {
      broker = await brokerByTls();
      const { mqtt, env } = options(broker);
      herd = new Herd({ topology: chain('Aa'), env, mqtt: { broker: `mqtts://localhost:${broker.port}`, topics, ...mqtt } });
      await herd.start();
    });
    after(async () => {
      await herd?.stop();
      await broker?.remove();
    });

    const refusals = () => herd.servers.Aa.log().match(/warning MQTT localhost:\d+: Connection refused; next attempt in \d+ s/g)?.length ?? 0;
    const isHeard = (connects) => eventually('it is connected', async () => {
      const { connected, connects: made } = await mqttOf(herd.servers.Aa);
      return connected === 1 && made === connects;
    }, 40);

    it('is tried again until it is there', async () => {
      await eventually('it is refused twice', () => refusals() === 2);
      assert.equal((await mqttOf(herd.servers.Aa)).failures, 2);
      await broker.start();
      await isHeard(1);
    });

    it('is found again when it was away, each time', async () => {
      for (const connects of [2, 3]) {
        const before = refusals();
        await broker.stop();
        await eventually('it is refused', () => refusals() > before);
        await broker.start();
        await isHeard(connects);
      }
      broker.publish('owntracks/jane/phone', JSON.stringify({ _type: 'location', lat: 1, lon: 2, tst: 3 }), '-h', 'localhost',
        '--cafile', broker.file('broker.crt'));
      await eventually('it is heard', async () => (await mqttOf(herd.servers.Aa)).reports === 1);
      herd.check();
    });
  });
}

describe('a broker that cannot be talked to', { timeout: 120_000 }, () => {
  let byTls;
  let plain;
  before(async () => {
    byTls = await brokerByTls();
    plain = new Broker((await freePorts(1))[0]);
    await Promise.all([byTls.start(), plain.start()]);
  });
  after(() => Promise.all([byTls?.remove(), plain?.remove()]));

  /// Why a server says that it does not reach it.
  async function reason(broker, options = {}) {
    const herd = new Herd({ topology: chain('Aa'), mqtt: { broker, topics, ...options } });
    try {
      await herd.start();
      return await eventually('it is told why', () => / warning MQTT .*:\d+: (.*); next attempt in 1 s/.exec(herd.servers.Aa.log())?.[1], 20);
    } finally {
      await herd.stop();
    }
  }

  it('is told from others: a certificate that nobody vouches for', async () => {
    assert.equal(await reason(`mqtts://localhost:${byTls.port}`), 'its certificate is not trusted: self-signed certificate');
  });

  it('is told from others: a certificate of another name', async () => {
    assert.equal(await reason(`mqtts://127.0.0.1:${byTls.port}`, { ca: byTls.file('broker.crt') }),
      'its certificate is not trusted: IP address mismatch');
  });

  it('is told from others: no TLS at that port', async () => {
    assert.match(await reason(`mqtts://localhost:${plain.port}`), /^(TLS: unexpected eof while reading|Connection reset by peer)$/);
  });

  it('is told from others: no way there', async () => {
    assert.equal(await reason('mqtts://255.255.255.255'), 'Network is unreachable');
    assert.match(await reason('mqtts://broker.invalid'), /^its address is not found: /);
  });
});

describe('files of [mqtt] that will not do', { timeout: 120_000 }, () => {
  let folder;
  before(async () => {
    folder = await brokerByTls();
  });
  after(() => folder?.remove());

  const run = (...args) => spawnSync(binary, args, { encoding: 'utf8', timeout: 20_000 });

  it('are refused by check-config and at the start: authorities that are none', async () => {
    const [line, peer] = await freePorts(2);
    const config = folder.file('herd.toml');
    fs.writeFileSync(folder.file('no.pem'), 'nobody\n');
    for (const [name, reason] of [['nope.pem', 'No such file or directory'], ['no.pem', 'no certificate or crl found']]) {
      fs.writeFileSync(config, `[herd]\nname = "test"\n[[server]]\nid = "Aa"\nline = "127.0.0.1:${line}"\npeer = "127.0.0.1:${peer}"\n` +
        `[mqtt]\nbroker = "mqtts://127.0.0.1:1"\ntopics = ["#"]\nca = "${name}"\n`);
      const expected = new RegExp(`${folder.folder}/${name}: no certificates can be read from it: ${reason}.*; name a PEM file of the authorities to trust`);
      const checked = run('check-config', '--config', config);
      assert.match(checked.stderr, expected);
      assert.equal(checked.status, 2);
      const served = run('serve', 'Aa', '--config', config);
      assert.match(served.stderr, expected);
      assert.equal(served.status, 1);
    }
  });

  it('are warned of by both: a password that others can read', async () => {
    const secret = folder.file('secret');
    fs.writeFileSync(secret, 'tiger\n');
    const herd = new Herd({ topology: chain('Aa'), mqtt: { broker: '127.0.0.1:1', topics, user: 'herd', password_file: secret } });
    try {
      for (const [mode, isWarnedOf] of [[0o600, false], [0o644, true]]) {
        fs.chmodSync(secret, mode);
        await herd.start();
        const { status, stdout } = run('check-config', '--config', herd.configFile);
        const warning = `${secret}: other users of this machine can read it, and whoever has the password can pass for the herd at the broker; chmod 600 it\n`;
        assert.equal(status, 0);
        assert.equal(stdout.includes(`warning: ${warning}`), isWarnedOf);
        assert.equal(herd.servers.Aa.log().includes(` warning ${warning}`), isWarnedOf);
        await herd.servers.Aa.stop();
      }
    } finally {
      await herd.stop();
    }
  });
});
