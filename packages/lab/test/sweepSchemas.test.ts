import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { optimizerNames, optimizersByName } from "entropy-sgd";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { jsonSchemas } from "../src/experiments/sweep/jsonSchemas.ts";
import { readSweep } from "../src/experiments/sweep/readSweep.ts";
import { sweepSchema } from "../src/experiments/sweep/sweepSchema.ts";
import { acceptedBySet } from "../src/settings/parseSet.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";

const folder = fileURLToPath(new URL("../schemas", import.meta.url));
const examples = fileURLToPath(new URL("../../../examples/sweeps", import.meta.url));

/** The parts of a JSON Schema that are looked at. */
interface Part {
  readonly [keyword: string]: unknown;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Part>>;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly allOf?: readonly Part[];
  readonly anyOf?: readonly Part[];
  readonly description?: string;
  readonly $ref?: string;
}

const read = (name: string): Part => JSON.parse(readFileSync(`${folder}/${name}`, "utf8")) as Part;
const schema = read("sweep.schema.json");

/** What a reference, or the only part of allOf, stands for. */
function resolved(part: Part | undefined): Part {
  if (part === undefined) throw new Error("there is no such part of the schema");
  if (part.allOf?.length === 1) return resolved(part.allOf[0]);
  if (part.$ref === undefined) return part;
  const name = part.$ref.replace("#/definitions/", "");
  return resolved((schema.definitions as Readonly<Record<string, Part>>)[name]);
}
/** Its words, its own or those of what it refers to. */
function wordsOf(part: Part | undefined): string | undefined {
  if (part?.description !== undefined || part?.$ref === undefined) return part?.description;
  const name = part.$ref.replace("#/definitions/", "");
  return wordsOf((schema.definitions as Readonly<Record<string, Part>>)[name]);
}
const properties = (part: Part | undefined): Readonly<Record<string, Part>> => resolved(part).properties ?? {};

test("the committed schemas are up to date (npm run schemas)", () => {
  const made = jsonSchemas();
  expect(readdirSync(folder).sort()).toEqual(Object.keys(made).sort());
  for (const [name, content] of Object.entries(made)) expect(read(name)).toEqual(content);
});

test("the example files are valid", () => {
  const files = readdirSync(examples);
  expect(files.length).toBeGreaterThan(1);
  for (const file of files) {
    expect(() => readSweep(`${examples}/${file}`)).not.toThrow();
    const text = readFileSync(`${examples}/${file}`, "utf8");
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/packages\/lab\/schemas\/sweep\.schema\.json\n/);
  }
});

describe("the schema of a sweep", () => {
  test("has every option of every optimizer with its rule and description, and nothing else", () => {
    const [set, parameters] = [properties(schema.properties?.set), properties(schema.properties?.parameters)];
    for (const part of [schema, resolved(schema.properties?.set), resolved(schema.properties?.parameters)]) {
      expect(part).toMatchObject({ type: "object", additionalProperties: false });
    }
    for (const [optimizer, { options: specs }] of Object.entries(optimizersByName)) {
      const settable = specs.filter(({ name }) => acceptedBySet(optimizer).includes(name));
      expect(settable.length).toBeGreaterThan(3);
      for (const { name, doc, kind, min, minExcluded, max, maxExcluded, choices, nullable } of settable) {
        for (const title of [name, `${optimizer}.${name}`]) {
          expect(wordsOf(set[title])).toContain(doc);
          expect(wordsOf(parameters[title])).toContain(doc);
          const value = resolved(set[title]);
          const plain = value.anyOf?.[0] ?? value;
          if (choices !== null) expect(plain.enum).toEqual(choices);
          if (min !== null) expect(plain).toMatchObject({ [minExcluded ? "exclusiveMinimum" : "minimum"]: min });
          if (max !== null) expect(plain).toMatchObject({ [maxExcluded ? "exclusiveMaximum" : "maximum"]: max });
          expect(plain.type).toBe(kind === "choice" ? "string" : kind);
          expect(value.anyOf?.some(({ type }) => type === "null") ?? false).toBe(nullable);
          const ranged = resolved(parameters[title]).anyOf?.some((part) => properties(part).min !== undefined) ?? false;
          expect(ranged).toBe(kind === "number" || kind === "integer");
        }
      }
    }
    for (const name of acceptedBySet("")) expect(wordsOf(set[name])).toMatch(/^[A-Z].{10}/);
    for (const name of ["groups", "seed", "sgd.averaging", "validation"]) expect(parameters[name]).toBeUndefined();
    expect(resolved(parameters["entropy-sgd.preset"]).items).toBeDefined();
  });

  test("accepts and refuses the same values as the parser, and is small by shared definitions", () => {
    const { if: _if, then: _then, else: _else, oneOf: _oneOf, ...fields } = schema;
    const editor = z.fromJSONSchema(fields as z.core.JSONSchema.JSONSchema);
    const words = ["paper", "lua", "inside", "outer", "last", "permutation", "sgd", "geometricScope(1e-4, 1e-3)"];
    const values = [-1, 0, 0.3, 1, 1.5, 2, 1e9, true, false, null, "", ...words, [], [0.4], [0.2, 0.4], [2], {}];
    const ranges = [
      { min: 0, max: 1 },
      { min: 0.1, max: 0.5, scale: "log" },
      { min: 2, max: 9, integer: true },
    ];
    const lists = [
      ...values.map((value) => [value]),
      [0, "paper", null],
      ...ranges,
      { min: 0 },
      { min: 2, max: 3, x: 1 },
    ];
    const file = { network: "lenet", budget: 1, optimizer: "sgd", parameters: {} };
    let numAccepted = 0;
    const compare = (part: "set" | "parameters", names: readonly string[], probes: readonly unknown[]): void => {
      for (const name of names) {
        for (const value of probes) {
          const given = { ...file, [part]: { [name]: value } };
          const accepted = sweepSchema().safeParse(given).success;
          expect(editor.safeParse(given).success, `${part}.${name} ${JSON.stringify(value)}`).toBe(accepted);
          if (accepted) numAccepted += 1;
        }
      }
    };
    compare("set", [...Object.keys(properties(schema.properties?.set)), "unknown"], [...values, ...ranges]);
    compare(
      "parameters",
      [...Object.keys(properties(schema.properties?.parameters)), "unknown"],
      [...values, ...lists],
    );
    expect(numAccepted).toBeGreaterThan(1500);
    expect(JSON.stringify(schema).length).toBeLessThan(78_000);
  });

  test("requires the same fields as the parser, and describes each", () => {
    expect(schema.required).toEqual(["network", "budget", "parameters"]);
    for (const part of Object.values(schema.properties ?? {})) expect(part.description?.length).toBeGreaterThan(10);
    expect(schema.properties?.network?.examples).toContain("small-lenet");
    expect(resolved(schema.properties?.optimizer).enum).toEqual(optimizerNames);
    // Ranges, samples and seed are of a random search only.
    expect(schema.if).toEqual({ properties: { search: { const: "random" } }, required: ["search"] });
    expect(schema.then).toEqual({ required: ["samples"] });
    expect(JSON.stringify(schema.else)).toContain('"parameters":{"additionalProperties":{"type":"array"}}');
  });
});

test("the schema of config.json has a description for each setting, and accepts the files of runs", () => {
  const config = read("config.schema.json");
  const settings = {
    ...resolveSettings({ network: "lenet", optimizer: "entropy-sgd", budget: 1, seed: 1 }),
    extendedFrom: [{ budget: 0.5, gradients: 100 }],
  };
  for (const name of [...Object.keys(settings), "environment", "dataChecksum"]) {
    expect(config.properties?.[name]?.description?.length).toBeGreaterThan(10);
  }
  expect(Object.keys(config.properties ?? {})).toHaveLength(Object.keys(settings).length + 2);
  expect(config).toMatchObject({ additionalProperties: false });
});
