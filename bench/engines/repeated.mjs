// Repeating something for a while, in Node and in pages.

/** Milliseconds of each repetition, for about `seconds`, at least 3; the first, which warms up, is left out. */
export async function measured(seconds, work) {
  const times = [];
  await work();
  const end = performance.now() + 1000 * seconds;
  // What takes long is repeated less.
  while ((times.length < 3 && performance.now() < end + 5000) || performance.now() < end) {
    const begun = performance.now();
    await work();
    // Clocks are no finer than 0.1 µs, and raw values are kept in a file.
    times.push(Number((performance.now() - begun).toFixed(4)));
  }
  return times;
}
