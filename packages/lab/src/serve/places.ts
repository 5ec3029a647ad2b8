/** Measurements that may be served: below the folder served by their real paths, so that no link leads out of it. */
import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { InputError } from "entropy-sgd-training";
import { readPlainText } from "entropy-sgd-training/node";
import { measurementsOf } from "../measure/measurementsOf.ts";
import { type MeasurementName, measurementsFolder, readNumbers } from "../measure/place.ts";
import { valueFrom } from "../runs/runFields.ts";
import type { MeasurementEntry } from "./api.ts";

/** A measurement and where it lies. */
export interface Place {
  /** The run whose folder it lies in. */
  readonly run: string;
  /** Its folder's name. */
  readonly place: string;
  readonly name: MeasurementName;
  readonly folder: string;
}

/** Sizes of files of measurements. */
const maxBytes = 64 * 2 ** 20;

/** The measurements of a run in the folder `root`; those whose folders are reached by a symbolic link are left out. */
export function placesOf(root: string, run: string): Place[] {
  try {
    const realRoot = realpathSync(root);
    return measurementsOf(run).flatMap(({ name, folder }) => {
      const real = realpathSync(folder);
      const owner = dirname(dirname(real));
      const isBelow = owner === realRoot || owner.startsWith(realRoot + sep);
      const isReal = basename(folder) === basename(real) && basename(dirname(real)) === measurementsFolder;
      if (!isBelow || !isReal || !lstatSync(real).isDirectory()) return [];
      const id = relative(realRoot, owner).split(sep).join("/") || ".";
      return [{ run: id, place: basename(real), name, folder: real }];
    });
  } catch {
    // Removed meanwhile, or not to be read.
    return [];
  }
}

/** A measurement as it is listed. */
export function measurementEntry({ run, place, name, folder }: Place): MeasurementEntry {
  const numbers = readNumbers(folder, name);
  const { settings } = numbers ?? {};
  const named = typeof settings === "object" && settings !== null ? Object.entries(settings) : [];
  return {
    run,
    place,
    name,
    interrupted: numbers?.interrupted === true,
    settings: named.map(([key, value]) => [key, valueFrom(value)]),
    figures: figuresIn(folder),
  };
}

/** Names of the SVGs in a folder; links are none. */
export function figuresIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".svg"))
      .map(({ name }) => name)
      .sort();
  } catch {
    // Removed meanwhile, or not to be read.
    return [];
  }
}

/** The numbers of a measurement, verified to be JSON. @throws InputError if they are missing or damaged */
export function numbersText({ folder, name }: Place): string {
  const file = join(folder, `${name}.json`);
  const text = readPlainText(file, maxBytes);
  try {
    JSON.parse(text);
  } catch {
    throw new InputError({ path: file, rule: "must be JSON" });
  }
  return text;
}

/** A figure that `figuresIn` lists. @throws InputError if it cannot be read */
export function figureText(folder: string, name: string): string {
  return readPlainText(join(folder, name), maxBytes);
}
