// The search for a rate: on a grid of half decades, until the best point has a worse one on both sides.

/** Candidates, ascending: 1 and 3 times powers of ten. */
export const grid = [1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1, 3];

/** Candidates whose first seed is within this factor of the best's are measured with the other seeds too. */
const within = 1.5;

/**
 * The candidate with the smallest mean error over the seeds, the smaller one of equals, inside the candidates that were tried.
 *
 * Begins with `start` and its neighbours and goes on outwards while the best one is the outermost. A candidate that is worse
 * than `within` times the best with the first seed is out without the others.
 *
 * @param errorOf async (rate, seed) => validation error; 1 for a run that diverged
 */
export async function chooseRate(start, seeds, errorOf) {
  let [low, high] = [grid.indexOf(start) - 1, grid.indexOf(start) + 1];
  if (low < -1 || start === undefined) throw new RangeError(`start must be on the grid, got ${start}`);
  for (;;) {
    [low, high] = [Math.max(low, 0), Math.min(high, grid.length - 1)];
    const tried = grid.slice(low, high + 1);
    const first = await inOrder(tried, (rate) => errorOf(rate, seeds[0]));
    const limit = within * Math.min(...first);
    const means = await inOrder(tried, async (rate, i) => {
      if (first[i] > limit) return Number.POSITIVE_INFINITY;
      const errors = await inOrder(seeds, (seed) => errorOf(rate, seed));
      return errors.reduce((sum, error) => sum + error, 0) / errors.length;
    });
    const best = means.indexOf(Math.min(...means));
    if (best === 0 && low > 0) low -= 1;
    else if (best === tried.length - 1 && high < grid.length - 1) high += 1;
    else return { rate: tried[best], tried, means, inside: best > 0 && best < tried.length - 1 };
  }
}

async function inOrder(values, of) {
  const results = [];
  for (const [i, value] of values.entries()) results.push(await of(value, i));
  return results;
}
