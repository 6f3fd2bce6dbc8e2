// Replies to WHATSAT, taken apart and checked for their form.

import assert from 'node:assert/strict';
import { parseAt } from './at_line.mjs';

const earthRadiusM = 6_371_008.8;

export function distanceM(a, b) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const haversine = (x) => Math.sin(radians(x) / 2) ** 2;
  const h = haversine(b.lat - a.lat) + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * haversine(b.lng - a.lng);
  return 2 * earthRadiusM * Math.asin(Math.sqrt(h));
}

export function positionOf(location) {
  const [, lat, lng] = /^([+-][\d.]+)([+-][\d.]+)$/.exec(location);
  return { lat: Number(lat), lng: Number(lng) };
}

/// Takes one whole reply apart into its AT line and its places; asserts what holds for each: two newlines at its end
/// and nowhere before, Google's shape, no more than `bound` results, all within the radius, nearest first.
export function parseAnswer(reply, { radiusKm, bound }) {
  const end = reply.indexOf('\n\n');
  assert.equal(end, reply.length - 2, `exactly two newlines, at the end only: ${JSON.stringify(reply.slice(-200))}`);
  const lineEnd = reply.indexOf('\n');
  assert.ok(lineEnd < end, 'places after the AT line');
  const line = reply.slice(0, lineEnd);
  const json = JSON.parse(Buffer.from(reply.slice(lineEnd + 1, end), 'latin1').toString('utf8'));

  assert.ok(Array.isArray(json.html_attributions) && Array.isArray(json.results), 'the shape of a Nearby Search');
  assert.equal(json.status, json.results.length > 0 ? 'OK' : 'ZERO_RESULTS');
  assert.ok(json.results.length <= bound, `${json.results.length} results, at most ${bound}`);
  const center = positionOf(parseAt(line).location);
  const distances = json.results.map(({ geometry }) => distanceM(center, geometry.location));
  for (const [i, distance] of distances.entries()) {
    assert.ok(distance <= radiusKm * 1000 + 1, `result ${i} is ${distance} m away`);
    assert.ok(i === 0 || distance >= distances[i - 1] - 1, `result ${i} is nearer than the one before: ${distances}`);
  }
  return { line, json, distances };
}
