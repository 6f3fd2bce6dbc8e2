// Answers of WHATSAT against what brute force finds in the place file.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { describeHerd } from './herd.mjs';
import { readPlaceFile } from './place_file.mjs';
import { distanceM, parseAnswer } from './places_near.mjs';
import { randomFrom, seedOfRun } from './random.mjs';
import { binary } from './server_process.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-nearest-'));
after(() => fs.rmSync(folder, { recursive: true }));
const samples = process.env.HERD_SAMPLES ?? fileURLToPath(new URL('../../../shared/samples', import.meta.url));

const seed = seedOfRun();
const random = randomFrom(seed);
const between = (low, high) => low + (high - low) * random();
const clamp = (value, max) => Math.max(-max, Math.min(max, value));
const around = ({ lat, lng }, degrees) => {
  const east = lng + between(-degrees, degrees);
  return { lat: clamp(lat + between(-degrees, degrees), 90), lng: east > 180 ? east - 360 : east < -180 ? east + 360 : east };
};

/// A world of its own: towns, and places on both sides of the 180th meridian and about both poles.
function world() {
  const towns = [{ lat: -16.7, lng: 180 }, { lat: -16.8, lng: -180 }, { lat: 65, lng: 179.99 }, { lat: 90, lng: 0 },
    { lat: -90, lng: 33 }, { lat: 0, lng: 0 }, ...Array.from({ length: 10 }, () => ({ lat: between(-80, 80), lng: between(-180, 180) }))];
  const features = Array.from({ length: 4000 }, (_, i) => {
    const town = towns[Math.floor(random() * towns.length)];
    const polar = Math.abs(town.lat) === 90;
    const { lat, lng } = polar ? { lat: town.lat * (1 - random() * 0.005), lng: between(-180, 180) } : around(town, 0.4);
    return JSON.stringify({ type: 'Feature', geometry: { type: 'Point', coordinates: [Number(lng.toFixed(7)), Number(lat.toFixed(7))] },
      properties: { name: `Place ${i}`, place_id: `own:${i}`, types: ['point_of_interest'] } });
  });
  const file = path.join(folder, 'world.geojsonl');
  fs.writeFileSync(file, features.join('\n'));
  return file;
}

function imported(name, source) {
  const file = path.join(folder, `${name}.places`);
  const made = spawnSync(binary, ['places', 'import', source, '-o', file], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  return file;
}

function nearestByBruteForce(places, center, radiusKm, bound) {
  return places.map((place) => ({ ...place, distance: distanceM(center, place) }))
    .filter(({ distance }) => distance <= radiusKm * 1000)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, bound);
}

const signed = (degrees) => (degrees < 0 ? '-' : '+') + Math.abs(degrees).toFixed(7);

function sameAsByBruteForce(name, source, missing) {
  if (missing) return it(`are those that brute force finds: ${name}`, { skip: missing }, () => {});
  const file = imported(name, source);
  const places = readPlaceFile(file);
  describeHerd(`WHATSAT among the ${places.length} places of ${name}`, { topology: { Riley: [] }, places: { files: [file] }, env: { PROXYHERD_DATA: path.join(folder, 'none') } }, (herd) => {
    it(`finds what brute force finds, for a thousand random questions (SEED=${seed})`, async () => {
      const questions = Array.from({ length: 1000 }, (_, i) => {
        const center = around(places[Math.floor(random() * places.length)], i % 3 === 0 ? 0.5 : 0.005);
        const rounded = { lat: Number(center.lat.toFixed(7)), lng: Number(center.lng.toFixed(7)) };
        return { client: `client-${i}`, center: rounded, radiusKm: Number(between(0, i % 2 === 0 ? 50 : 2).toFixed(3)), bound: 1 + Math.floor(random() * 20) };
      });
      const replies = (await herd.servers.Riley.ask(questions.map(({ client: id, center, radiusKm, bound }) =>
        `IAMAT ${id} ${signed(center.lat)}${signed(center.lng)} 1621464827\nWHATSAT ${id} ${radiusKm} ${bound}\n`).join(''))).split('\n\n');
      assert.equal(replies.pop(), '');
      assert.equal(replies.length, questions.length);
      let found = 0;
      for (const [i, { client: id, center, radiusKm, bound }] of questions.entries()) {
        const reply = replies[i].slice(replies[i].indexOf('\n') + 1); // without the reply to IAMAT
        const { line, json, distances } = parseAnswer(`${reply}\n\n`, { radiusKm, bound });
        assert.equal(line.split(' ')[3], id);
        const expected = nearestByBruteForce(places, center, radiusKm, bound);
        const told = `SEED=${seed}, question ${i}: ${JSON.stringify(questions[i])}`;
        // Of two in one spot either may come first, so that distances are compared, and ids as far as they tell them apart.
        assert.deepEqual(distances.map((metres) => metres.toFixed(3)), expected.map(({ distance }) => distance.toFixed(3)), told);
        const ids = json.results.map(({ place_id: placeId }) => placeId);
        const last = expected.at(-1)?.distance;
        assert.deepEqual(ids.filter((_, at) => distances[at] < last - 0.001).sort(),
          expected.filter(({ distance }) => distance < last - 0.001).map(({ id: placeId }) => placeId).sort(), told);
        found += ids.length;
      }
      assert.ok(found > questions.length, `${found} places found in all`);
    });
  });
}

sameAsByBruteForce('world', world());
for (const name of ['monaco-2022', 'baltimore', 'liechtenstein-2013-08-03']) {
  const source = path.join(samples, `places/${name}.osm.pbf`);
  const missing = !fs.existsSync(source) ? 'the samples are not here' : spawnSync('osmium', ['--version']).error ? 'osmium is not here' : null;
  sameAsByBruteForce(name, source, missing);
}
