/** All of one run but its outer steps. */
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { type MeasurementName, measurementNames } from "../measure/place.ts";
import { environmentPairs } from "../runs/environment.ts";
import { settingsAndOptions, valueFrom } from "../runs/runFields.ts";
import type { RunContent } from "../runs/storedRun.ts";
import type { DetailContent, MissingFigure, RunDetail } from "./api.ts";
import { evaluationRow } from "./logColumns.ts";
import { measurementEntry, placesOf } from "./places.ts";
import { positionText, type RunLog } from "./runLog.ts";
import type { TableEntry } from "./runTable.ts";

/** What each measurement shows. */
const titles: Readonly<Record<MeasurementName, string>> = {
  spectrum: "Eigenvalues of the Hessian",
  "local-entropy": "Local entropy against the radius",
  robustness: "Errors under noise",
  flatness: "Measures of flatness",
  slice: "Loss on a line and on a surface",
};

/** The answer on an entry of the table of `folder`; `log` is read for a run that could be read. @throws InputError if it is damaged */
export function detailOf(folder: string, { row, run }: TableEntry, log: () => RunLog | undefined): RunDetail {
  const own = run.content === null ? undefined : log();
  return { row, content: own === undefined ? null : contentOf(folder, run.path, run.content!, own) };
}

function contentOf(folder: string, path: string, content: RunContent, log: RunLog): DetailContent {
  const { settings, environment, seal } = content;
  const { start, evaluations, warnings, incidents } = log.content;
  const places = placesOf(folder, path);
  return {
    settings: settingsAndOptions(settings).map(([name, value]) => [name, valueFrom(value)]),
    environment: environmentPairs(environment),
    numParams: start?.numParams ?? null,
    innerSteps: start?.innerSteps ?? null,
    batchSize: start?.batchSize ?? null,
    evaluations: evaluations.map(({ item }) => evaluationRow(item)),
    warnings: warnings.map(({ item }) => item),
    incidents: incidents.map(({ item }) => item),
    edits: seal.edits,
    measurements: places.map(measurementEntry),
    missing: missingOf(
      path,
      places.map(({ name }) => name),
    ),
    position: positionText(log.position),
  };
}

/** Nothing without weights, which all measurements are of. */
function missingOf(path: string, found: readonly MeasurementName[]): MissingFigure[] {
  if (!lstatSync(join(path, "weights.safetensors"), { throwIfNoEntry: false })?.isFile()) return [];
  return measurementNames
    .filter((name) => !found.includes(name))
    .map((name) => ({ name, title: titles[name], command: `npx entropy-sgd ${name} ${quoted(path)}` }));
}

/** A path as one word of a shell. */
function quoted(path: string): string {
  const word = path.startsWith("-") ? `./${path}` : path;
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
