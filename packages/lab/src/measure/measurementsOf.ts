/** The measurements of a run that are on the disk. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { readPlainText } from "entropy-sgd-training/node";
import { type MeasurementName, measurementNames, measurementsFolder } from "./place.ts";

/** A measurement whose page is written, which is written last. */
export interface FoundMeasurement {
  readonly name: MeasurementName;
  readonly folder: string;
}

const maxNoteBytes = 2 ** 16;

/** The measurements in a run's folder, and those in another's that it has a note of, in order of their names; none without any. */
export function measurementsOf(run: string): FoundMeasurement[] {
  const folder = join(run, measurementsFolder);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((entry) => (entry.endsWith(".elsewhere") ? notedIn(folder, entry) : allIn(join(folder, entry))))
    .filter(({ name, folder: place }) => existsSync(join(place, `${name}.html`)));
}

function allIn(folder: string): FoundMeasurement[] {
  return measurementNames.map((name) => ({ name, folder }));
}

/** What a note says; it may say anything. */
function notedIn(folder: string, entry: string): FoundMeasurement[] {
  try {
    const { name, place } = JSON.parse(readPlainText(join(folder, entry), maxNoteBytes)) as Record<string, unknown>;
    const known = measurementNames.find((candidate) => candidate === name);
    return known === undefined ? [] : [{ name: known, folder: join(folder, ...String(place).split("/")) }];
  } catch {
    return [];
  }
}
