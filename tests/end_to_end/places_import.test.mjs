// proxyherd places import, as a user runs it: extracts through osmium, GeoJSON of several kinds, and what goes wrong.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { eventually } from './eventually.mjs';
import { binary } from './server_process.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'proxyherd-import-'));
after(() => fs.rmSync(folder, { recursive: true }));
const inFolder = (name) => path.join(folder, name);

const root = fileURLToPath(new URL('../..', import.meta.url));
const samples = path.join(process.env.HERD_SAMPLES ?? path.join(root, '../shared/samples'), 'places');
const osmium = spawnSync('osmium', ['--version']).status === 0;
const noOsmium = osmium ? false : 'osmium is not installed';
const noSamples = noOsmium || (fs.existsSync(samples) ? false : `${samples} is not there`);

function proxyherd(args, options = {}) {
  const { status, stdout, stderr } = spawnSync(binary, args, { encoding: 'utf8', cwd: folder, ...options });
  return { status, stdout, stderr };
}

function imported(...args) {
  const { status, stdout, stderr } = proxyherd(['places', 'import', '--json', ...args]);
  assert.equal(status, 0, stderr);
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

/** An import that is to fail and to leave nothing; returns what it says. */
function refused(args, options) {
  const before = fs.readdirSync(folder).sort();
  const { status, stdout, stderr } = proxyherd(['places', 'import', ...args], options);
  assert.equal(status, 1, stdout);
  assert.equal(stdout, '');
  assert.deepEqual(fs.readdirSync(folder).sort(), before);
  return stderr;
}

/** What the places of a file near a point are called, from the files that ship and this one. */
function near(file, point, ...options) {
  fs.writeFileSync(inFolder('herd.toml'), `[herd]\nname = "a"\n[[server]]\nid = "A"\nline = "127.0.0.1:1"\npeer = "127.0.0.1:2"\n[places]\nfiles = ["${file}"]\n`);
  fs.mkdirSync(inFolder('none'), { recursive: true });
  const { status, stdout, stderr } = proxyherd(['places', 'near', point, '--json', '--config', 'herd.toml', ...options],
    { env: { ...process.env, PROXYHERD_DATA: inFolder('none') } });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

const osm = (objects) => `<?xml version="1.0"?><osm version="0.6" generator="test">${objects}</osm>`;
const node = (id, version, lat, lon, tags = {}) => `<node id="${id}" version="${version}" lat="${lat}" lon="${lon}">${
  Object.entries(tags).map(([k, v]) => `<tag k="${k}" v="${v}"/>`).join('')}</node>`;
const members = (kind, list, tags) =>
  list.map((ref) => (kind === 'way' ? `<nd ref="${ref}"/>` : `<member type="way" ref="${ref}" role="outer"/>`)).join('') +
  Object.entries(tags).map(([k, v]) => `<tag k="${k}" v="${v}"/>`).join('');
const way = (id, version, nodes, tags) => `<way id="${id}" version="${version}">${members('way', nodes, tags)}</way>`;
const relation = (id, version, ways, tags) =>
  `<relation id="${id}" version="${version}">${members('relation', ways, tags)}</relation>`;
const corners = node(1, 1, 10, 20) + node(2, 1, 10, 20.002) + node(3, 1, 10.002, 20.002) + node(4, 1, 10.002, 20);

describe('an OpenStreetMap extract', { skip: noOsmium }, () => {
  const village = osm(corners +
    node(5, 3, 10.01, 20, { amenity: 'cafe', name: 'Corner', 'name:de': 'Ecke', 'addr:street': 'High St', 'addr:housenumber': '1', opening_hours: 'Mo-Fr 08:00-18:00' }) +
    node(6, 1, 10.01, 20.01, { amenity: 'bench' }) +
    way(10, 2, [1, 2, 3, 4, 1], { leisure: 'park', name: 'Green' }) +
    way(11, 2, [1, 2], { highway: 'platform', public_transport: 'platform', bus: 'yes', name: 'Halt' }) +
    way(12, 1, [1, 2, 3, 4, 1], { building: 'yes' }) +
    way(13, 1, [1, 99, 98], { shop: 'bakery', name: 'Beyond the edge' }) +
    relation(20, 4, [12], { type: 'multipolygon', shop: 'mall', name: 'Arcade' }));

  it('gives nodes, ways and areas, with ids, types and addresses', () => {
    fs.writeFileSync(inFolder('village.osm'), village);
    const summary = imported('village.osm', '-o', 'village.places');
    assert.deepEqual(summary, {
      file: 'village.places',
      places: 4,
      duplicates: 0,
      sources: [{
        file: 'village.osm',
        places: 4,
        by_key: { amenity: 1, leisure: 1, shop: 1, stops: 1 },
        left_out: { unnamed: 1, no_place: 0, no_geometry: 0, too_large: 0 },
      }],
    });
    const { results, html_attributions: credits } = near('village.places', '10.001,20.001', '--radius', '5');
    const told = Object.fromEntries(results.map((place) => [place.place_id, place]));
    assert.deepEqual(Object.keys(told).sort(), ['osm:n5', 'osm:r20', 'osm:w10', 'osm:w11']);
    assert.deepEqual(told['osm:n5'].types, ['cafe', 'food', 'point_of_interest', 'establishment']);
    assert.equal(told['osm:n5'].name, 'Corner');
    assert.equal(told['osm:n5'].vicinity, 'High St 1');
    assert.deepEqual(told['osm:w10'].geometry.location, { lat: 10.001, lng: 20.001 });
    assert.deepEqual(told['osm:r20'].geometry.location, { lat: 10.001, lng: 20.001 });
    assert.deepEqual(told['osm:w11'].geometry.location, { lat: 10, lng: 20.001 });
    assert.match(credits.join(), /openstreetmap\.org\/copyright/);
  });

  it('shows the names of the language that was asked for', () => {
    imported('village.osm', '-o', 'german.places', '--language', 'de', '--id-prefix', 'village');
    const [first] = near('german.places', '10.01,20', '--limit', '1').results;
    assert.equal(first.name, 'Ecke');
    assert.equal(first.place_id, 'village:n5');
  });

  it('and another make one file of what both have, the newest version of it', () => {
    fs.writeFileSync(inFolder('older.osm'), osm(node(5, 2, 10.02, 20, { amenity: 'cafe', name: 'Old corner' }) +
      node(7, 1, 10.01, 20.001, { shop: 'books', name: 'Books' })));
    for (const files of [['village.osm', 'older.osm'], ['older.osm', 'village.osm']]) {
      const { places, duplicates } = imported(...files, '-o', 'both.places');
      assert.deepEqual({ places, duplicates }, { places: 5, duplicates: 1 });
      const names = near('both.places', '10.01,20', '--radius', '0.5').results.map(({ name }) => name);
      assert.deepEqual(names, ['Corner', 'Books']);
    }
  });

  it('may be packed, of any of the kinds that osmium reads', () => {
    fs.writeFileSync(inFolder('packed.osm.gz'), gzipSync(village));
    execFileSync('osmium', ['cat', inFolder('village.osm'), '-O', '-o', inFolder('packed.osm.bz2')]);
    execFileSync('osmium', ['cat', inFolder('village.osm'), '-O', '-o', inFolder('-packed.osm.pbf')]);
    imported('village.osm', '-o', 'again.places');
    for (const file of ['packed.osm.gz', 'packed.osm.bz2', inFolder('-packed.osm.pbf')]) {
      imported(file, '-o', 'packed.places');
      assert.deepEqual(fs.readFileSync(inFolder('packed.places')), fs.readFileSync(inFolder('again.places')), file);
    }
  });

  it('may become a file whose path has commas', () => {
    fs.mkdirSync(inFolder('a,b'));
    fs.writeFileSync(inFolder('a'), 'precious');
    imported('village.osm', '-o', 'a,b/c,d.places');
    assert.deepEqual(fs.readFileSync(inFolder('a,b/c,d.places')), fs.readFileSync(inFolder('again.places')));
    assert.deepEqual(fs.readdirSync(inFolder('a,b')), ['c,d.places']);
    assert.equal(fs.readFileSync(inFolder('a'), 'utf8'), 'precious');
    imported(inFolder('village.osm'), '-o', inFolder('a,b/c,d.places'));
    assert.deepEqual(fs.readFileSync(inFolder('a,b/c,d.places')), fs.readFileSync(inFolder('again.places')));
  });

  it('need not be sorted', () => {
    fs.writeFileSync(inFolder('unsorted.osm'), osm(way(10, 2, [1, 2, 3, 4, 1], { leisure: 'park', name: 'Green' }) + corners));
    assert.equal(imported('unsorted.osm', '-o', 'unsorted.places').places, 1);
    assert.deepEqual(near('unsorted.places', '10.001,20.001').results[0].geometry.location, { lat: 10.001, lng: 20.001 });
  });

  it('of whose format osmium knows nothing is refused with what osmium says', () => {
    fs.writeFileSync(inFolder('broken.osm.pbf'), 'not a PBF file, whatever its name');
    fs.writeFileSync(inFolder('broken.osm'), '<osm version="0.6"><node');
    assert.match(refused(['broken.osm.pbf', '-o', 'x.places']), /^proxyherd places import: broken\.osm\.pbf: osmium failed: .*PBF.*\n$/);
    assert.match(refused(['broken.osm', '-o', 'x.places']), /^proxyherd places import: broken\.osm: osmium failed: .*\n$/);
  });

  it('needs osmium, and the message says how to get it', () => {
    fs.mkdirSync(inFolder('nothing'), { recursive: true });
    assert.equal(refused(['village.osm', '-o', 'x.places'], { env: { PATH: inFolder('nothing') } }),
      'proxyherd places import: village.osm needs osmium; install it: apt install osmium-tool\n');
  });

  it('without a place in it leaves the old file', () => {
    fs.writeFileSync(inFolder('empty.osm'), osm(corners));
    fs.writeFileSync(inFolder('old.places'), 'old');
    assert.equal(refused(['empty.osm', '-o', 'old.places']),
      'proxyherd places import: no places in the input; old.places stays as it was\n');
    assert.equal(fs.readFileSync(inFolder('old.places'), 'utf8'), 'old');
    assert.equal(refused(['empty.osm', '-o', 'x.places']),
      'proxyherd places import: no places in the input; x.places was not made\n');
  });

  for (const signal of ['SIGTERM', 'SIGINT']) {
    it(`that is being read leaves nothing behind on ${signal}`, async () => {
      // A program called osmium that never ends, to which the import gives the signal on.
      fs.mkdirSync(inFolder('bin'), { recursive: true });
      fs.writeFileSync(inFolder('bin/osmium'), `#!/bin/sh\necho $$ > ${inFolder('pid')}\nexec sleep 600\n`, { mode: 0o755 });
      fs.rmSync(inFolder('pid'), { force: true });
      const before = fs.readdirSync(folder).sort();
      const child = spawn(binary, ['places', 'import', 'village.osm', '-o', 'old.places'],
        { cwd: folder, env: { ...process.env, PATH: `${inFolder('bin')}:${process.env.PATH}` } });
      const ended = new Promise((resolve) => child.on('exit', (status, by) => resolve({ status, by })));
      const pid = await eventually('osmium is running', () => Number(fs.readFileSync(inFolder('pid'), 'utf8')));
      assert.equal(fs.readdirSync(folder).filter((name) => name.startsWith('old.places.import-')).length, 1);
      child.kill(signal);
      assert.deepEqual(await ended, { status: 128 + os.constants.signals[signal], by: null });
      await eventually('osmium has ended',
        () => !fs.existsSync(`/proc/${pid}`) || fs.readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z '));
      fs.rmSync(inFolder('pid'));
      assert.deepEqual(fs.readdirSync(folder).sort(), before);
      assert.equal(fs.readFileSync(inFolder('old.places'), 'utf8'), 'old');
    });
  }

  it('leaves to the next import what it could not remove because it was killed', async () => {
    const child = spawn(binary, ['places', 'import', 'village.osm', '-o', 'old.places'],
      { cwd: folder, env: { ...process.env, PATH: `${inFolder('bin')}:${process.env.PATH}` } });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    const pid = await eventually('osmium is running', () => Number(fs.readFileSync(inFolder('pid'), 'utf8')));
    const left = () => fs.readdirSync(folder).filter((name) => name.startsWith('old.places.import-'));
    child.kill('SIGKILL');
    await ended;
    process.kill(pid, 'SIGKILL');
    assert.equal(left().length, 1);
    fs.mkdirSync(inFolder('old.places.import-in_use'));
    fs.writeFileSync(inFolder('old.places.import-in_use/.proxyherd-import'), '');
    const lock = spawn('flock', [inFolder('old.places.import-in_use'), 'sleep', '600'], { detached: true });
    try {
      await eventually('the lock is taken', () => spawnSync('flock', ['-n', inFolder('old.places.import-in_use'), 'true']).status !== 0);
      imported('village.osm', '-o', 'old.places');
      assert.deepEqual(left(), ['old.places.import-in_use'], 'another import at work keeps its folder');
    } finally {
      process.kill(-lock.pid);
      fs.rmSync(inFolder('old.places.import-in_use'), { recursive: true });
    }
  });

  it("leaves folders alone that only look like an import's", () => {
    const own = ['old.places.import-backup', 'old.places.import-2024-05'];  // the first has six letters there, too
    for (const name of own) {
      fs.mkdirSync(inFolder(name));
      fs.writeFileSync(inFolder(`${name}/precious`), 'mine');
    }
    fs.writeFileSync(inFolder(`${own[1]}/.proxyherd-import`), '');
    fs.mkdirSync(inFolder('old.places.import-empty0'));
    imported('village.osm', '-o', 'old.places');
    for (const name of own) {
      assert.equal(fs.readFileSync(inFolder(`${name}/precious`), 'utf8'), 'mine');
      fs.rmSync(inFolder(name), { recursive: true });
    }
    fs.rmdirSync(inFolder('old.places.import-empty0'));
  });

  it('does not fit on a full disk, which is said, and nothing stays there', { skip: process.getuid() === 0 ? false : 'needs root to mount a small disk' }, () => {
    const disk = inFolder('disk');
    fs.mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    try {
      const many = Array.from({ length: 3000 }, (_, i) => node(i + 1, 1, 10, 20 + i / 1e4, { shop: 'yes', name: `Shop ${i} with a long name` })).join('');
      fs.writeFileSync(inFolder('many.osm'), osm(many));
      assert.match(refused(['many.osm', '-o', path.join(disk, 'x.places')]), /many\.osm: osmium failed: .*No space left on device/);
      fs.writeFileSync(inFolder('many.geojson'), Array.from({ length: 3000 }, (_, i) => JSON.stringify({
        type: 'Feature', geometry: { type: 'Point', coordinates: [20, 10] }, properties: { name: `Shop ${i} with a long name` } })).join('\n'));
      assert.match(refused(['many.geojson', '-o', path.join(disk, 'x.places')]),
        /^proxyherd places import: [^:]*\/disk\/x\.places[^/:]*: .*No space left on device/);
      assert.deepEqual(fs.readdirSync(disk), []);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

describe('the samples', { skip: noSamples }, () => {
  const filters = ['nwr/amenity,shop,tourism,leisure,office,healthcare,craft,historic,place,aeroway',
    'nwr/railway=station,halt,tram_stop', 'nwr/public_transport=station,platform', 'nwr/highway=bus_stop'];
  /** Ids of the named objects that osmium finds. */
  function named(file, ...expressions) {
    const opl = execFileSync('osmium', ['tags-filter', '-R', file, ...expressions, '-f', 'opl', '-o', '-'],
      { encoding: 'utf8', maxBuffer: 1 << 28 });
    return opl.split('\n').filter((line) => /[ ]T([^ ]*,)?name=/.test(line)).map((line) => `osm:${line.split(' ')[0]}`);
  }

  const restaurants = { 'monaco-2022': 95, baltimore: 96, 'liechtenstein-2013-08-03': 28 };
  for (const [name, count] of Object.entries(restaurants)) {
    it(`${name} has all places of osmium's but those that have no inside, and every restaurant`, () => {
      const file = path.join(samples, `${name}.osm.pbf`);
      const { places } = imported(file, '-o', `${name}.places`);
      const all = named(file, ...filters);
      assert.ok(places <= all.length && places >= all.length * 0.98, `${places} of ${all.length}`);

      const bytes = fs.readFileSync(inFolder(`${name}.places`));
      const wanted = named(file, 'nwr/amenity=restaurant');
      assert.equal(wanted.length, count);
      assert.deepEqual(wanted.filter((id) => !bytes.includes(id)), []);
    });
  }

  it('make together what they make one by one, in whatever order', () => {
    const files = Object.keys(restaurants).map((name) => path.join(samples, `${name}.osm.pbf`));
    const { sources } = imported(...files, '-o', 'all.places');
    for (const source of sources) assert.equal(source.places, imported(source.file, '-o', 'one.places').places);
  });
});

describe('GeoJSON', () => {
  const feature = (properties, more = {}) =>
    JSON.stringify({ type: 'Feature', geometry: { type: 'Point', coordinates: [20, 10] }, properties, ...more });

  it('may be a collection of a hundred thousand features in one line, which is not held', () => {
    const file = inFolder('large.geojson');
    const out = fs.openSync(file, 'w');
    fs.writeSync(out, '{"type":"FeatureCollection","features":[');
    const features = Array.from({ length: 1000 }, () => feature({ amenity: 'bench', note: 'x'.repeat(400) }, { id: 'node/1' })).join(',');
    for (let i = 0; i < 100; ++i) fs.writeSync(out, `${i ? ',' : ''}${features}`);
    fs.writeSync(out, `,${feature({ shop: 'books', name: 'Last' }, { id: 'node/2' })}]}`);
    fs.closeSync(out);
    const bytes = fs.statSync(file).size;
    // Far less memory than the file has: sanitizers reserve much address space, so what is measured is what was touched.
    const script = `"$0" places import large.geojson -o large.places & pid=$!; peak=0
      while rss=$(sed -n 's/^VmHWM:[^0-9]*\\([0-9]*\\) kB/\\1/p' /proc/$pid/status 2>/dev/null) && [ -n "$rss" ]; do peak=$rss; done
      wait $pid || exit 1; echo "$peak"`;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script, binary], { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const [told, , peakKb] = stdout.trim().split('\n');
    assert.equal(told, 'large.geojson: 1 place (shop 1); left out: 100,000 without a name');
    assert.ok(bytes > 40e6, String(bytes));
    assert.ok(Number(peakKb) > 0 && Number(peakKb) * 1024 < bytes * (/asan/.test(binary) ? 2.3 : 0.75), `${peakKb} kB`);
  });

  it('may be packed with gzip, and come from a pipe', () => {
    const text = feature({ name: 'Packed', place_id: 'own:1' });
    fs.writeFileSync(inFolder('packed.geojsonl.gz'), gzipSync(text));
    assert.equal(imported('packed.geojsonl.gz', '-o', 'packed.places').places, 1);
    const { status, stderr } = spawnSync('sh', ['-c', 'gzip -dc packed.geojsonl.gz | "$0" places import /dev/stdin -o piped.places', binary],
      { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.deepEqual(fs.readFileSync(inFolder('piped.places')), fs.readFileSync(inFolder('packed.places')));
  });

  it('whose mistake is in the second file leaves the old file', () => {
    fs.writeFileSync(inFolder('good.geojson'), feature({ name: 'Good' }));
    fs.writeFileSync(inFolder('bad.geojson'), `${feature({ name: 'Good' })}\n${feature({ name: 1 })}\n`);
    fs.writeFileSync(inFolder('kept.places'), 'kept');
    assert.equal(refused(['good.geojson', 'bad.geojson', '-o', 'kept.places']),
      'proxyherd places import: bad.geojson:2: properties.name must be a string\n');
    assert.equal(fs.readFileSync(inFolder('kept.places'), 'utf8'), 'kept');
  });

  it('that cannot be read or written is refused before anything is done', () => {
    assert.equal(refused(['none.geojson', '-o', 'x.places']),
      'proxyherd places import: none.geojson: cannot be read: No such file or directory\n');
    assert.equal(refused(['.', '-o', 'x.places']), 'proxyherd places import: .: cannot be read: Is a directory\n');
    assert.equal(refused(['good.geojson', '-o', 'good.geojson']),
      'proxyherd places import: good.geojson: is the place file to be made as well\n');
    assert.equal(refused(['good.geojson', '-o', 'none/of/these/x.places']),
      'proxyherd places import: none/of/these/x.places: cannot be made in none/of/these: No such file or directory; choose a folder that exists and may be written to\n');
  });

  it('does not become a folder, a pipe or a device, which is said before anything is read', () => {
    fs.mkdirSync(inFolder('folder'), { recursive: true });
    execFileSync('mkfifo', [inFolder('fifo')]);
    fs.symlinkSync('loop', inFolder('loop'));
    for (const [out, why] of [
      ['', "the place file's name is empty; name one: -o OUT.places"],
      ['folder', 'folder: is a folder; name a file in it: -o folder/OUT.places'],
      ['new/', 'new/: is a folder; name a file in it: -o new/OUT.places'],
      ['fifo', 'fifo: is a pipe, which a place file cannot replace; name a file'],
      ['/dev/null', '/dev/null: is a device, which a place file cannot replace; name a file'],
      ['loop', 'loop: cannot be looked at: Too many levels of symbolic links'],
    ]) {
      assert.equal(refused(['none.geojson', '-o', out]), `proxyherd places import: ${why}\n`);
    }
    fs.rmSync(inFolder('loop'));
  });

  it('becomes the file that a link leads to, and the link stays', () => {
    fs.mkdirSync(inFolder('data'));
    fs.writeFileSync(inFolder('data/real.places'), 'old');
    fs.symlinkSync('data/link.places', inFolder('link.places'));
    fs.symlinkSync('real.places', inFolder('data/link.places'));
    fs.symlinkSync(inFolder('data/fresh.places'), inFolder('fresh.places'));
    for (const [link, file] of [['link.places', 'real.places'], ['fresh.places', 'fresh.places']]) {
      assert.equal(imported('good.geojson', '-o', link).file, link);
      assert.ok(fs.lstatSync(inFolder(link)).isSymbolicLink());
      assert.equal(near(link, '10,20').results[0].name, 'Good');
      assert.ok(fs.lstatSync(inFolder(`data/${file}`)).isFile());
    }
    assert.deepEqual(fs.readdirSync(inFolder('data')).sort(), ['fresh.places', 'link.places', 'real.places']);
    assert.equal(refused(['good.geojson', 'data/real.places', '-o', 'link.places']),
      'proxyherd places import: data/real.places: is the place file to be made as well\n');
  });

  it('says how many places came more than once, which others do not because of their files', () => {
    for (const town of ['paris', 'rome']) fs.writeFileSync(inFolder(`shops.${town}.geojson`), feature({ name: town }, { id: 1 }));
    assert.equal(imported('shops.paris.geojson', 'shops.rome.geojson', '-o', 's.places').places, 2);
    assert.equal(proxyherd(['places', 'import', 'shops.paris.geojson', 'shops.rome.geojson', '-o', 's.places', '--id-prefix', 's']).stdout,
      'shops.paris.geojson: 1 place (own 1)\nshops.rome.geojson: 1 place (own 1)\ns.places: 1 place (1 came more than once)\n');
    assert.equal(near('s.places', '10,20').results[0].name, 'rome');
  });

  it('whose summary cannot be written is made, but does not end well', () => {
    const run = (command) => spawnSync('sh', ['-c', `"$0" ${command} > /dev/full`, binary], { cwd: folder, encoding: 'utf8' });
    const made = run('places import good.geojson -o full.places');
    assert.equal(made.stderr, 'proxyherd places import: full.places is made, but the output could not be written\n');
    assert.equal(made.status, 1);
    const told = run('places info full.places');
    assert.equal(told.stderr, 'proxyherd places info: the output could not be written\n');
    assert.equal(told.status, 1);
  });

  it('whose ids are to begin with what is no word is refused', () => {
    for (const word of ['', 'two words', 'tab\t']) {
      const { status, stderr } = proxyherd(['places', 'import', 'good.geojson', '-o', 'x.places', '--id-prefix', word]);
      assert.match(stderr, /--id-prefix: ".*" is no word; place ids have no white space/);
      assert.notEqual(status, 0);
      assert.ok(!fs.existsSync(inFolder('x.places')));
    }
  });

  it('shows a bar on a terminal, which is gone at the end', { skip: spawnSync('script', ['--version']).status === 0 ? false : 'script is not installed' }, () => {
    const { stdout } = spawnSync('script', ['-qec', `${binary} places import large.geojson -o bar.places`, '/dev/null'],
      { cwd: folder, encoding: 'utf8' });
    assert.match(stdout, /\r█*░* reading large\.geojson  \d+\.\d MB\/s  0 places  /);
    assert.match(stdout, /\r\x1b\[Klarge\.geojson: 1 place/);
    if (osmium) {
      const { stdout: ofExtract } = spawnSync('script', ['-qec', `${binary} places import village.osm -o bar.places`, '/dev/null'],
        { cwd: folder, encoding: 'utf8' });
      assert.match(ofExtract, /\r█*░* filtering village\.osm  \d+\.\d MB\/s  0 places  /);
    }
  });
});
