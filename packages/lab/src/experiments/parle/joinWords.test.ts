import { expect, test } from "vitest";
import { readyWords, waitingWords } from "./joinWords.ts";

const three = { run: "first", count: 3 };

test.each([
  [
    { replica: 1, there: [0, 1], absent: [2], ended: [] },
    "this is replica-2 of first, waiting for replica-3: 2 of 3 replicas are there (replica-1 and replica-2)",
  ],
  [
    { replica: 0, there: [0], absent: [1, 2], ended: [2] },
    "this is replica-1 of first, waiting for replica-2 and replica-3: 1 of 3 replicas is there (replica-1); " +
      "replica-3 has ended, and comes only if the run begins anew",
  ],
  [
    { replica: 0, there: [0], absent: [1, 2], ended: [0, 1, 2] },
    "the run first has ended; this is replica-1 of a new one of that name, waiting for replica-2 and replica-3: " +
      "1 of 3 replicas is there (replica-1)",
  ],
])("%j waits", (waiting, words) => {
  expect(waitingWords(three, waiting, false)).toBe(words);
});

test("one that comes back and finds nobody says when it would wait in vain", () => {
  const alone = { replica: 1, there: [1], absent: [0, 2], ended: [] };
  expect(waitingWords(three, alone, true)).toBe(
    "this is replica-2 of first, waiting for replica-1 and replica-3: 1 of 3 replicas is there (replica-2); it goes on when their " +
      "commands are given again. Have they ended, which the server does not know of a run that was removed from it, it would wait for " +
      "ever: stop it then",
  );
  const others = { ...alone, there: [0, 1], absent: [2] };
  expect(waitingWords(three, others, true)).toBe(waitingWords(three, others, false));
  const known = { ...alone, ended: [0] };
  expect(waitingWords(three, known, true)).toBe(waitingWords(three, known, false));
});

test.each([
  [{ replica: 2, there: [0, 1, 2], absent: [], ended: [] }, "this is replica-3 of first: all 3 replicas are there"],
  [
    { replica: 2, there: [2], absent: [0, 1], ended: [0] },
    "1 of 3 replicas of first is there: replica-1 has ended, replica-2 does not answer; replica-3, this one, goes on",
  ],
  [
    { replica: 0, there: [0], absent: [1, 2], ended: [1, 2] },
    "1 of 3 replicas of first is there: replica-2 and replica-3 have ended; replica-1, this one, goes on",
  ],
])("%j waits no longer", (joined, words) => {
  expect(readyWords(three, joined)).toBe(words);
});
