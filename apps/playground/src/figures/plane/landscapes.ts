/** The landscapes of the plane, each with the expression that makes it from the library's planted functions. */
import {
  type GaussianWell,
  gaussianWells,
  type PlantedObjective,
  rosenbrock,
  scatteredWells,
} from "entropy-sgd/planted";

/** A point of the plane. */
export type Point = readonly [x: number, y: number];

/** The square that is shown. */
export const square = { low: -2, high: 2 } as const;

/** A function of two variables. */
export interface Landscape {
  readonly words: string;
  readonly objective: PlantedObjective;
  /** The program of `objective`, whose functions are of `entropy-sgd/planted`. */
  readonly code: string;
  /** Minima with names; a point within `reach` of one is said to be there. */
  readonly places: readonly { readonly name: string; readonly at: Point; readonly reach: number }[];
  readonly start: Point;
}

type Well = GaussianWell & { readonly centre: Point };

const wide: Well = { centre: [-0.9, -0.3], depth: 1, width: 0.7 };
const sharp: Well = { centre: [0.9, 0.4], depth: 1.1, width: 0.2 };
const equal: readonly Well[] = [-1, 1].map((x) => ({ centre: [x, 0], depth: 1, width: 0.6 }));
const scattered = { numWells: 160, range: 2.2, depth: 0.3, width: 0.13, seed: 1 };

/** The program of wells in a bowl; `more` are further entries of the list. */
function wellsCode(wells: readonly Well[], bowl: number, ...more: readonly string[]): string {
  const entries = wells.map((well) => `${literal({ ...well })},`);
  const lines = [...entries, ...more].map((entry) => `    ${entry}\n`).join("");
  return `gaussianWells(\n  [\n${lines}  ],\n  ${bowl},\n)`;
}

/** An object of numbers and lists of numbers as TypeScript. */
function literal(fields: Readonly<Record<string, number | readonly number[]>>): string {
  const text = (value: number | readonly number[]): string =>
    typeof value === "number" ? String(value) : `[${value.join(", ")}]`;
  return `{ ${Object.entries(fields)
    .map(([name, value]) => `${name}: ${text(value)}`)
    .join(", ")} }`;
}

const wideAndSharp = [
  { name: "the wide well", at: wide.centre, reach: 0.7 },
  { name: "the sharp well", at: sharp.centre, reach: 0.25 },
] as const;

/** By the name in the page's address. */
export const landscapes = {
  wells: {
    words: "a wide and a sharp well",
    objective: gaussianWells([wide, sharp], 0.1),
    code: wellsCode([wide, sharp], 0.1),
    places: wideAndSharp,
    start: [1.2, 1],
  },
  rough: {
    words: "the same wells, rough",
    objective: gaussianWells([wide, sharp, ...scatteredWells(scattered)], 0.1),
    code: wellsCode([wide, sharp], 0.1, `...scatteredWells(${literal(scattered)}),`),
    places: wideAndSharp,
    start: [1.2, 1],
  },
  ravine: {
    words: "a curved ravine",
    objective: rosenbrock(10, 0.1),
    code: "rosenbrock(10, 0.1)",
    places: [{ name: "the minimum", at: [1, 1], reach: 0.25 }],
    start: [-1.2, 1],
  },
  saddle: {
    words: "a saddle between equal wells",
    objective: gaussianWells(equal, 0.2),
    code: wellsCode(equal, 0.2),
    places: [
      { name: "the left well", at: [-1, 0], reach: 0.6 },
      { name: "the right well", at: [1, 0], reach: 0.6 },
    ],
    start: [0, 1.4],
  },
} as const satisfies Readonly<Record<string, Landscape>>;

/** The names of the landscapes. */
export type LandscapeName = keyof typeof landscapes;
