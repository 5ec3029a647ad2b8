/** A table of runs that is looked at again when somebody asks and the last look is some time ago; nobody asks, nothing is done. */
import type { RunTable } from "./runTable.ts";

/** The table, and a look at the folder where the last one is too long ago. */
export interface FreshTable {
  readonly table: RunTable;
  /** @throws InputError if the folder itself is gone */
  refresh(): Promise<void>;
}

/** The part of the time that may be spent looking: large folders are looked at less often. */
const share = 1 / 20;

/** @param every - milliseconds between looks, at least */
export function freshTable(table: RunTable, every: number): FreshTable {
  let next = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;
  const look = async (): Promise<void> => {
    const began = performance.now();
    await table.refresh();
    const ended = performance.now();
    next = ended + Math.max(every, (ended - began) / share);
  };
  return {
    table,
    async refresh() {
      if (looking === null && performance.now() < next) return;
      looking ??= look().finally(() => {
        looking = null;
      });
      await looking;
    },
  };
}
