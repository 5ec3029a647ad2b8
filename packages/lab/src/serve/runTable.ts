/** The table of the runs in a folder, kept up to date by looking again: what has not changed on the disk is not read again. */
import { randomBytes } from "node:crypto";
import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { eventsName } from "../runs/eventFile.ts";
import { lockHolder } from "../runs/lock.ts";
import { primaryMetric, primaryResult } from "../runs/primaryMetric.ts";
import { type FoundFolder, scanFolder } from "../runs/scanFolder.ts";
import { type FindHolder, type RunContent, type StoredRun, storedRun } from "../runs/storedRun.ts";
import type { RunFacts, RunRow } from "./api.ts";
import { groupKey } from "./groupKey.ts";
import { evaluationRow, orNull } from "./logColumns.ts";
import { type RunLog, runLog } from "./runLog.ts";

/** The runs in a folder. */
export interface RunTable {
  /** Looks at the folder again, one look at a time; a folder that is not there has no runs. @throws InputError if it cannot be read */
  refresh(): Promise<void>;
  /** In order of their ids. */
  entries(): readonly TableEntry[];
  entry(id: string): TableEntry | undefined;
  /** Changes with every change of a row. */
  version(): string;
  /** What changed after a version; null where that is not known, as after a start of the server. */
  since(version: string): { readonly changed: readonly RunRow[]; readonly removed: readonly string[] } | null;
  /** The log of a run of the table, read up to now. @throws InputError if it is damaged */
  log(id: string): RunLog | undefined;
}

/** A row with what it was made of. */
export interface TableEntry {
  readonly found: FoundFolder;
  readonly run: StoredRun;
  readonly row: RunRow;
}

/** An entry as it is kept. */
interface Kept extends TableEntry {
  readonly marks: Marks;
  /** The row as text, to see whether it has changed. */
  readonly text: string;
  /** The change of the table that it came with. */
  readonly since: number;
}

/** What changes when a file of a run does. */
interface Marks {
  readonly config: string;
  readonly events: string;
  readonly seal: string;
}

/** Milliseconds of reading between two turns of other work. */
const slice = 15;
/** Logs in memory: those asked for last. */
const maxLogs = 32;

/** The table of a folder; nothing is read yet. */
export function runTable(folder: string, findHolder: FindHolder = lockHolder): RunTable {
  const instance = randomBytes(6).toString("base64url");
  let entries = new Map<string, Kept>();
  const removed = new Map<string, number>();
  const logs = new Map<string, RunLog>();
  let changes = 0;

  const logOf = (id: string, path: string): RunLog => {
    const log = logs.get(id) ?? runLog(path);
    logs.delete(id);
    logs.set(id, log);
    for (const [oldest] of logs) if (logs.size > maxLogs) logs.delete(oldest);
    log.advance();
    return log;
  };
  const look = async (): Promise<void> => {
    const next = new Map<string, Kept>();
    let began = performance.now();
    for (const found of existsSync(folder) ? scanFolder(folder) : []) {
      const before = entries.get(found.name);
      next.set(
        found.name,
        renewed(found, before, () => logOf(found.name, found.path), findHolder),
      );
      if (performance.now() - began < slice) continue;
      await setImmediate();
      began = performance.now();
    }
    const gone = [...entries.keys()].filter((id) => !next.has(id));
    const changed = [...next].filter(([id, { text }]) => entries.get(id)?.text !== text);
    if (gone.length + changed.length > 0) changes += 1;
    for (const id of gone) {
      removed.set(id, changes);
      logs.delete(id);
    }
    for (const [id, entry] of changed) {
      removed.delete(id);
      next.set(id, { ...entry, since: changes });
    }
    entries = next;
  };
  return {
    refresh: look,
    entries: () => [...entries.values()],
    entry: (id) => entries.get(id),
    version: () => `${instance}.${changes}`,
    since(version) {
      const [of, number] = version.split(".");
      if (of !== instance) return null;
      const bound = Number(number);
      return {
        changed: [...entries.values()].filter((entry) => entry.since > bound).map(({ row }) => row),
        removed: [...removed].filter(([, at]) => at > bound).map(([id]) => id),
      };
    },
    log(id) {
      const entry = entries.get(id);
      return entry === undefined || entry.run.status === "foreign" ? undefined : logOf(id, entry.found.path);
    },
  };
}

/** The entry of a folder as it is now. */
function renewed(found: FoundFolder, before: Kept | undefined, log: () => RunLog, findHolder: FindHolder): Kept {
  const marks = marksOf(found.path);
  const run = runNow(found, marks, before, log, findHolder);
  if (before !== undefined && run === before.run && isSame(marks, before.marks)) return before;
  const row = rowOf(run);
  return { found, run, row, marks, text: JSON.stringify(row), since: before?.since ?? 0 };
}

/** The run, read as little as possible: not at all where nothing has changed, its new events alone where those have. */
function runNow(
  found: FoundFolder,
  marks: Marks,
  before: Kept | undefined,
  log: () => RunLog,
  findHolder: FindHolder,
): StoredRun {
  const run = before?.run;
  const content = run?.content ?? null;
  if (before === undefined || run === undefined || (found.foreign === null) !== (run.status !== "foreign")) {
    return storedRun(found, findHolder);
  }
  const isWhole = content === null || content.result !== null;
  if (isWhole) return isSame(marks, before.marks) ? run : storedRun(found, findHolder);
  if (marks.config !== before.marks.config || marks.seal !== before.marks.seal) return storedRun(found, findHolder);
  try {
    const status = findHolder(found.path) === null ? "unfinished" : "running";
    if (marks.events === before.marks.events) return status === run.status ? run : { ...run, status };
    const grown = grownContent(content, log());
    return grown === null ? storedRun(found, findHolder) : { ...run, status, content: grown };
  } catch {
    // Says what is wrong as its reason.
    return storedRun(found, findHolder);
  }
}

/** The content of a run that goes on; null once it has ended, as its seal is to be verified then. */
function grownContent(content: RunContent, { content: log }: RunLog): RunContent | null {
  if (log.result !== null || log.start === null) return null;
  const evaluations = log.evaluations.map(({ item }) => item);
  const gradients = Math.max(log.gradients.at(-1) ?? 0, evaluations.at(-1)?.gradients ?? 0);
  return { ...content, start: log.start, evaluations, gradients };
}

function isSame(one: Marks, other: Marks): boolean {
  return one.config === other.config && one.events === other.events && one.seal === other.seal;
}

function marksOf(path: string): Marks {
  const mark = (name: string): string => {
    const stats = statsOf(join(path, name));
    return stats === null ? "" : `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
  };
  return { config: mark("config.json"), events: mark(eventsName), seal: mark("seal.json") };
}

function statsOf(path: string) {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

function rowOf({ name, path, status, reason, content }: StoredRun): RunRow {
  const made = statsOf(path)?.birthtimeMs ?? 0;
  const written = statsOf(join(path, eventsName)) ?? statsOf(join(path, "config.json"));
  return {
    id: name,
    status,
    reason,
    created: made > 0 ? new Date(made).toISOString() : null,
    changed: written === null ? null : written.mtime.toISOString(),
    facts: content === null ? null : factsOf(content),
  };
}

function factsOf(content: RunContent): RunFacts {
  const { settings, environment, start, evaluations, gradients, result } = content;
  const perEpoch = start?.gradientsPerEpoch ?? null;
  const last = evaluations.at(-1);
  const primary = result === null ? null : primaryResult(result);
  const now = primary ?? (last === undefined ? null : evaluationRow(last));
  return {
    group: groupKey(content),
    network: settings.network,
    task: result?.task ?? start?.task ?? settings.task ?? "classification",
    optimizer: settings.optimizer,
    preset: settings.preset,
    seed: settings.seed,
    device: environment.device,
    budget: settings.budget,
    gradients,
    totalGradients: start?.totalGradients ?? null,
    gradientsPerEpoch: perEpoch,
    effectiveEpochs: perEpoch === null ? 0 : gradients / perEpoch,
    seconds: orNull(result?.seconds ?? last?.seconds ?? null),
    metric: primaryMetric(content),
    validation: orNull(now?.validation ?? null),
    test: orNull(now?.test ?? null),
    bestTest: orNull(primary?.bestTest ?? null),
    extremeTest: orNull(primary?.extremeTest ?? null),
    trainLoss: orNull(result?.trainLoss ?? null),
    endReason: result?.reason ?? null,
  };
}
