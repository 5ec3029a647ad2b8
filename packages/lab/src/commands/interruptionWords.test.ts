import { expect, test } from "vitest";
import { interruptionWords } from "./interruptionWords.ts";

const queue = { nats: "nats://host:4222", queue: "rates" };
const args = ["sweep", "rates.yaml"];

test.each([
  ["a comparison here", true, {}, 0, "What is done is kept: npx entropy-sgd resume runs/a goes on"],
  ["a sweep here", false, {}, 0, "What is done is kept: npx entropy-sgd sweep rates.yaml goes on"],
  [
    "a part of a comparison",
    true,
    { shard: { index: 1, count: 3 } },
    0,
    "What is done is kept: npx entropy-sgd resume runs/a --shard 1/3 goes on",
  ],
  [
    "a comparison that has put nothing on its queue",
    true,
    { queue },
    0,
    "No run is on the queue yet: npx entropy-sgd resume runs/a --nats nats://host:4222 --queue rates puts them there",
  ],
  [
    "a comparison on a queue",
    true,
    { queue: { ...queue, shared: "/disk" } },
    2,
    "The runs stay on the queue, where workers do them; npx entropy-sgd resume runs/a --nats nats://host:4222 --queue rates --shared /disk " +
      "goes on watching, npx entropy-sgd cluster remove RUN --nats nats://host:4222 --queue rates --yes takes a run off it",
  ],
])("%s that was interrupted says how it goes on", (_, isNew, where, numQueued, words) => {
  expect(interruptionWords(isNew, { out: "runs/a", ...where }, args, numQueued)).toBe(words);
});
