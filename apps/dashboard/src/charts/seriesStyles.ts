/**
 * How series look: a colour and a dash, so that none is recognised by colour alone. The same as on the workbench's other pages
 * (packages/lab/src/report/styles.ts); the colours themselves are custom properties of apps/series.css.
 */

/** A colour's number in `--series-0` … `--series-8`, and a dash pattern in pixels; empty for a whole line. */
export interface SeriesStyle {
  readonly color: number;
  readonly dash: readonly number[];
}

/** How many colours there are. */
export const numColors = 9;

/** Lines with more points have no dots at them. */
export const maxDots = 60;

const dashes = [[], [8, 3], [2, 3], [9, 3, 2, 3], [14, 4]] as const;

/** Optimizers in the order of the colours. */
const known = ["entropy-sgd", "sgd", "adam", "sgld", "entropy-adam", "sam", "swa", "adamw", "control"] as const;

/** The style of a number. */
export function numberedStyle(index: number): SeriesStyle {
  return { color: index % numColors, dash: dashes[index % dashes.length]! };
}

/** Styles of series by name, no two equal; names that begin with an optimizer's have its colour, others those that are left. */
export function stylesOf(names: readonly string[]): readonly SeriesStyle[] {
  const colors = names.map(knownColor);
  const taken = new Set(colors);
  const free = Array.from({ length: numColors }, (_, i) => i).filter((i) => !taken.has(i));
  const cycle = free.length > 0 ? free : Array.from({ length: numColors }, (_, i) => i);
  const times = new Map<number, number>();
  let next = 0;
  return colors.map((own) => {
    const color = own ?? cycle[next++ % cycle.length]!;
    const time = times.get(color) ?? 0;
    times.set(color, time + 1);
    return { color, dash: dashes[(color + time) % dashes.length]! };
  });
}

function knownColor(name: string): number | null {
  const own = known
    .filter((one) => name === one || (name.startsWith(one) && /^[^a-z0-9]/i.test(name.slice(one.length))))
    // The longest name first, since "adamw" begins with "adam".
    .sort((one, other) => other.length - one.length)[0];
  return own === undefined ? null : known.indexOf(own);
}
