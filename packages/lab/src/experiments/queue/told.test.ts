import { expect, test } from "vitest";
import { toldIn } from "./told.ts";

test.each([
  { type: "begin", worker: "a", attempt: 2, resumes: true },
  { type: "begin", worker: "a", attempt: 1 },
  { type: "declined", worker: "a", why: "no data" },
  { type: "returned", worker: "a", why: "SIGTERM" },
])("%j is heard, also where a later version tells more", (told) => {
  expect(toldIn(told)).toEqual(told);
  expect(toldIn({ ...told, later: 1 })).toEqual(told);
});

test.each([
  [null],
  ["begin"],
  [{ type: "later", worker: "a" }],
  [{ type: "begin", worker: "a" }],
  [{ type: "begin", worker: "a", attempt: 0 }],
  [{ type: "returned", worker: 1, why: "" }],
  [{ type: "event", event: { type: "none" } }],
])("%j is passed over", (said) => {
  expect(toldIn(said)).toBeNull();
});
