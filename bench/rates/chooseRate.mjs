// The search for a rate: on a grid of half decades, until the best point has a worse one on both sides.

/** Candidates, ascending: 1 and 3 times powers of ten. */
const grid = [1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3];

/** After each seed but the last, candidates whose mean is beyond this factor of the best's are out. */
const within = [1.25, 1.1];

/**
 * The candidate with the smallest mean error over the seeds, the smaller one of equals, inside the candidates that were tried.
 *
 * Begins with `start` and its neighbours and goes on outwards while the best one is the outermost. Candidates race: who is
 * clearly worse after a seed is not measured with the next one. The winner has all seeds.
 *
 * @param errorOf async (rate, seed) => validation error; 1 for a run that diverged
 */
export async function chooseRate(start, seeds, errorOf) {
  const at = grid.indexOf(start);
  if (at < 0) throw new RangeError(`start must be on the grid, got ${start}`);
  let [low, high] = [Math.max(at - 1, 0), Math.min(at + 1, grid.length - 1)];
  for (;;) {
    const tried = grid.slice(low, high + 1);
    const rate = await winner(tried, seeds, errorOf);
    if (rate === tried[0] && low > 0) low -= 1;
    else if (rate === tried.at(-1) && high < grid.length - 1) high += 1;
    else return { rate, tried, inside: rate !== tried[0] && rate !== tried.at(-1) };
  }
}

async function winner(rates, seeds, errorOf) {
  let racing = rates.map((rate) => ({ rate, sum: 0 }));
  for (const [i, seed] of seeds.entries()) {
    for (const one of racing) one.sum += await errorOf(one.rate, seed);
    const best = Math.min(...racing.map(({ sum }) => sum));
    const limit = i < seeds.length - 1 ? within[i] * best : best;
    racing = racing.filter(({ sum }) => sum <= limit);
  }
  return racing[0].rate;
}
