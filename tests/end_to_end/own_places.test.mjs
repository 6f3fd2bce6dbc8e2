// Places of one's own: imported once, named in the configuration, told by WHATSAT.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, it } from 'node:test';
import { parseAt } from './at_line.mjs';
import { describeHerd } from './herd.mjs';
import { distanceM, parseAnswer } from './places_near.mjs';
import { newClient, report } from './report.mjs';
import { binary } from './server_process.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-places-'));
after(() => fs.rmSync(folder, { recursive: true }));

let ids = 0;
const feature = (lat, lng, name, vicinity) => JSON.stringify({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [lng, lat] },
  properties: {
    name,
    place_id: `own:${++ids}`,
    types: ['cafe', 'point_of_interest', 'establishment'],
    vicinity,
    attribution: '<b>Own & others</b>',
  },
});

const unruly = 'A "quoted"\\ name\n\n\nwith lines,\ttabs, <b>, \u2028 and K\u00e4sekn\u00f6pfle \u{1f9c0}';
const file = path.join(folder, 'own.places');
fs.writeFileSync(path.join(folder, 'own.geojsonl'), [
  feature(-16.69, -179.97, 'West of the line'),
  feature(-16.69, 179.98, 'East of the line'),
  feature(89.999, 100, 'Near the pole'),
  feature(-40, -140, unruly, 'Somewhere\nelse'),
  ...Array.from({ length: 30 }, (_, i) => feature(-50, -140 + i * 0.001, `Row ${i}`)),
].join('\n'));
const made = spawnSync(binary, ['places', 'import', path.join(folder, 'own.geojsonl'), '-o', file], { encoding: 'utf8' });
assert.equal(made.status, 0, made.stderr);

describeHerd('WHATSAT with places of one\'s own', { topology: { Riley: [] }, places: { files: [file] } }, (herd) => {
  const riley = () => herd.servers.Riley;

  async function near(location, radiusKm, bound) {
    const client = newClient();
    await report(riley(), { client, location, time: '1621464827' });
    return parseAnswer(await riley().ask(`WHATSAT ${client} ${radiusKm} ${bound}\n`), { radiusKm, bound });
  }
  const names = ({ json }) => json.results.map(({ name }) => name);

  it('finds what lies beyond the 180th meridian', async () => {
    assert.deepEqual(names(await near('-16.69+179.97', 20, 20)), ['East of the line', 'West of the line']);
    assert.deepEqual(names(await near('-16.69-179.99', 20, 20)), ['West of the line', 'East of the line']);
    assert.deepEqual(names(await near('-16.69+180', 2.5, 20)), ['East of the line']);
    assert.deepEqual(names(await near('-16.69-180', 2.5, 20)), ['East of the line']);
  });

  it('finds what lies beyond a pole', async () => {
    assert.deepEqual(names(await near('+89.999-80', 1, 20)), ['Near the pole']);
    assert.deepEqual(names(await near('+90+0', 1, 20)), ['Near the pole']);
  });

  it('tells names of any characters, in JSON without an empty line', async () => {
    const { json } = await near('-40-140', 1, 20);
    assert.equal(json.results.length, 1);
    assert.equal(json.results[0].name, unruly);
    assert.equal(json.results[0].vicinity, 'Somewhere\nelse');
    assert.deepEqual(json.html_attributions, ['<b>Own & others</b>']);
  });

  it('tells the nearest and no more than asked for', async () => {
    const row = (first, count) => Array.from({ length: count }, (_, i) => `Row ${first + i}`);
    assert.deepEqual(names(await near('-50-140.001', 50, 20)), row(0, 20));
    assert.deepEqual(names(await near('-50-140.001', 50, 3)), row(0, 3));
    assert.deepEqual(names(await near('-50-140', 0, 20)), ['Row 0'], 'a radius of 0 finds what is right here');
  });

  it('tells none beyond the radius, be it by a metre', async () => {
    const here = { lat: -50, lng: -140 };
    const fifthKm = distanceM(here, { lat: -50, lng: -140 + 0.005 }) / 1000;
    assert.deepEqual(names(await near('-50-140', (fifthKm - 0.001).toFixed(6), 20)).length, 5);
    assert.deepEqual(names(await near('-50-140', (fifthKm + 0.001).toFixed(6), 20)).length, 6);
  });

  it('tells these next to the places that ship', async () => {
    const { line, json } = await near('+34.068930-118.445127', 10, 5);
    assert.equal(parseAt(line).server, 'Riley');
    assert.equal(json.results.length, 5);
  });
});
