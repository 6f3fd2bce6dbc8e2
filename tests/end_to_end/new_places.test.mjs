// A server that is told with SIGHUP that its place files are new.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { eventually } from './eventually.mjs';
import { describeHerd } from './herd.mjs';
import { parseAnswer } from './places_near.mjs';
import { newClient, report } from './report.mjs';
import { binary } from './server_process.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-places-'));
after(() => fs.rmSync(folder, { recursive: true }));

const file = (name) => path.join(folder, name);

/// Makes the place file, or puts it in the place of the one before, with places of these names in mid-ocean.
function importPlaces(name, ...placeNames) {
  fs.writeFileSync(file('places.geojsonl'), placeNames.map((placeName, i) => JSON.stringify({
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [-140 + i * 0.001, -40] },
    properties: { name: placeName, place_id: `own:${placeName}`, types: ['cafe', 'point_of_interest', 'establishment'] },
  })).join('\n'));
  const made = spawnSync(binary, ['places', 'import', file('places.geojsonl'), '-o', file(name)], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
}

fs.mkdirSync(file('shipped'));
importPlaces('own.places', 'Old');

const options = { topology: { Riley: [] }, places: { files: [file('own.places')] }, env: { PROXYHERD_DATA: file('shipped') } };
describeHerd('SIGHUP', options, (herd) => {
  const riley = () => herd.servers.Riley;

  async function names(client, connection) {
    await connection.write(`WHATSAT ${client} 1 20\n`);
    const { json } = parseAnswer(await connection.readAnswer(), { radiusKm: 1, bound: 20 });
    return json.results.map(({ name }) => name).sort().join();
  }

  it('makes a server answer from new place files, on the connections that it has', async () => {
    const connection = await riley().connect();
    const client = newClient();
    await report(riley(), { client, location: '-40-140' });
    try {
      assert.equal(await names(client, connection), 'Old');
      importPlaces('own.places', 'New', 'Newer');
      importPlaces('shipped/more.places', 'More');
      assert.equal(await names(client, connection), 'Old', 'a file that is there is not in use');
      riley().child.kill('SIGHUP');
      await eventually('the answer changes', async () => (await names(client, connection)) === 'More,New,Newer');
      await eventually('the log says of what', () =>
        riley().log().includes(` info places: 2 in ${file('own.places')}\n`) &&
        riley().log().includes(` info places: 1 in ${file('shipped/more.places')}\n`));
    } finally {
      fs.rmSync(file('shipped/more.places'), { force: true });
      connection.destroy();
    }
  });

  it('leaves a server its place files if the new ones are refused', async () => {
    const connection = await riley().connect();
    const client = newClient();
    await report(riley(), { client, location: '-40-140' });
    try {
      importPlaces('own.places', 'Good');
      riley().child.kill('SIGHUP');
      await eventually('the answer is the good one', async () => (await names(client, connection)) === 'Good');

      const good = fs.readFileSync(file('own.places'));
      const damaged = Buffer.from(good);
      damaged[damaged.length - 1] ^= 1;
      for (const [bad, reason] of [
        [damaged, /own\.places: .*checksum/],
        [good.subarray(0, good.length - 1), /own\.places: .*bytes/],
        [null, /own\.places: No such file or directory/],
      ]) {
        const logged = riley().log().length;
        fs.rmSync(file('own.places')); // a file in use may not be changed in place
        if (bad) fs.writeFileSync(file('own.places'), bad);
        importPlaces('shipped/more.places', 'More');
        riley().child.kill('SIGHUP');
        await eventually('the mistake is logged', () => riley().log().slice(logged).split('\n').some((line) =>
          line.includes(' error place files not read, the ones before stay in use: ') && reason.test(line)));
        assert.equal(await names(client, connection), 'Good');
        fs.writeFileSync(file('own.places'), good);
      }

      riley().child.kill('SIGHUP');
      await eventually('they are read when they are good again', async () => (await names(client, connection)) === 'Good,More');
    } finally {
      fs.rmSync(file('shipped/more.places'), { force: true });
      connection.destroy();
    }
  });

  it('brings new place files while questions are being answered, and loses none', async () => {
    const connection = await riley().connect();
    const client = newClient();
    await report(riley(), { client, location: '-40-140' });
    try {
      importPlaces('own.places', 'Round 0');
      riley().child.kill('SIGHUP');
      await eventually('the first one is in use', async () => (await names(client, connection)) === 'Round 0');
      const rounds = 20;
      const asked = 200;
      for (let round = 1; round < rounds; ++round) {
        importPlaces('own.places', `Round ${round}`);
        riley().child.kill('SIGHUP');
        await connection.write(`WHATSAT ${client} 1 5\n`.repeat(asked));
        for (let i = 0; i < asked; ++i) {
          const { json } = parseAnswer(await connection.readAnswer(), { radiusKm: 1, bound: 5 });
          assert.match(json.results.map(({ name }) => name).join(), /^Round \d+$/);
        }
      }
      await eventually('the last one is in use', async () => (await names(client, connection)) === `Round ${rounds - 1}`);
    } finally {
      connection.destroy();
    }
  });
});

describe('A place file that is none', () => {
  for (const command of ['check-config', 'up']) {
    it(`is refused by proxyherd ${command}, before any server runs`, () => {
      fs.writeFileSync(file('none.places'), 'not one');
      fs.writeFileSync(file('none.toml'), '[herd]\nname = "a"\n[[server]]\nid = "A"\nline = "127.0.0.1:1"\npeer = "127.0.0.1:2"\n' +
        '[places]\nfiles = ["none.places"]\n');
      const { status, stdout, stderr } = spawnSync(binary, [command, '--config', file('none.toml')], { encoding: 'utf8', timeout: 20_000 });
      assert.deepEqual({ status, stdout }, { status: 2, stdout: '' });
      assert.equal(stderr, `proxyherd: [places] files: ${file('none.places')}: place file ends too early, at byte 0; ` +
        'restore it or make it again with "proxyherd places import"\n');
    });
  }
});
