// Waiting: for a reader, or for something to come true; never when the show has been called off.

export class Clock {
  #calledOff;
  #callOff;

  /// `live`: somebody watches. `check` throws when it is pointless to wait on.
  constructor(live, check) {
    Object.assign(this, { live, check });
    this.#calledOff = new Promise((_, reject) => (this.#callOff = reject));
    this.#calledOff.catch(() => {});
  }

  /// Makes every wait, present and future, fail with `reason`.
  callOff(reason) {
    this.#callOff(reason);
  }

  async wait(seconds) {
    let timer;
    const over = new Promise((resolve) => (timer = setTimeout(resolve, seconds * 1000)));
    try {
      await Promise.race([over, this.#calledOff]);
    } finally {
      clearTimeout(timer);
    }
    this.check();
  }

  /// For a reader to follow: nothing where nobody watches.
  async pause(seconds) {
    if (this.live) await this.wait(seconds);
  }

  /// Asks `probe` until it resolves to something true, and resolves to that; an error naming `what` after `seconds`.
  async until(what, seconds, probe) {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const found = await Promise.race([probe(), this.#calledOff]);
      if (found) return found;
      if (performance.now() > deadline) throw new Error(`This did not come about within ${seconds} s: ${what}`);
      await this.wait(0.001);
    }
  }
}
