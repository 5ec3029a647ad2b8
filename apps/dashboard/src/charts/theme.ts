/** Colours of the page as canvases need them, and the moment when they change. */
import { signal } from "@preact/signals";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Counts changes between light and dark: what is drawn on a canvas is drawn again. */
export const themeChanges = signal(0);

const found = new Map<string, string>();

dark.addEventListener("change", () => {
  found.clear();
  themeChanges.value += 1;
});

/** The value of a custom property of the page, such as `--ink`. */
export function themeColor(name: string): string {
  let color = found.get(name);
  if (color === undefined) {
    color = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    found.set(name, color);
  }
  return color;
}

/** The colour of a series. */
export function seriesColor(index: number): string {
  return themeColor(`--series-${index}`);
}

/** The same colour, translucent; custom properties here are `#rrggbb`. */
export function translucent(color: string, alpha: number): string {
  return `${color}${Math.round(255 * alpha)
    .toString(16)
    .padStart(2, "0")}`;
}
