#!/usr/bin/env node
// What takes too long for every test run: the herd under load for minutes while servers die, stop or are cut off, and
// a million reports through each shape of herd. Prints a table of figures; status 1 if anything that must hold did not.
//
//   soak.mjs [PART...]    parts: those of the files in soak/; all of them without arguments
//
// $PROXYHERD gives the binary (default: build/release/proxyherd), SOAK_SECONDS how long a part loads the herd (60).

process.env.PROXYHERD ??= 'build/release/proxyherd';
const { printTable } = await import('./soak/figures.mjs');
const parts = Object.assign({}, ...(await Promise.all(
  ['servers', 'shapes', 'partitions', 'cables', 'network'].map((name) => import(`./soak/${name}.mjs`)))));

const chosen = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts);
const unknown = chosen.filter((name) => !parts[name]);
if (unknown.length > 0) {
  console.error(`soak: no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
let failed = 0;
for (const name of chosen) {
  try {
    await parts[name]();
  } catch (error) {
    ++failed;
    console.log(`  FAILED: ${error.stack}`);
  }
}
printTable();
console.log(failed === 0 ? '\nall held' : `\n${failed} of ${chosen.length} parts failed`);
process.exitCode = failed === 0 ? 0 : 1;
