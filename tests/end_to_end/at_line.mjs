// AT lines, checked field by field: each is known in advance but the difference, and that is checked against the clock.

import assert from 'node:assert/strict';

/// Time stamps as clients write them and nanoseconds as bigint. Digits beyond the ninth of a fraction do not count.
export const toNs = (time) => {
  const [whole, fraction = ''] = time.split('.');
  return BigInt(whole) * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
};

export const toTime = (ns) => `${ns / 1_000_000_000n}.${String(ns % 1_000_000_000n).padStart(9, '0')}`;

export const clockNs = () => BigInt(Date.now()) * 1_000_000n;

/// A time stamp `seconds` from now.
export const fromNow = (seconds) => toTime(clockNs() + BigInt(Math.round(seconds * 1000)) * 1_000_000n);

export function parseAt(line) {
  const fields = /^AT ([^ ]+) ([+-])(\d+)\.(\d{9}) ([^ ]+) ([^ ]+) ([^ ]+)$/.exec(line);
  assert.ok(fields, `an AT line: ${JSON.stringify(line.slice(0, 300))}`);
  const [, server, sign, seconds, nanoseconds, client, location, time] = fields;
  const magnitude = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
  const difference = sign === '-' ? -magnitude : magnitude;
  return { server, difference, heardAt: toNs(time) + difference, client, location, time };
}

/// Asserts that `line` is what `server` answers to "IAMAT client location time" when it hears it between the two
/// moments of the clock (ns).
export function assertAt(line, { server, client, location, time, sentAt, receivedAt }) {
  const at = parseAt(line);
  assert.deepEqual(
    { server: at.server, client: at.client, location: at.location, time: at.time },
    { server, client, location, time },
  );
  const toleranceNs = 2_000_000n; // Date.now() counts milliseconds
  assert.ok(
    at.heardAt >= sentAt - toleranceNs && at.heardAt <= receivedAt + toleranceNs,
    `heard at ${at.heardAt}, sent at ${sentAt}, answered by ${receivedAt}: ${line}`,
  );
  return at;
}

/// The first line of each reply in `replies`: AT lines and "? " lines, without the places.
export const statusLines = (replies) => replies.match(/^(?:AT|\?) [^\n]*/gm) ?? [];
