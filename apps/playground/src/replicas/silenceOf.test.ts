import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { silenceOf } from "./silenceOf.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const patience = { every: 100, most: 3 };
const ended = (silence: Promise<void>): string[] => {
  const told: string[] = [];
  void silence.then(() => told.push("silent"));
  return told;
};

test("a thread that answers within its patience is never silent", async () => {
  const answers: (() => void)[] = [];
  const ask = (): Promise<void> => new Promise((resolve) => answers.push(resolve));
  const told = ended(silenceOf(ask, patience, new AbortController().signal));
  for (let round = 1; round <= 5; round++) {
    // Asked once, and waited for over two more turns.
    await vi.advanceTimersByTimeAsync(300);
    expect(answers).toHaveLength(round);
    answers.at(-1)!();
    await vi.advanceTimersByTimeAsync(0);
  }
  expect(told).toEqual([]);
});

test.each([
  ["answers nothing", () => new Promise<void>(() => {})],
  ["refuses", () => Promise.reject(new Error("its answer cannot be read"))],
])("one that %s is silent after three more turns", async (_, ask) => {
  const asked = vi.fn(ask);
  const told = ended(silenceOf(asked, patience, new AbortController().signal));
  await vi.advanceTimersByTimeAsync(399);
  expect([told, asked.mock.calls.length]).toEqual([[], 1]);
  await vi.advanceTimersByTimeAsync(1);
  expect(told).toEqual(["silent"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("time in which this thread stands still too does not count", async () => {
  const told = ended(silenceOf(() => new Promise(() => {}), patience, new AbortController().signal));
  await vi.advanceTimersByTimeAsync(100);
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(200);
  expect(told).toEqual([]);
});

test("nobody is asked after the signal", async () => {
  const stop = new AbortController();
  const asked = vi.fn(() => new Promise<void>(() => {}));
  const told = ended(silenceOf(asked, patience, stop.signal));
  stop.abort();
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(1_000);
  expect([told, asked.mock.calls]).toEqual([[], []]);
});
