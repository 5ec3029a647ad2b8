/** The figures of the page: a new one is its folder, its knobs and its line here, and its place in the article (index.html). */
import type { ComponentType } from "preact";
import type { KnobGroup } from "../state/knobs.ts";
import { findingsKnobs } from "./findings/knobs.ts";
import { langevinKnobs } from "./langevin/knobs.ts";
import { lenetKnobs } from "./lenet/knobs.ts";
import { networkKnobs } from "./network/knobs.ts";
import { planeKnobs } from "./plane/knobs.ts";
import { valleysKnobs } from "./valleys/knobs.ts";

/** A figure, loaded when its place comes near the screen. */
export interface FigureEntry {
  /** Known from the start, since they are in the page's address. */
  readonly group: KnobGroup;
  load(): Promise<{ readonly Figure: ComponentType }>;
}

/** In the order of the article; an element with the attribute `data-figure` and the group's name is its place. */
export const figures: readonly FigureEntry[] = [
  { group: valleysKnobs, load: () => import("./valleys/Figure.tsx") },
  { group: langevinKnobs, load: () => import("./langevin/Figure.tsx") },
  { group: planeKnobs, load: () => import("./plane/Figure.tsx") },
  { group: networkKnobs, load: () => import("./network/Figure.tsx") },
  { group: lenetKnobs, load: () => import("./lenet/Figure.tsx") },
  { group: findingsKnobs, load: () => import("./findings/Figure.tsx") },
];
