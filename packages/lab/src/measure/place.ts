/** Folders of measurements, and how equal measurements are recognised. */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InputError } from "entropy-sgd-training";
import { readPlainText } from "entropy-sgd-training/node";
import { makeFolder, makeFolderWithin } from "../io/files.ts";

/** The commands whose results are measurements of runs. */
export const measurementNames = ["spectrum", "local-entropy", "robustness", "flatness", "slice"] as const;

/** Name of a measurement, of its page and of its numbers. */
export type MeasurementName = (typeof measurementNames)[number];

/** What determines the numbers of a measurement: two measurements with equal ones are the same. */
export interface MeasurementKey {
  readonly name: MeasurementName;
  readonly settings: Readonly<Record<string, string | number>>;
  /** SHA-256 of the weights of each run measured. */
  readonly weights: readonly string[];
}

/** The folder in a run for its measurements. */
export const measurementsFolder = "measurements";

const maxNumbersBytes = 64 * 2 ** 20;
/** Characters of another run's name in a folder's name: file systems allow 255 bytes. */
const maxNameLength = 60;

/** A place, and whether it is in use. */
export interface MeasurementPlace {
  readonly folder: string;
  /** Whether the same measurement is there, complete or interrupted; null where none is. */
  readonly found: "complete" | "interrupted" | null;
}

/**
 * The place of a measurement: `out`, or RUN/measurements/NAME, for two runs NAME-with-OTHER in the first run's folder, with -2, -3,
 * … appended until the name is free or has the same measurement. Nothing is written.
 *
 * @throws InputError if `out` has a measurement of this name of other runs or settings
 */
export function measurementPlace(
  key: MeasurementKey,
  runs: readonly string[],
  out: string | undefined,
): MeasurementPlace {
  if (out !== undefined) {
    const found = foundIn(out, key);
    if (found !== "other") return { folder: out, found };
    throw new InputError({
      path: join(out, `${key.name}.json`),
      rule: `is the ${key.name} of other runs, weights or settings; choose another --out`,
    });
  }
  const second = runs[1] === undefined ? undefined : basename(resolve(runs[1]));
  const base = second === undefined ? key.name : `${key.name}-with-${second.slice(0, maxNameLength)}`;
  const parent = join(runs[0]!, measurementsFolder);
  for (let number = 1; ; number++) {
    const folder = join(parent, number === 1 ? base : `${base}-${number}`);
    const found = foundIn(folder, key);
    if (found !== "other") return { folder, found };
  }
}

/**
 * Checks, before anything is measured, that the results can be written; a folder given as `out` is not made yet.
 *
 * @throws InputError if a link or a file has the name of a folder, or the disk cannot be written
 */
export function requireWritablePlace(runs: readonly string[], out: string | undefined): void {
  if (out === undefined) {
    makeFolder(makeFolderWithin(runs[0]!, measurementsFolder));
    return;
  }
  let there = resolve(out);
  while (!existsSync(there)) there = dirname(there);
  makeFolder(there);
}

/** Makes the folder of a place. @throws InputError if a link or a file has its name, or it cannot be made */
export function makePlace({ folder }: MeasurementPlace, runs: readonly string[], out: string | undefined): void {
  if (out !== undefined) makeFolder(folder);
  else makeFolderWithin(makeFolderWithin(runs[0]!, measurementsFolder), basename(folder));
}

/** The numbers of a measurement as they were written; null if there are none, or they cannot be read. */
export function readNumbers(folder: string, name: MeasurementName): Readonly<Record<string, unknown>> | null {
  const file = join(folder, `${name}.json`);
  try {
    return JSON.parse(readPlainText(file, maxNumbersBytes)) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
}

function foundIn(folder: string, { name, settings, weights }: MeasurementKey): MeasurementPlace["found"] | "other" {
  if (!existsSync(join(folder, `${name}.json`))) return null;
  const numbers = readNumbers(folder, name);
  const same = JSON.stringify([numbers?.settings, numbers?.weightsSha256]) === JSON.stringify([settings, weights]);
  if (!same) return "other";
  return numbers?.interrupted === true ? "interrupted" : "complete";
}
