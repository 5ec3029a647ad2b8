/** Round numbers for an axis. */

/** Some numbers in [low, high], about `count`: one, two or five times a power of ten apart, or powers of ten. */
export function ticks(low: number, high: number, scale: "linear" | "log", count = 6): number[] {
  if (!(high > low)) return [low];
  return scale === "log" ? powers(low, high, count) : evenly(low, high, count);
}

function evenly(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function powers(low: number, high: number, count: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (last - first < 1) return evenly(low, high, count).filter((value) => value > 0);
  const every = Math.max(1, Math.ceil((last - first) / count));
  return Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) => Number(`1e${first + i * every}`));
}
