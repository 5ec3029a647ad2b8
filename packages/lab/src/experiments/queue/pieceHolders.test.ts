import { expect, test } from "vitest";
import { pieceHolders } from "./pieceHolders.ts";
import type { Told } from "./told.ts";

const begin = (worker: string, attempt: number): Told => ({ type: "begin", worker, attempt });

test("attempts are those on which a worker has begun; the worker before is told with them", () => {
  const holders = pieceHolders();
  expect(holders.hear("a", begin("one", 3))).toEqual(begin("one", 1));
  // The same delivery told again, as after a lost answer.
  expect(holders.hear("a", begin("one", 3))).toEqual(begin("one", 1));
  expect(holders.hear("b", begin("one", 1))).toEqual(begin("one", 1));
  expect(holders.hear("a", begin("two", 7))).toEqual({ ...begin("two", 2), after: "one" });
  expect(holders.hear("a", begin("two", 8))).toEqual(begin("two", 3));
  const declined: Told = { type: "declined", worker: "one", why: "no data" };
  expect(holders.hear("a", declined)).toBe(declined);
  holders.forget("a");
  expect(holders.hear("a", begin("two", 9))).toEqual(begin("two", 1));
});

test("a worker that is not there at two looks in a row is told of once, one that gave its run back is not", () => {
  const holders = pieceHolders();
  for (const [id, worker] of [
    ["a", "one"],
    ["b", "two"],
    ["c", "three"],
  ] as const)
    holders.hear(id, begin(worker, 1));
  holders.hear("c", { type: "returned", worker: "three", why: "SIGTERM" });
  const ids = ["a", "b", "c", "unbegun"];
  const looks = [["two"], ["one"], ["two"], [], []].map((workers) => holders.look(workers, ids));
  expect(looks).toEqual([[], [], [], [{ id: "a", worker: "one" }], [{ id: "b", worker: "two" }]]);
  expect(holders.look([], ids)).toEqual([]);
  holders.hear("a", begin("four", 2));
  expect([holders.look([], ["b"]), holders.look([], ["b"]), holders.look([], ids), holders.look([], ids)]).toEqual([
    [],
    [],
    [],
    [{ id: "a", worker: "four" }],
  ]);
});
