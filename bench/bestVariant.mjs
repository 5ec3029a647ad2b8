// The search for an engine's fastest configuration.

/** How many of the fastest are tried once more: on a busy machine one short trial can mislead. */
const numFinalists = 3;

/**
 * Tries what each stage gives from the best so far, and then the fastest once more; a variant counts with its better time.
 *
 * `trial(variant)` gives `{ stepMs }` or `{ reason }`. A single configuration needs no trial.
 */
export function bestVariant({ stages }, network, trial) {
  const tried = [];
  const fastest = () => tried.filter(({ stepMs }) => stepMs !== null).sort((a, b) => a.stepMs - b.stepMs);
  for (const [i, stage] of stages.entries()) {
    const variants = stage(fastest()[0]?.variant, network);
    if (stages.length === 1 && variants.length === 1) return { variant: variants[0], tried, reason: null };
    for (const variant of variants) tried.push({ variant, stepMs: null, ...trial(variant) });
    // Where no first configuration runs, none made from it will.
    if (i === 0 && fastest().length === 0) return { variant: null, tried, reason: tried[0].reason };
  }
  for (const finalist of fastest().slice(0, numFinalists)) {
    const { stepMs } = trial(finalist.variant);
    if (stepMs !== undefined) finalist.stepMs = Math.min(finalist.stepMs, stepMs);
  }
  return { variant: fastest()[0].variant, tried, reason: null };
}
