/** The page's colours, as the style sheet has them for light and dark. */
import { signal } from "@preact/signals";
import type { Ink } from "./svgOf.ts";

const numSeries = 9;
const dark = matchMedia("(prefers-color-scheme: dark)");

function read(): Ink {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string): string => style.getPropertyValue(name).trim();
  const series = Array.from({ length: numSeries }, (_, i) => value(`--series-${i}`));
  return { surface: value("--surface"), text: value("--ink"), grid: value("--grid"), series };
}

/** The colours of now; changed when the system's scheme is. */
export const ink = signal<Ink>(read());
dark.addEventListener("change", () => {
  ink.value = read();
});

/** The colours of exported files, in any scheme. */
export const paperInk: Ink = {
  surface: "#ffffff",
  text: "#1b1b1a",
  grid: "#dddddd",
  series: ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C564B", "#7F7F7F"],
};
