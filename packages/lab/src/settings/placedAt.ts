/** Settings of a run whose data are somewhere else than they say. */
import { resolve } from "node:path";
import { dataSetNames, usualOptionsOf } from "entropy-sgd-training/node";
import type { Settings } from "./settings.ts";

/**
 * The settings with their data at a place: another name of data, or the path of a folder or a file. Data of a name are read in another
 * place as they are by their name, and the options for that are among the settings then.
 *
 * @param place - absent where the data are where the settings say. Paths become absolute, since config.json is read from other working
 *   folders too
 */
export function placedAt(settings: Settings, place: string | undefined): Settings {
  if (place === undefined) return settings;
  if (dataSetNames.includes(place)) return { ...settings, data: place };
  return { ...withUsualOptions(settings, settings.data), data: resolve(place) };
}

/** The settings with the options of data of a name; those that they have come before. */
export function withUsualOptions(settings: Settings, name: string | null): Settings {
  const usual = usualOptionsOf(name) as Settings["dataOptions"];
  return { ...settings, dataOptions: { ...usual, ...settings.dataOptions } };
}
