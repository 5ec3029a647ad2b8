/** JSON Schemas for editors, made from the rules that files are checked with. */
import { z } from "zod";
import { environmentSchema } from "../../runs/environment.ts";
import { runFileSchema } from "../../settings/runFile.ts";
import { rowOf, settingNames } from "../../settings/settings.ts";
import { sweepSchema } from "./sweepSchema.ts";

/** The files of the folder `schemas` by name. */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return {
    "config.schema.json": configJsonSchema(),
    "run.schema.json": runFileJsonSchema(),
    "sweep.schema.json": sweepJsonSchema(),
  };
}

function sweepJsonSchema(): object {
  const isRandom = { properties: { search: { const: "random" } }, required: ["search"] };
  const onlyLists = { properties: { parameters: { additionalProperties: { type: "array" } } } };
  return {
    ...asJsonSchema(sweepSchema()),
    title: "Sweep",
    description: "Configurations to train and compare: `entropy-sgd sweep FILE`.",
    if: isRandom,
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
    then: { required: ["samples"] },
    else: { ...onlyLists, not: { anyOf: [{ required: ["samples"] }, { required: ["seed"] }] } },
    oneOf: [{ required: ["optimizer"] }, { properties: { parameters: { required: ["optimizer"] } } }],
  };
}

function runFileJsonSchema(): object {
  const description = "Settings of a run: `entropy-sgd train --config FILE`; options of the command come before.";
  return { ...asJsonSchema(runFileSchema()), title: "Settings of a run", description };
}

function configJsonSchema(): object {
  const fields = settingNames.map((title) => {
    const { rule, doc: description } = rowOf(title);
    return [title, rule.meta({ title, description })];
  });
  const config = z.strictObject({
    ...Object.fromEntries(fields),
    environment: environmentSchema.describe("Machine and versions on which the run began, or went on last."),
    dataChecksum: z
      .string()
      .nullable()
      .optional()
      .describe("SHA-256 of images and labels; null where it is not known."),
  });
  const description = "Settings of a run, resolved, with the machine that it was trained on.";
  return { ...asJsonSchema(config), title: "Run", description };
}

/** Draft 7, which editors know best; fields with defaults may be absent. */
function asJsonSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, {
    target: "draft-07",
    io: "input",
    override: ({ jsonSchema }) => {
      // Draft 7 has no words beside a reference; where there are none, the reference alone will do.
      const only = Object.keys(jsonSchema).length === 1 && jsonSchema.allOf?.length === 1 ? jsonSchema.allOf[0] : null;
      if (only?.$ref === undefined) return;
      delete jsonSchema.allOf;
      jsonSchema.$ref = only.$ref;
    },
  });
}
