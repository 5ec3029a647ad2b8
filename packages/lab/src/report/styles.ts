/** How series look: by name, so that an optimizer is the same on every page. */
import { optimizerNames } from "entropy-sgd";

/** A colour, a dash pattern and a marker, so that no series is recognised by one of them alone. */
export interface SeriesStyle {
  readonly color: string;
  /** stroke-dasharray; "none" for a whole line. */
  readonly dash: string;
  readonly symbol: "circle" | "square" | "triangle" | "diamond" | "star" | "wye";
}

/**
 * Colours that people with colour-vision deficiencies can distinguish (Okabe and Ito 2008, without yellow), brown and grey; first
 * on white, then on a dark page. Pages and figures name them as `--series-0` and so on.
 */
export const seriesColors: readonly (readonly [light: string, dark: string])[] = [
  ["#0072B2", "#4BA8E0"],
  ["#D55E00", "#F0843A"],
  ["#009E73", "#2FC79B"],
  ["#CC79A7", "#DE9CC2"],
  ["#E69F00", "#F0B43C"],
  ["#56B4E9", "#8CCBF2"],
  ["#000000", "#F2F2F2"],
  ["#8C564B", "#C08A7D"],
  ["#7F7F7F", "#A6A6A6"],
];

/** Surface, ink and series on a dark page, as custom properties. */
export const darkProperties: string = [
  "--surface:#17191b;--ink:#e6e6e3",
  ...seriesColors.map(([, dark], i) => `--series-${i}:${dark}`),
].join(";");

/** The colour of the page behind a figure: fills what is drawn hollow. */
export const surfaceColor = "var(--surface, white)";

/** The style within a figure that is a file of its own. */
export const darkFigureStyle: string = `<style>@media (prefers-color-scheme: dark){svg{${darkProperties}}}</style>`;

const dashes = ["none", "8 3", "2 3", "9 3 2 3", "14 4"] as const;
const symbols = ["circle", "square", "triangle", "diamond", "star", "wye"] as const;

/** Names in the order of the colours; what is younger comes last and shares colours, not dashes. */
const known = [
  ...new Set([
    "entropy-sgd",
    "sgd",
    "adam",
    "sgld",
    "entropy-adam",
    "sam",
    "swa",
    "adamw",
    "control",
    ...optimizerNames,
  ]),
];

/** The colour of a number, as figures have it: a custom property with the light colour where there is none. */
export function seriesColor(index: number): string {
  const at = index % seriesColors.length;
  return `var(--series-${at}, ${seriesColors[at]![0]})`;
}

/**
 * The styles of a figure's series, no two of them equal. A name that is an optimizer, or begins with one as in
 * "sgd learningRate=0.1" or "sgd-1", has its colour; other names take those that are left, in order.
 */
export function stylesOf(names: readonly string[]): ReadonlyMap<string, SeriesStyle> {
  const colors = names.map(knownColor);
  const taken = new Set(colors);
  const free = seriesColors.map((_, i) => i).filter((i) => !taken.has(i));
  const cycle = free.length > 0 ? free : seriesColors.map((_, i) => i);
  let next = 0;
  const count = new Map<number, number>();
  return new Map(
    names.map((name, i) => {
      const color = colors[i] ?? cycle[next++ % cycle.length]!;
      const variant = count.get(color) ?? 0;
      count.set(color, variant + 1);
      const at = color + variant;
      return [
        name,
        { color: seriesColor(color), dash: dashes[at % dashes.length]!, symbol: symbols[at % symbols.length]! },
      ];
    }),
  );
}

/** Styles of series that are not optimizers, such as differences of two: the first colours, in order. */
export function numberedStyles(names: readonly string[]): ReadonlyMap<string, SeriesStyle> {
  return new Map(
    names.map((name, i) => [
      name,
      { color: seriesColor(i), dash: dashes[i % dashes.length]!, symbol: symbols[i % symbols.length]! },
    ]),
  );
}

function knownColor(name: string): number | null {
  const exact = known.indexOf(name);
  if (exact >= 0) return exact;
  // The longest name first, since "adamw" begins with "adam".
  const own = known
    .filter((optimizer) => name.startsWith(optimizer) && /^[^a-z0-9]/i.test(name.slice(optimizer.length)))
    .sort((one, other) => other.length - one.length)[0];
  const at = own === undefined ? -1 : known.indexOf(own);
  return at < 0 ? null : at;
}
