import { lstatSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { makeFolder, makeFolderWithin, writeWhole } from "../io/files.ts";
import { introduced } from "../report/htmlPage.ts";
import { writeFigures } from "../report/writeFigures.ts";
import { type RunRecord, readRun } from "../runs/readRun.ts";
import { reportLinks } from "./links.ts";
import { renderReport } from "./renderReport.ts";
import { figuresOf } from "./trainingFigures.ts";

/**
 * Writes the report of some runs to `folder`; those that have not begun are left out. Gives the report's path.
 *
 * @throws InputError if a folder is not a run, none has begun, or the report cannot be written
 */
export function writeReport(folder: string, runFolders: readonly string[]): string {
  const records = runFolders.filter(hasBegun).map(readRun);
  if (records.length === 0) throw new InputError({ path: folder, rule: "a report needs runs, and none has begun" });
  return writeRecords(folder, records.map(withPreset), reportLinks(folder, runFolders));
}

/** The report of one run as a page of HTML; nothing is written. @throws InputError if it is no run, is damaged or has not begun */
export function reportPage(run: string): string {
  const records = [withPreset(readRun(run))];
  return renderReport(records, figuresOf(records));
}

/**
 * Writes report.html, with links in front, and figures/*.svg, *.png of at least one run to `folder`. Gives the report's path.
 *
 * Symbolic links of these names, which an untrusted folder may have, are replaced or refused, not followed.
 *
 * @throws InputError if it cannot be written
 */
export function writeRecords(folder: string, records: readonly RunRecord[], links = ""): string {
  const figures = figuresOf(records);
  makeFolder(folder);
  writeFigures(makeFolderWithin(folder, "figures"), figures);
  const path = join(folder, "report.html");
  writeWhole(path, introduced(renderReport(records, figures), links));
  return path;
}

/** With the preset in the optimizer's name, which distinguishes variants of Entropy-SGD. */
function withPreset(record: RunRecord): RunRecord {
  const { settings, result } = record;
  if (settings.preset === null) return record;
  const optimizer = `${settings.optimizer} (${settings.preset})`;
  return {
    ...record,
    settings: { ...settings, optimizer },
    result: result === null ? null : { ...result, optimizer },
  };
}

function hasBegun(run: string): boolean {
  try {
    return lstatSync(join(run, "events.jsonl"), { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Reading the run throws the reason.
    return true;
  }
}
