/** The rules of a sweep's file; from them the check of a file and the schema for editors. */
import { optimizerNames } from "entropy-sgd";
import { networkNames } from "entropy-sgd-training/node";
import { z } from "zod";
import type { Path } from "../../io/placedYaml.ts";
import { networkFileEnds } from "../../settings/networkFileKind.ts";
import { type NameRule, nameRules, partsOf } from "../../settings/optionRules.ts";
import { presetNames } from "../../settings/presets.ts";
import { type RecipeName, recipeNames } from "../../settings/recipes.ts";
import type { SettingsRequest } from "../../settings/resolveSettings.ts";
import { rowOf, ruleOf, type SweepField, type SweepFields, sweepFields } from "../../settings/settings.ts";
import type { SweepParameter, SweepValue } from "../../settings/valueSchemas.ts";
import { maxRuns } from "../withEachSeed.ts";

/** A file as it is written, defaults filled in. */
export interface SweepFile
  extends SweepFields,
    Pick<SettingsRequest, "task" | "taskOptions" | "dataOptions" | "device"> {
  readonly network: string;
  readonly budget: number;
  readonly optimizer?: string | undefined;
  readonly recipe?: RecipeName | undefined;
  readonly seeds: number | readonly number[];
  readonly data?: string | undefined;
  readonly threads: number;
  readonly set: Readonly<Record<string, SweepValue | undefined>>;
  readonly search: "grid" | "random";
  readonly samples?: number | undefined;
  readonly seed?: number | undefined;
  readonly parameters: Readonly<Record<string, SweepParameter | undefined>>;
}

const seedsRule = `must be a whole number from 1 on for the seeds 1, 2, …, or a list of seeds`;

const ends = networkFileEnds.replaceAll(".", "\\.").replaceAll(", ", "|");
const networkPattern = new RegExp(`^(${networkNames.join("|")})$|(${ends})$`);
const networkRule = `must be one of ${networkNames.join(", ")}, or a file that ends in ${networkFileEnds}`;

let built: z.ZodType<SweepFile> | undefined;

/** The schema. It is large, and made when it is first asked for. */
export function sweepSchema(): z.ZodType<SweepFile> {
  built ??= z.strictObject({
    $schema: z.string().optional().describe("Where editors find the schema of this file."),
    network: z
      .string({ error: networkRule })
      .regex(networkPattern, { error: networkRule })
      .meta({
        description: "Name of the network, or the file of one's own, from the folder of this file on.",
        examples: [...networkNames],
      }),
    budget: z.number().positive().describe("Effective epochs of each run, inner steps counted."),
    optimizer: z.enum(optimizerNames).optional().describe("The optimizer, unless it is one of the parameters."),
    ...Object.fromEntries(sweepFields.map((name) => [name, fieldSchema(name)])),
    preset: z
      .enum(presetNames)
      .optional()
      .describe("Preset of the optimizers that have presets, unless it is one of the parameters; default: paper."),
    recipe: z
      .enum(recipeNames)
      .optional()
      .describe(
        "Where rates and schedules come from that are neither set nor varied: chosen on validation (tuned, the default), or the paper's for the optimizers that it has some for.",
      ),
    seeds: z
      .union([z.int().min(1).max(maxRuns), z.array(z.int().min(0)).min(1)], { error: seedsRule })
      .default(3)
      .describe("How many seeds, 1, 2, …, or a list of them. Every configuration is trained with each seed."),
    data: z
      .string()
      .min(1)
      .optional()
      .describe("A folder or file of data instead of MNIST, from the folder of this file on."),
    ...Object.fromEntries(
      (["task", "taskOptions", "dataOptions", "device"] as const).map((name) => [
        name,
        ruleOf(name).optional().describe(rowOf(name).doc),
      ]),
    ),
    threads: z
      .int()
      .min(1)
      .default(1)
      .describe("Threads of one run; with 1, as many runs as there are cores go on at a time."),
    set: z
      .strictObject(shapeOf(nameRules().set, ({ value }) => value))
      .default({})
      .describe("Options of every run; one that some optimizers lack is given to the others."),
    search: z.enum(["grid", "random"]).default("grid").describe("Every combination of the values, or random ones."),
    samples: z.int().min(1).max(maxRuns).optional().describe("Configurations of a random search."),
    seed: z.int().min(0).optional().describe("Seed of a random search, not of the runs; default: 0."),
    parameters: z
      .strictObject(shapeOf(nameRules().parameters, ({ parameter }) => parameter))
      .describe("What is varied: a list of values for each name, in a random search also { min, max }."),
  });
  return built;
}

/** The names that are possible at a path of the file. */
export function knownNames(path: Path): readonly string[] {
  if (path.length === 0) {
    const schema = sweepSchema();
    return schema instanceof z.ZodObject ? Object.keys(schema.shape).filter((name) => name !== "$schema") : [];
  }
  if (path.length > 1) return ["min", "max", "scale", "integer"];
  const rules = path[0] === "set" ? nameRules().set : nameRules().parameters;
  const names = [...rules.keys()].filter((name) => partsOf(name).prefix === null);
  return [...names, "or one of them for one optimizer, as in sgd.momentum"];
}

/** The rule of a setting with what its option says. */
function fieldSchema(name: SweepField): z.ZodType {
  const help = rowOf(name).flag?.help ?? "";
  return ruleOf(name)
    .optional()
    .describe(`${help.charAt(0).toUpperCase()}${help.slice(1)}.`);
}

function shapeOf<T>(
  rules: ReadonlyMap<string, NameRule>,
  schemaOf: (rule: NameRule) => z.ZodType<T>,
): Record<string, z.ZodOptional<z.ZodType<T>>> {
  return Object.fromEntries([...rules].map(([name, rule]) => [name, schemaOf(rule).optional()]));
}
