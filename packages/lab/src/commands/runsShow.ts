import { lstatSync } from "node:fs";
import { join } from "node:path";
import { InputError, primaryOf, printable, printableJson } from "entropy-sgd-training";
import { cannot } from "entropy-sgd-training/node";
import { bytesIn } from "../io/bytesIn.ts";
import { entriesOf } from "../io/files.ts";
import { textTable, widthOf } from "../report/textTable.ts";
import { environmentPairs } from "../runs/environment.ts";
import { type Incident, incidentInWords, incidentsOf } from "../runs/incidents.ts";
import { settingsAndOptions, valueFrom } from "../runs/runFields.ts";
import { scanFolder } from "../runs/scanFolder.ts";
import { type FindHolder, type RunContent, type StoredRun, storedRun } from "../runs/storedRun.ts";
import { metricCell, metricTitle } from "../statistics/metricWords.ts";
import { fixed, plain } from "../statistics/numbers.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import { type CommandContext, exitCodes } from "./context.ts";

/** Options of `entropy-sgd runs show`. */
export interface RunsShowCommand {
  readonly json?: boolean;
}

interface StoredCheckpoint {
  readonly name: string;
  readonly bytes: number;
}

/** `entropy-sgd runs show`. */
export const definition: CommandDefinition = {
  examples: ["runs/one"],
  declare: (command, context, done) =>
    json(command)
      .description("Show one run: settings, machine, evaluations, result, checkpoints, resumes and rollbacks.")
      .argument("<run>", "run folder")
      .action(async (run: string, options: RunsShowCommand) => done(runsShowCommand(run, options, context))),
};

/** Shows one run in full. Gives the exit code. */
export function runsShowCommand(
  path: string,
  { json }: RunsShowCommand,
  { stdout }: CommandContext,
  findHolder?: FindHolder,
): number {
  const [found] = scanFolder(path);
  if (found?.name !== ".") throw new InputError({ path, rule: "is no run; `runs list` finds the runs below it" });
  const run = storedRun({ ...found, name: path }, findHolder);
  const checkpoints = checkpointsOf(path);
  const incidents = run.content === null ? [] : incidentsOf(path);
  stdout.write(
    json ? `${jsonOf(run, checkpoints, incidents)}\n` : inFull(run, checkpoints, incidents, widthOf(stdout)),
  );
  return exitCodes.ok;
}

function jsonOf({ name, status, reason, content }: StoredRun, checkpoints: object[], incidents: Incident[]): string {
  const kind = (type: Incident["type"]): Incident[] => incidents.filter((incident) => incident.type === type);
  const courses = { resumes: kind("resume"), rollbacks: kind("rollback"), nonFinite: kind("non-finite") };
  return printableJson({ name, status, reason, ...content, checkpoints, ...courses });
}

/** The folder's sizes; nothing where it is no folder. */
function checkpointsOf(path: string): StoredCheckpoint[] {
  const folder = join(path, "checkpoints");
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return [];
  try {
    return entriesOf(folder).map((name) => ({ name, bytes: bytesIn(join(folder, name)) }));
  } catch (error) {
    throw cannot(folder, "be read", error);
  }
}

function inFull(
  run: StoredRun,
  checkpoints: readonly StoredCheckpoint[],
  incidents: readonly Incident[],
  width: number,
): string {
  const { name, status, reason, content } = run;
  const title = `${printable(`${name}: ${status}${reason === null ? "" : `, ${reason}`}`)}\n`;
  const course = incidents.map((incident) => `${printable(incidentInWords(incident))}\n`).join("");
  const kept = checkpoints.map(({ name: checkpoint, bytes }) => [checkpoint, String(bytes)]);
  return [
    title,
    ...(content === null ? [] : contentTables(content, width)),
    ...(kept.length === 0 ? [] : [textTable(["checkpoint", "bytes"], kept)]),
    ...(course === "" ? [] : [course]),
  ].join("\n");
}

/** The state of the seal in sentences. */
function sealInWords({ seal: { sealed, edits }, result }: RunContent): string[] {
  const unsealed = "Not sealed: the run ended before there were seals, and its files are believed without a check.\n";
  if (!sealed) return result === null ? [] : [unsealed];
  const meaning = result?.interrupted ? "resume goes on with it" : "the run has ended, it means nothing";
  return edits.map((edit) => `${printable(edit)}; ${meaning}\n`);
}

function contentTables(content: RunContent, width: number): string[] {
  const { settings, dataChecksum, environment, evaluations, gradients, result } = content;
  const pairs = (title: string, entries: readonly (readonly [string, unknown])[]): string =>
    textTable(
      [title, "value"],
      entries.map(([key, value]) => [key, plain(valueFrom(value))]),
    );
  const { gradientEvaluations: _, primary: __, ...own } = result ?? { gradientEvaluations: gradients };
  const rows = evaluations.map((event) => {
    const { name, validation, test } = primaryOf(event);
    return [
      plain(event.gradients),
      fixed(event.effectiveEpochs, 2),
      fixed(event.validationLoss, 4),
      metricCell(name, validation),
      fixed(event.testLoss, 4),
      metricCell(name, test),
      fixed(event.seconds, 0),
    ];
  });
  const [metric] = evaluations.map((event) => metricTitle(primaryOf(event).name));
  const ofSplit = (split: string): string[] => [`${split} loss`, `${split} ${metric}`];
  const head = ["gradients", "epochs", ...ofSplit("validation"), ...ofSplit("test"), "seconds"];
  return [
    pairs("setting", [...settingsAndOptions(settings), ["dataChecksum", dataChecksum]]),
    pairs("environment", environmentPairs(environment)),
    ...(rows.length === 0 ? [] : [textTable(head, rows, width)]),
    pairs("result", [["gradientEvaluations", gradients], ...Object.entries(own)]),
    ...sealInWords(content),
  ];
}
