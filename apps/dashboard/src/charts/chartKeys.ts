/** What keys do in a chart. */

/** Moves the cursor, changes the interval, or shows all. */
export type ChartKey =
  | { readonly kind: "move"; readonly pixels: number }
  | { readonly kind: "zoom"; readonly factor: number }
  | { readonly kind: "all" };

/** The meaning of a key; null for none. */
export function chartKey({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): ChartKey | null {
  if (ctrlKey || metaKey || altKey) return null;
  const pixels = shiftKey ? 40 : 4;
  if (key === "ArrowLeft") return { kind: "move", pixels: -pixels };
  if (key === "ArrowRight") return { kind: "move", pixels };
  if (key === "+" || key === "=") return { kind: "zoom", factor: 0.5 };
  if (key === "-" || key === "_") return { kind: "zoom", factor: 2 };
  return key === "0" || key === "Home" ? { kind: "all" } : null;
}

/** An interval made shorter or longer around one of its points. */
export function zoomedBy([from, to]: readonly [number, number], center: number, factor: number): [number, number] {
  return [center - factor * (center - from), center + factor * (to - center)];
}

/** An interval cut to what there is; null where that is all, or nothing. */
export function within(
  asked: readonly [number, number] | null,
  [low, high]: readonly [number, number],
): readonly [number, number] | null {
  if (asked === null) return null;
  const [from, to] = [Math.max(low, asked[0]), Math.min(high, asked[1])];
  return from >= to || (from <= low && to >= high) ? null : [from, to];
}
