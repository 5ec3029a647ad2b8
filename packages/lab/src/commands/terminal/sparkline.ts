/** A curve in one line of block characters. */

/** Eight heights, from an eighth of a character to the whole. */
const blocks = "▁▂▃▄▅▆▇█";

/** A range of more than a factor of ten is drawn on a logarithmic scale. */
const logarithmicFrom = 10;

/** A curve as text, and how its heights are to be read. */
export interface Sparkline {
  readonly text: string;
  readonly isLogarithmic: boolean;
  /** Of what is drawn: means, where several values share a character. */
  readonly range: readonly [number, number];
}

/**
 * At most `width` characters, each the mean of equally many values. Values that are not finite are left out; null where no value
 * is left.
 */
export function sparkline(values: readonly number[], width: number): Sparkline | null {
  const finite = values.filter(Number.isFinite);
  const numCells = Math.min(width, finite.length);
  if (numCells < 1) return null;
  const edge = (cell: number): number => Math.floor((cell * finite.length) / numCells);
  const means = Array.from({ length: numCells }, (_, cell) => {
    const part = finite.slice(edge(cell), edge(cell + 1));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const range = [Math.min(...means), Math.max(...means)] as const;
  const isLogarithmic = range[0] > 0 && range[1] > logarithmicFrom * range[0];
  const height = isLogarithmic ? Math.log : (value: number): number => value;
  const [low, high] = [height(range[0]), height(range[1])];
  // A curve without a range lies on the ground.
  const levelOf = (value: number): number => (high > low ? (height(value) - low) / (high - low) : 0);
  const text = means.map((mean) => blocks[Math.min(blocks.length - 1, Math.floor(blocks.length * levelOf(mean)))]);
  return { text: text.join(""), isLogarithmic, range };
}
