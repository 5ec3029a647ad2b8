import { expect, test } from "vitest";
import { home, type Place, placeOf, queryOf } from "./address.ts";

test("an address says all that a place has, and nothing that is as at first", () => {
  const place: Place = {
    view: "compare",
    run: null,
    chosen: ["three/sgd-1", "a&b=c #ü"],
    filter: 'learningRate>0.1 "my run"',
    sort: "testError",
    grouped: true,
    axis: "seconds",
    log: true,
    smoothing: 50,
    zoom: [0.25, 1e6],
    quantity: "testLoss",
  };
  expect(placeOf(queryOf(place))).toEqual(place);
  expect(queryOf(home)).toBe("");
  const run: Place = { ...home, view: "run", run: "a/b" };
  expect(placeOf(queryOf(run))).toEqual(run);
});

test("what an address says wrongly is as without it", () => {
  expect(placeOf("?axis=weeks&smoothing=-3&from=5&to=2&quantity=x&view=y")).toEqual(home);
  expect(placeOf("?smoothing=1e9&from=NaN&to=Infinity")).toEqual(home);
});
