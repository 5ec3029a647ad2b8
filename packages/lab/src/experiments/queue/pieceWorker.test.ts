import type { Json, WorkPiece } from "entropy-sgd-cluster";
import { expect, test } from "vitest";
import { pieceWorker } from "./pieceWorker.ts";

/** A worker at work that none of this version does, and what it has told of each message. */
function declining() {
  const told: [number, Json][] = [];
  const handler = pieceWorker({ worker: "one", out: "nowhere", allowModules: false, onWords: () => {} });
  const given = async (number: number, attempt: number): Promise<void> => {
    const piece: WorkPiece = {
      ...{ id: "a", work: { version: 1_000 }, number, attempt },
      tell: async (event) => void told.push([number, event]),
      send: async () => {},
    };
    await expect(handler(piece, new AbortController().signal)).rejects.toMatchObject({ name: "Declined" });
  };
  return { told, given };
}

const why = "the work is of version 1000, this worker of 1";
const declined: Json = { type: "declined", worker: "one", why };

test("what is declined is told of once", async () => {
  const { told, given } = declining();
  for (const attempt of [1, 2, 3]) await given(5, attempt);
  expect(told).toEqual([[5, declined]]);
});

test("what is asked for anew is told of anew, also where another worker has declined that before", async () => {
  const { told, given } = declining();
  await given(5, 1);
  await given(9, 2);
  await given(9, 4);
  // A server that has lost its disk counts anew.
  await given(9, 1);
  expect(told.map(([number]) => number)).toEqual([5, 9, 9]);
});
