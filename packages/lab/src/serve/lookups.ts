/** What a request names, found in the table: names are compared with those that are there, and no path is made of them. */
import type { FreshTable } from "./freshTable.ts";
import { type Place, placesOf } from "./places.ts";
import { refusal } from "./refusal.ts";
import type { RunLog } from "./runLog.ts";
import type { RunTable, TableEntry } from "./runTable.ts";

/** Finds runs and measurements as they are now. Each throws HTTPException (404) where there is none, InputError for damaged files. */
export interface Lookups {
  table(): Promise<RunTable>;
  entryOf(id: string): Promise<TableEntry>;
  logOf(id: string): Promise<RunLog>;
  placeOf(run: string, place: string): Promise<Place>;
}

/** The lookups in a folder. */
export function lookupsIn(folder: string, { table, refresh }: FreshTable): Lookups {
  const entryOf = async (id: string): Promise<TableEntry> => {
    await refresh();
    const entry = table.entry(id);
    if (entry === undefined) throw refusal(404, `there is no run ${JSON.stringify(id)}`);
    return entry;
  };
  return {
    async table() {
      await refresh();
      return table;
    },
    entryOf,
    async logOf(id) {
      await entryOf(id);
      const log = table.log(id);
      if (log === undefined) throw refusal(404, `${JSON.stringify(id)} is no run`);
      return log;
    },
    async placeOf(run, place) {
      const { found } = await entryOf(run);
      const own = placesOf(folder, found.path).find((candidate) => candidate.run === run && candidate.place === place);
      if (own === undefined) throw refusal(404, `${JSON.stringify(run)} has no measurement ${JSON.stringify(place)}`);
      return own;
    },
  };
}
