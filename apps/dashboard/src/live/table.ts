/** The table of runs as it is now. */
import { signal } from "@preact/signals";
import type { RunList, RunRow, StreamEvents } from "entropy-sgd-lab";
import { ask } from "./ask.ts";

/** Runs in order of their ids. */
export type Table = Omit<RunList, "folder">;

/** null until it has been answered. */
export const table = signal<Table | null>(null);
/** The folder served. */
export const folder = signal("");
/** Why there is no table; null where there is one. */
export const tableError = signal<string | null>(null);

/** Asks for the table. */
export async function loadTable(): Promise<void> {
  try {
    const list = await ask<RunList>("runs");
    folder.value = list.folder;
    table.value = { version: list.version, runs: list.runs };
    tableError.value = null;
  } catch (error) {
    tableError.value = (error as Error).message;
  }
}

/** A table with the changes that the server told. */
export function withChanges(old: Table, { version, changed, removed }: StreamEvents["rows"]): Table {
  const gone = new Set(removed);
  const fresh = new Map(changed.map((row) => [row.id, row]));
  const kept = old.runs.flatMap((row) => {
    const now = fresh.get(row.id) ?? row;
    fresh.delete(row.id);
    return gone.has(row.id) ? [] : [now];
  });
  const runs: readonly RunRow[] =
    fresh.size === 0 ? kept : [...kept, ...fresh.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  return { version, runs };
}
