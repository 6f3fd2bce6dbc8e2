// What the demo tells, act by act. Every claim is checked as it is made; one that does not hold ends the story.

import { bar } from './screen.mjs';

const clients = 300;
const drivers = `${clients} clients`;
const kiwi = 'kiwi.cs.ucla.edu';

export class Story {
  total = 0; // clients that every server should hold by now

  constructor(stage, screen, clock) {
    Object.assign(this, { stage, screen, clock });
  }

  async tell() {
    await this.comeUp();
    await this.drive();
    await this.converse();
    await this.stopOne();
    await this.catchUp();
  }

  async comeUp() {
    const { stage, screen, clock } = this;
    const began = performance.now();
    for (const { id } of stage.servers) stage.start(id);
    screen.heading('Five servers, six links');
    screen.lines([
      '    Riley ──── Jaquez       Each server is a process with clients of its own.',
      '      │           │         It passes what they report on to its neighbours,',
      '    Juzang ─── Bernard      and those to theirs: whichever server one asks,',
      '         ╲       ╱          it knows where every client is.',
      '         Campbell',
      '',
    ]);
    const statuses = await clock.until('all links are up', 10, async () => {
      const all = await stage.statuses();
      return all.every((status) => status?.links.every((link) => link.state === 'up')) && all;
    });
    const links = statuses.reduce((sum, status) => sum + status.links.length, 0) / 2;
    this.prove(links === 6, `${statuses.length} servers run and all ${links} links are up, ${since(began)} after the start.`);
  }

  async drive() {
    const { stage, screen, clock } = this;
    const tracks = stage.drive(clients);
    this.total = clients;
    screen.heading(`${drivers} on the roads of Liechtenstein`);
    screen.tell(`${drivers} drive ${tracks} tours along real roads (from OpenStreetMap) and report where they are ` +
      'every two seconds, a fifth of them to each server.');
    const before = await clock.until(`every server holds ${drivers}`, 10, async () => {
      const all = await stage.statuses();
      return all.every((status) => status?.clients === clients) && all;
    });
    await this.look(3, 2);
    const after = await stage.statuses();
    const moving = after.every((status, i) => status.reports > before[i].reports && status.reports_per_s > 0);
    const sum = after.reduce((total, status) => total + status.reports_per_s, 0);
    this.prove(moving, `Every server holds all ${clients}, though each hears only ${clients / after.length} itself; ` +
      `${Math.round(sum)} reports a second arrive in all.`);
  }

  async converse() {
    const { screen } = this;
    screen.heading('A conversation, byte by byte');
    screen.tell(`A student at UCLA tells Riley where ${kiwi} is. The answer names the server, and the difference ` +
      'between its clock and the time in the report.');
    this.atLine = await this.say('Riley', `IAMAT ${kiwi} +34.068930-118.445127 1621464827.959498503`);
    this.prove(/^AT Riley \+\d+\.\d{9} kiwi\.cs\.ucla\.edu \+34\.068930-118\.445127 1621464827\.959498503\n$/.test(this.atLine),
      'Client, location and time came back byte for byte.');
    this.total = clients + 1;
    await this.clock.pause(2);

    screen.tell('Campbell, two hops away, is asked what is within 10 km of it: five places at most.');
    const places = await this.whatsat('Campbell', kiwi, 10, 5, this.atLine);
    this.prove(places.length === 5, 'Campbell answered with Riley\'s line and five real places, without the internet.');
    await this.clock.pause(3);

    screen.tell('What is no command comes back behind a question mark, and nothing else happens.');
    const reply = await this.say('Juzang', `WHEREIS ${kiwi}`);
    this.prove(reply === `? WHEREIS ${kiwi}\n`, 'The command came back, and the herd goes on.');
    await this.clock.pause(2);

    const driver = 'vaduz-schaan';
    screen.tell(`And ${driver}, one of the drivers? It reports to another server than the one that is asked:`);
    const here = await this.whatsat('Bernard', driver, 2, 4);
    const inLiechtenstein = here.every(({ lat, lng }) => lat > 47 && lat < 47.3 && lng > 9.4 && lng < 9.7);
    this.prove(here.length > 0 && inLiechtenstein, 'Bernard knows where it is right now, and what is around it.');
    await this.clock.pause(3);
  }

  async stopOne() {
    const { stage, screen, clock } = this;
    screen.heading('Juzang is stopped');
    const status = await stage.stop('Juzang');
    screen.tell('Juzang got a SIGTERM, as from an administrator. Its neighbours notice at once and go on without it.');
    this.prove(status === 0, 'Juzang ended in order, with status 0.');
    await clock.until('the neighbours of Juzang see that it is gone', 5, async () => {
      const others = await this.others();
      return others.every((each) => each?.links.every((link) => link.peer !== 'Juzang' || link.state !== 'up'));
    });
    screen.tell(`While it is away, ${kiwi} moves to Santa Monica and tells Riley.`);
    this.moved = await this.say('Riley', `IAMAT ${kiwi} +34.019454-118.491191 ${(Date.now() / 1000).toFixed(3)}`);
    await clock.until('Campbell and Bernard know the new place', 5, async () => {
      const answers = await Promise.all(['Campbell', 'Bernard'].map((id) => stage.ask(id, `WHATSAT ${kiwi} 0 0`)));
      return answers.every((answer) => answer.startsWith(this.moved));
    });
    await this.look(1, 4);
    screen.proved('The others heard of it all the same: there is another way round.');
  }

  async catchUp() {
    const { stage, screen, clock } = this;
    screen.heading('Juzang is started again');
    screen.tell('It has a new process and an empty memory. Its neighbours reach it again by themselves:');
    const began = performance.now();
    const held = [];
    stage.start('Juzang');
    const full = await clock.until(`Juzang holds all ${this.total} clients again`, 10, async () => {
      const status = await stage.status('Juzang');
      if (status && held.at(-1)?.clients !== status.clients) {
        held.push({ clients: status.clients, after: since(began) });
      }
      return status?.clients === this.total && status;
    });
    const shown = held.length > 5 ? [...held.slice(0, 4), held.at(-1)] : held;
    screen.lines([
      `Juzang   ${'stopped'.padEnd(8)}  ${bar(0, this.total)}    -`,
      ...shown.map(({ clients: count, after }) =>
        `Juzang   ${`+${after}`.padEnd(8)}  ${bar(count, this.total)}  ${String(count).padStart(3)} clients held`),
      '',
    ]);
    const learned = full.links.reduce((sum, link) => sum + link.records_accepted, 0);
    this.prove(learned > 0, `It holds all ${this.total} clients again, ${learned} of them from its neighbours.`);

    screen.tell(`And where is ${kiwi}? Nobody has told Juzang since it came back but its neighbours.`);
    const answer = await this.say('Juzang', `WHATSAT ${kiwi} 0 0`, 1);
    this.prove(answer.startsWith(this.moved), 'In Santa Monica: Juzang knows what it missed.');
    await clock.until('all links are up and all clients report again', 10, async () => {
      const all = await stage.statuses();
      return all.every((each) => each?.clients === this.total && each.links.every((link) => link.state === 'up') &&
        each.connections > 0);
    });
    await this.look(2, 2);
  }

  /// Shows the table for a while: live in a terminal, `tables` times otherwise.
  async look(tables, seconds) {
    for (let i = 0; i < tables; ++i) {
      await this.clock.wait(this.clock.live ? seconds : Math.min(seconds, 1.5));
      this.screen.still(await this.rows(), this.total);
    }
  }

  async rows() {
    const statuses = await this.stage.statuses();
    return this.stage.servers.map(({ id }, i) => ({ id, status: statuses[i] }));
  }

  others() {
    return Promise.all(this.stage.servers.filter(({ id }) => id !== 'Juzang').map(({ id }) => this.stage.status(id)));
  }

  /// Says a line to a server and shows it with the reply, of which `linesMax` lines.
  async say(server, line, linesMax = Infinity) {
    this.screen.sent(server, line);
    const reply = await this.stage.ask(server, line);
    const lines = reply.trimEnd().split('\n').slice(0, linesMax);
    for (const each of lines) this.screen.received(server, each);
    this.screen.lines(['']);
    return reply;
  }

  /// Asks for places, checks the form of the answer, and resolves to them. `atLine`: what the first line must be.
  async whatsat(server, client, radiusKm, bound, atLine = null) {
    const line = `WHATSAT ${client} ${radiusKm} ${bound}`;
    this.screen.sent(server, line);
    const ask = async () => {
      const reply = await this.stage.ask(server, line);
      return reply.startsWith('AT ') && (!atLine || reply.startsWith(atLine)) && reply;
    };
    const reply = await this.clock.until(`${server} knows ${client}`, 3, ask);
    const [first] = reply.split('\n', 1);
    this.screen.received(server, first);
    const [, heardBy, location] = /^AT (\S+) \S+ \S+ (\S+) \S+$/.exec(first);
    if (heardBy === server) throw new Error(`${client} reports to ${server} itself; ask another server`);

    if (!reply.endsWith('\n\n')) throw new Error(`the answer does not end with two newlines: ${JSON.stringify(reply)}`);
    const { results, status } = JSON.parse(reply.slice(first.length));
    const [, lat, lng] = /^([+-][\d.]+)([+-][\d.]+)$/.exec(location).map(Number);
    const places = results.map(({ name, geometry, types }) => ({
      ...geometry.location, name, type: types?.[0] ?? '', km: kilometres({ lat, lng }, geometry.location),
    }));
    const indent = ' '.repeat(11);
    this.screen.lines([
      `${indent}and JSON: status ${status}, ${places.length} results:`,
      ...places.map((place) =>
        `${indent}${place.km.toFixed(1).padStart(4)} km  ${place.name}${place.type ? `, ${place.type.replaceAll('_', ' ')}` : ''}`.slice(0, 78)),
      '',
    ]);
    const far = places.find((place) => place.km > radiusKm * 1.01);
    if (far) throw new Error(`${far.name} is ${far.km} km away`);
    return places;
  }

  prove(holds, claim) {
    if (!holds) throw new Error(`This does not hold: ${claim}`);
    this.screen.proved(claim);
  }
}

function since(began) {
  const ms = performance.now() - began;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function kilometres(a, b) {
  const radians = (degrees) => (degrees * Math.PI) / 180;
  const haversine = (angle) => Math.sin(radians(angle) / 2) ** 2;
  const h = haversine(b.lat - a.lat) + Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * haversine(b.lng - a.lng);
  return 2 * 6371.0088 * Math.asin(Math.sqrt(h));
}
