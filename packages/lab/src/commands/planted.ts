import { join } from "node:path";
import { InputError, wasInterrupted } from "entropy-sgd-training";
import { isThere, readPlainText } from "entropy-sgd-training/node";
import { contentOf, withOwnHash } from "../io/digest.ts";
import { makeFolder, writeWhole } from "../io/files.ts";
import { eventTurns } from "../measure/eventTurns.ts";
import { plantedConditions } from "../measure/planted/conditions.ts";
import { judgedStudy, type PlantedRecord } from "../measure/planted/judgedStudy.ts";
import {
  type PlantedSettings,
  plantedInstance,
  plantedSettings,
  tunePlanted,
} from "../measure/planted/plantedStudy.ts";
import { type CommandDefinition, json } from "./commandDefinition.ts";
import type { CommandContext } from "./context.ts";
import { counter, type Findings, pagePlace, writeFindings } from "./findings.ts";
import { count, countList, integerFrom, positiveList } from "./options.ts";

/** Options of `entropy-sgd planted`. */
export interface PlantedCommand {
  readonly instances: number;
  readonly tuning: number;
  readonly gradients: number;
  readonly firstSeed: number;
  readonly scopes: readonly number[];
  readonly noises: readonly number[];
  readonly innerSteps: readonly number[];
  readonly out?: string;
  readonly json?: boolean;
}

const maxBytes = 64 * 2 ** 20;

/** Of fewer nothing is judged. */
const leastInstances = 4;

/** More are a mistake rather than a wish. */
const mostInstances = 10_000;

const noisesBeside0 = plantedSettings.noises.filter((noise) => noise > 0);

/** `entropy-sgd planted`. */
export const definition: CommandDefinition = {
  examples: ["--out runs/planted.html"],
  declare: (command, context, done) =>
    json(command)
      .description("Compare optimizers where the wide solutions, local entropy and generalisation are known exactly.")
      .option(
        "--instances <n>",
        "teachers with their examples; half choose, half judge",
        integerFrom(leastInstances, mostInstances),
        plantedSettings.numInstances,
      )
      .option(
        "--tuning <n>",
        "further instances that learning rates are chosen on",
        integerFrom(1, mostInstances),
        plantedSettings.numTuning,
      )
      .option("--gradients <n>", "gradients of each run", count, plantedSettings.numGradients)
      .option(
        "--first-seed <n>",
        `seed of the first instance; those of the rates are from ${plantedSettings.firstTuningSeed} on`,
        integerFrom(0, 2 ** 32),
        plantedSettings.firstSeed,
      )
      .option("--scopes <list>", "γ of Entropy-SGD", positiveList, plantedSettings.scopes)
      .option("--noises <list>", "ε of Entropy-SGD, beside 0, and of SGLD", positiveList, noisesBeside0)
      .option("--inner-steps <list>", "L of Entropy-SGD and of its control", countList, plantedSettings.innerSteps)
      .option(
        "--out <file>",
        "an .html file, default: planted.html; SVG, PNG and JSON are written beside it; the same command goes on from there",
      )
      .action(async (options: PlantedCommand) => done(await plantedCommand(options, context))),
};

/** Runs the planted study, or goes on with it. Gives the exit code. */
export async function plantedCommand(options: PlantedCommand, context: CommandContext): Promise<number> {
  const { folder, name } = pagePlace(options.out ?? "planted.html");
  const { instances: numInstances, tuning: numTuning, gradients: numGradients } = options;
  const { firstSeed, scopes, innerSteps } = options;
  const grid = { scopes, noises: [0, ...options.noises], innerSteps };
  const settings = { ...plantedSettings, ...grid, firstSeed, numInstances, numTuning, numGradients };
  requireOthersForRates(settings);
  const file = join(folder, `${name}.progress.json`);
  const before = keptIn(file, settings);
  makeFolder(folder);
  const numConditions = 2 * plantedConditions(settings).length;
  const { length: numRates } = settings.rates;
  context.stderr.write(
    `planted: ${numConditions} runs of ${numGradients} gradients on each of ${numInstances} instances, ` +
      `${numRates} times as many on ${numTuning} others to choose rates; ` +
      `${before.tuned.length} rates and ${before.instances.length} instances are there\n`,
  );
  const turn = eventTurns(context.signal);
  const instances = [...before.instances];
  const tuned = [...before.tuned];
  const keep = (): void =>
    writeWhole(file, withOwnHash(JSON.stringify({ settings, tuned, instances } satisfies PlantedRecord)));
  const interrupted = await wasInterrupted(async () => {
    const ofRates = counter(context, numConditions - tuned.length, "rates");
    await tunePlanted(settings, turn, before.tuned, (rate) => {
      tuned.push(rate);
      keep();
      ofRates();
    });
    const meter = counter(context, numInstances - instances.length, "instances");
    for (let k = instances.length; k < numInstances; k++) {
      instances.push(await plantedInstance(settings, tuned, firstSeed + k, turn));
      keep();
      meter();
    }
  });
  const findings = instances.length < leastInstances ? null : await findingsOf(name, { settings, tuned, instances });
  return writeFindings(folder, findings, { json: options.json, interrupted }, context);
}

/** @throws InputError if rates would be chosen on instances that choose or judge */
function requireOthersForRates({ firstSeed, numInstances, firstTuningSeed, numTuning }: PlantedSettings): void {
  if (firstSeed + numInstances <= firstTuningSeed || firstSeed >= firstTuningSeed + numTuning) return;
  const those = `${firstTuningSeed} to ${firstTuningSeed + numTuning - 1}`;
  const rule = `must give ${numInstances} instances without the seeds that rates are chosen on, ${those}`;
  throw new InputError({ name: "--first-seed", rule, value: firstSeed });
}

async function findingsOf(name: string, found: PlantedRecord): Promise<Findings> {
  const { plantedFigures } = await import("../pages/plantedFigures.ts");
  const { plantedPage, plantedSentences } = await import("../pages/plantedPage.ts");
  const study = judgedStudy(found);
  const figures = plantedFigures(study);
  const { settings, tuned, instances, judgement } = study;
  return {
    ...{ name, figures, page: plantedPage(study, figures), lines: plantedSentences(study) },
    json: { settings, judgement, tuned, instances },
  };
}

/** What a killed study with these settings has left; nothing where there is no file. @throws InputError for other settings */
function keptIn(file: string, settings: PlantedSettings): PlantedRecord {
  if (!isThere(file)) return { settings, tuned: [], instances: [] };
  const kept = JSON.parse(contentOf(readPlainText(file, maxBytes), file)) as PlantedRecord;
  if (JSON.stringify(kept.settings) === JSON.stringify(settings)) return kept;
  throw new InputError({
    path: file,
    rule: "must be of a study with the same settings; take another --out, or remove the file",
  });
}
