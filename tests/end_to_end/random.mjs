// Random choices that a seed repeats.

/// Numbers in [0, 1) from a seed (mulberry32).
export function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/// The seed of this run: $SEED, or another one each time. `t` is the test that tells it.
export function seedOfRun(t) {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9);
  t?.diagnostic(`SEED=${seed}`);
  return seed;
}
