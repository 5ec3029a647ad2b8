/** What the page shows, as its address says it: a link shows the same, and the back button goes back. */

/** What curves are drawn against. */
export type Axis = "gradients" | "epochs" | "seconds";

/** All that the address holds. */
export interface Place {
  readonly view: "runs" | "run" | "compare";
  /** The run that is shown. */
  readonly run: string | null;
  /** Runs chosen for comparison. */
  readonly chosen: readonly string[];
  readonly filter: string;
  /** A field, or `-field` for falling. */
  readonly sort: string;
  readonly grouped: boolean;
  readonly axis: Axis;
  readonly log: boolean;
  /** Outer steps in the running mean; 1 for none. */
  readonly smoothing: number;
  /** The interval of the axis that is shown; null for all. */
  readonly zoom: readonly [number, number] | null;
  readonly quantity: Quantity;
}

/** What runs are compared by. */
export type Quantity = "test" | "validation" | "testLoss" | "validationLoss";

/** The place without an address. */
export const home: Place = {
  view: "runs",
  run: null,
  chosen: [],
  filter: "",
  sort: "-changed",
  grouped: false,
  axis: "gradients",
  log: false,
  smoothing: 1,
  zoom: null,
  quantity: "test",
};

const axes = ["gradients", "epochs", "seconds"] as const;
const quantities = ["test", "validation", "testLoss", "validationLoss"] as const;
const maxSmoothing = 1000;

/** The place that a query such as `?run=three/sgd-1&axis=epochs` means; what it says wrongly is as without it. */
export function placeOf(query: string): Place {
  const asked = new URLSearchParams(query);
  const run = asked.get("run");
  const view = asked.get("view") === "compare" ? "compare" : run === null ? "runs" : "run";
  const smoothing = Number(asked.get("smoothing") ?? 1);
  const [from, to] = [asked.get("from"), asked.get("to")].map((text) => (text === null ? Number.NaN : Number(text)));
  return {
    view,
    run: view === "run" ? run : null,
    chosen: asked.getAll("with"),
    filter: asked.get("filter") ?? home.filter,
    sort: asked.get("sort") ?? home.sort,
    grouped: asked.has("grouped"),
    axis: oneOf(axes, asked.get("axis")),
    log: asked.has("log"),
    smoothing: smoothing >= 1 && smoothing <= maxSmoothing ? Math.round(smoothing) : 1,
    zoom: from! < to! && Number.isFinite(from) && Number.isFinite(to) ? [from!, to!] : null,
    quantity: oneOf(quantities, asked.get("quantity")),
  };
}

/** The query of a place: only what differs from `home`; empty for that. */
export function queryOf(place: Place): string {
  const query = new URLSearchParams();
  if (place.view === "compare") query.set("view", "compare");
  if (place.view === "run" && place.run !== null) query.set("run", place.run);
  for (const run of place.chosen) query.append("with", run);
  if (place.filter !== home.filter) query.set("filter", place.filter);
  if (place.sort !== home.sort) query.set("sort", place.sort);
  if (place.grouped) query.set("grouped", "");
  if (place.axis !== home.axis) query.set("axis", place.axis);
  if (place.log) query.set("log", "");
  if (place.smoothing !== 1) query.set("smoothing", String(place.smoothing));
  if (place.zoom !== null) {
    query.set("from", String(Number(place.zoom[0].toPrecision(9))));
    query.set("to", String(Number(place.zoom[1].toPrecision(9))));
  }
  if (place.quantity !== home.quantity) query.set("quantity", place.quantity);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

function oneOf<Name extends string>(names: readonly Name[], asked: string | null): Name {
  return names.find((name) => name === asked) ?? names[0]!;
}
