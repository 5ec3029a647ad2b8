import { expect, test, vi } from "vitest";
import { freshTable } from "./freshTable.ts";
import type { RunTable } from "./runTable.ts";

test("a look that took long holds for a while, and never for longer than is said", async () => {
  vi.useFakeTimers();
  try {
    let looks = 0;
    let takes = 3000;
    const refresh = async (): Promise<void> => {
      looks += 1;
      await vi.advanceTimersByTimeAsync(takes);
    };
    const fresh = freshTable({ refresh } as unknown as RunTable, { look: 100, rest: 10, most: 5000 });
    await fresh.refresh();
    takes = 20;
    const after = async (milliseconds: number): Promise<number> => {
      await vi.advanceTimersByTimeAsync(milliseconds);
      await fresh.refresh();
      return looks;
    };
    // Ten times three seconds, but for the bound.
    expect([await after(4900), await after(200), await after(150), await after(100)]).toEqual([1, 2, 2, 3]);
  } finally {
    vi.useRealTimers();
  }
});
