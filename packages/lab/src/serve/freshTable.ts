/** A table of runs that is looked at again when somebody asks and the last look is some time ago; nobody asks, nothing is done. */
import type { RunTable } from "./runTable.ts";

/** The table, and a look at the folder where the last one is too long ago. */
export interface FreshTable {
  readonly table: RunTable;
  /** @throws InputError if the folder cannot be read */
  refresh(): Promise<void>;
}

/** How long a look holds. */
export interface LookTimes {
  /** Milliseconds, at least. */
  readonly look: number;
  /** And so many times as long as the look took: large folders are looked at less often. */
  readonly rest: number;
  /** Milliseconds, at most: a look that reads long logs for the first time is no measure of the next. */
  readonly most: number;
}

/** A table that is looked at when it is asked for. */
export function freshTable(table: RunTable, { look: atLeast, rest, most }: LookTimes): FreshTable {
  let next = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;
  const look = async (): Promise<void> => {
    const began = performance.now();
    await table.refresh();
    const ended = performance.now();
    next = ended + Math.max(atLeast, Math.min(most, rest * (ended - began)));
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
