// Reports as clients make them, their answers checked whole.

import assert from 'node:assert/strict';
import { assertAt, clockNs, fromNow } from './at_line.mjs';

export const atUcla = '+34.068930-118.445127';

let reports = 0;
/// A client id that nobody has used yet.
export const newClient = (what = 'client') => `${what}-${process.pid}-${++reports}`;

/// Reports to `server` on a connection of its own and resolves to the AT line that it answers.
export async function report(server, { client = newClient(), location = atUcla, time = fromNow(0) } = {}) {
  const sentAt = clockNs();
  const reply = await server.ask(`IAMAT ${client} ${location} ${time}\n`);
  assert.ok(reply.endsWith('\n'), JSON.stringify(reply));
  const line = reply.slice(0, -1);
  assertAt(line, { server: server.name, client, location, time, sentAt, receivedAt: clockNs() });
  return line;
}

/// The first line of what `server` answers when asked for the client: the stored AT line, or "? ...".
export async function stored(server, client) {
  return (await server.ask(`WHATSAT ${client} 0 0\n`)).split('\n')[0];
}
