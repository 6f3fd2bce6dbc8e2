// Waiting for something to come true, with a deadline: the only waiting there is in these tests.

const pollMs = 10;

export const nextPoll = () => new Promise((resolve) => setTimeout(resolve, pollMs));

/// Asks `probe` again and again until it returns something truthy, and resolves to that. A probe that throws has not
/// come true yet; what it threw last is told when `seconds` have passed, or at once if it has `isFinal`.
export async function eventually(what, probe, seconds = 10) {
  const deadline = performance.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      const found = await probe();
      if (found) return found;
      last = undefined;
    } catch (error) {
      if (error.isFinal) throw error;
      last = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`not within ${seconds} s: ${what}${last ? `\n${last.message}` : ''}`, { cause: last });
    }
    await nextPoll();
  }
}

/// The promise's value, or an error naming `what` if it has none after `seconds`.
export async function within(seconds, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${seconds} s: ${what}`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
