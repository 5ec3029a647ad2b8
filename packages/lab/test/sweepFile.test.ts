import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { parseSweep, readSweep } from "../src/experiments/sweep/readSweep.ts";

const root = mkdtempSync(join(tmpdir(), "sweep-file-"));
afterAll(() => rmSync(root, { recursive: true }));

const base = "network: small-mnistfc\nbudget: 2\n";
const sgd = `${base}optimizer: sgd\n`;
const entropy = `${base}optimizer: entropy-sgd\n`;
const random = `${entropy}search: random\nsamples: 2\n`;
const parse = (text: string) => parseSweep(text, "s.yaml", "/folder");

function messageOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return "no error";
}

describe("a valid file", () => {
  test("has defaults, the order of the file, and paths relative to it", () => {
    const sweep = parse(
      `${entropy}data: pictures\nparameters:\n  scope: ["geometricScope(1e-4, 1e-3)", 1e-3]\n  noise: [0]\n  dropout: [0, 0.1]\n`,
    );
    expect(sweep.file).toMatchObject({ threads: 1, search: "grid", set: {} });
    expect(sweep.seeds).toEqual([1, 2, 3]);
    expect(sweep.data).toBe("/folder/pictures");
    expect(parseSweep(`${entropy}data: mnist\nparameters: {}\n`, "s.yaml", "/folder").data).toBe("mnist");
    expect([...sweep.parameters.keys()]).toEqual(["scope", "noise", "dropout"]);
    expect(sweep.parameters.get("scope")).toEqual(["geometricScope(1e-4, 1e-3)", 1e-3]);
  });

  test("may be JSON instead of YAML", () => {
    const json = JSON.stringify({
      ...{ network: "small-mnistfc", budget: 2, optimizer: "sgd", seeds: [1, 5] },
      ...{ set: { batchSize: 50, drops: [0.4] }, parameters: { momentum: [0, 0.9] } },
    });
    const yaml = parse(
      `${sgd}seeds: [1, 5]\nset: { batchSize: 50, drops: [0.4] }\nparameters:\n  momentum: [0, 0.9]\n`,
    );
    const { yaml: _, ...rest } = parse(json);
    expect(yaml).toMatchObject(rest);
  });

  test("a long list may have a line for each value, and comments beside them", () => {
    const values = Array.from({ length: 40 }, (_, i) => i / 100);
    const sweep = parse(
      `${sgd}parameters:\n  momentum:\n${values.map((value) => `    - ${value} # - - [ {\n`).join("")}`,
    );
    expect(sweep.parameters.get("momentum")).toEqual(values);
  });

  test("a list under an anchor may be used again", () => {
    const sweep = parse(
      `${base}parameters:\n  optimizer: [sgd, adam]\n  sgd.learningRate: &rates [0.1, 0.2]\n  adam.learningRate: *rates\n`,
    );
    expect(sweep.parameters.get("adam.learningRate")).toEqual([0.1, 0.2]);
  });
});

test.each<[string, string]>([
  ["", "1:1: must be a mapping, got null"],
  ["- 1\n", "1:1: must be a mapping, got a list"],
  [
    `${base}optimzer: sgd\nparameters: {}\n`,
    "3:1: optimzer: is unknown here; possible are network, budget, optimizer,",
  ],
  ["budget: 2\noptimizer: sgd\nparameters: {}\n", "1:1: network: must be one of mnistfc, "],
  ["network: lent\nbudget: 2\noptimizer: sgd\nparameters: {}\n", "1:10: network: must be one of mnistfc, "],
  ["network: lenet\nbudget: 0\noptimizer: sgd\nparameters: {}\n", "2:9: budget: must be more than 0, got 0"],
  [
    "network: lenet\nbudget: .inf\noptimizer: sgd\nparameters: {}\n",
    "2:9: budget: must be a finite number, got Infinity",
  ],
  [`${sgd}seeds: 0\nparameters: {}\n`, "4:8: seeds: must be at least 1, got 0"],
  [
    `${sgd}seeds: 1.5\nparameters: {}\n`,
    "4:8: seeds: must be a whole number from 1 on for the seeds 1, 2, …, or a list of seeds, got 1.5",
  ],
  [`${sgd}seeds: [3, -1]\nparameters: {}\n`, "4:12: seeds.1: must be at least 0, got -1"],
  [`${sgd}seeds: [3, 3]\nparameters: {}\n`, "4:12: seeds.1: must not be there twice, got 3"],
  [sgd, "1:1: parameters: is required and must be a mapping, got nothing"],
  [`${base}parameters: {}\n`, "1:1: optimizer: is required, here or in parameters; one of entropy-sgd, "],
  [`${sgd}parameters:\n  optimizer: [adam]\n`, "3:1: optimizer: must not be here and in parameters"],
  [
    `${entropy}parameters:\n  averaging: [0.5,\n    1.5]\n`,
    "6:5: parameters.averaging.1: must be a number in (0, 1], got 1.5",
  ],
  [
    `${entropy}parameters:\n  averaging: [half]\n`,
    '5:15: parameters.averaging.0: must be a number in (0, 1], got "half"',
  ],
  [
    `${entropy}parameters:\n  averaging: 0.5\n`,
    "5:14: parameters.averaging: must be a list of values, or { min, max } in a random search, got 0.5",
  ],
  [`${entropy}parameters:\n  averaging:\n`, "got null"],
  [`${entropy}parameters:\n  averaging: []\n`, "5:14: parameters.averaging: must not be empty, got a list"],
  [
    `${entropy}parameters:\n  scope: ["geometric(1)"]\n`,
    '5:11: parameters.scope.0: must be a number in [0, ∞) or geometricScope(γ₀, γ₁), focusingScope(γ₀, factor) or distanceScope(share, γ₀), got "geometric(1)"',
  ],
  [
    `${entropy}parameters:\n  learningrate: [1]\n`,
    "5:3: parameters.learningrate: is unknown here; possible are optimizer, preset, learningRate,",
  ],
  [`${entropy}parameters:\n  validation: [1]\n`, "5:3: parameters.validation: is unknown here"],
  [`${entropy}set: { seed: 3 }\nparameters: {}\n`, "4:8: set.seed: is unknown here"],
  [`${sgd}set: { nesterov: yes }\nparameters: {}\n`, '4:18: set.nesterov: must be true or false, got "yes"'],
  [`${sgd}set: { clipNorm: -1 }\nparameters: {}\n`, "4:18: set.clipNorm: must be a number in (0, ∞) or null, got -1"],
  [`${sgd}set: { batchSize: 1 }\nparameters: {}\n`, "4:19: set.batchSize: must be at least 2, got 1"],
  [`${sgd}set: { averaging: 1 }\nparameters: {}\n`, "4:8: set.averaging: is no option of sgd"],
  [
    `${sgd}set: { momentum: 0 }\nparameters: { momentum: [0.9] }\n`,
    "4:8: set.momentum: must not be here and in parameters",
  ],
  [`${sgd}dropout: 0\nparameters: { dropout: [0.1] }\n`, "4:1: dropout: must not be here and in parameters"],
  [
    `${sgd}preset: lua\nparameters: {}\n`,
    "4:1: preset: only entropy-sgd, entropy-adam and parle have presets, this sweep has sgd",
  ],
  [`${sgd}recipe: paper\nparameters: {}\n`, "4:1: recipe: the paper has none for sgd on small-mnistfc"],
  [`${sgd}recipe: papers\nparameters: {}\n`, '4:9: recipe: must be one of tuned, paper, finetune, got "papers"'],
  [`${sgd}parameters: { momentum: [0, 0.0] }\n`, "4:29: parameters.momentum.1: must not be there twice, got 0"],
  [
    `${base}parameters:\n  optimizer: [sgd, adam]\n  momentum: [0.9]\n`,
    "5:3: parameters.momentum: adam has no such option; write sgd.momentum",
  ],
  [
    `${sgd}parameters:\n  adam.beta1: [0.9]\n`,
    "5:3: parameters.adam.beta1: adam is no optimizer of this sweep; it has sgd",
  ],
  // A grid has lists, a random search also ranges.
  [
    `${entropy}parameters:\n  noise: { min: 0, max: 1 }\n`,
    "5:10: parameters.noise: must be a list of values, as the search is a grid, got a mapping",
  ],
  [`${entropy}samples: 3\nparameters: {}\n`, "4:1: samples: is for search: random, the search is a grid"],
  [`${entropy}seed: 3\nparameters: {}\n`, "4:1: seed: is for search: random, the search is a grid"],
  [`${entropy}search: random\nparameters: {}\n`, "4:1: search: samples is required for a random search"],
  [
    `${random}parameters:\n  averaging: { min: 0, max: 1 }\n`,
    "7:21: parameters.averaging.min: must be a number in (0, 1], got 0",
  ],
  [
    `${random}parameters:\n  noise: { min: 0, max: 1, scale: log }\n`,
    "7:17: parameters.noise.min: must be more than 0, as the scale is log, got 0",
  ],
  [`${random}parameters:\n  noise: { min: 1, max: 1 }\n`, "7:17: parameters.noise.min: must be less than max 1, got 1"],
  [
    `${random}parameters:\n  noise: { min: 0, max: 1, step: 3 }\n`,
    "7:28: parameters.noise.step: is unknown here; possible are min, max, scale, integer",
  ],
  [
    `${random}parameters:\n  noise: { min: 0, max: 1, scale: cubic }\n`,
    '7:35: parameters.noise.scale: must be one of linear, log, got "cubic"',
  ],
  [
    `${random}parameters:\n  innerSteps: { min: 1, max: 9 }\n`,
    "7:15: parameters.innerSteps.integer: must be true: only whole numbers are possible here, got nothing",
  ],
  [
    `${random}parameters:\n  noise: { min: 0, max: 1.5, integer: true }\n`,
    "7:25: parameters.noise.max: must be a whole number, as the range is of whole numbers, got 1.5",
  ],
  [
    `${random}parameters:\n  noiseForm: { min: 0, max: 1 }\n`,
    "7:14: parameters.noiseForm: must be a list, got a mapping",
  ],
  // YAML itself.
  [`${sgd}budget: 3\nparameters: {}\n`, "4:1: budget: is there twice"],
  ['{"network": "lenet", "budget": 1, "budget": 2}', "1:35: budget: is there twice"],
  [`${base}optimizer: [sgd\nparameters: {}\n`, "4:1: malformed YAML: "],
  [`${base}optimizer: !word sgd\nparameters: {}\n`, "3:12: malformed YAML: Unresolved tag: !word"],
  [`${base}optimizer: !!binary c2dk\nparameters: {}\n`, "3:12: malformed YAML: Unresolved tag: "],
  [`${base}optimizer: *other\nparameters: {}\n`, "3:12: *other: names no anchor before it"],
  [`${sgd}parameters: {}\n---\n${sgd}`, "5:1: malformed YAML: Source contains multiple documents"],
  [`${sgd}? [a, b]\n: 1\n`, "4:3: malformed YAML: "],
  [`${sgd}parameters: { <<: { momentum: [0] } }\n`, "4:15: parameters.<<: is unknown here"],
  ['{"network": "lenet", "__proto__": {"budget": 1}, "parameters": {}}', "1:22: __proto__: is unknown here"],
  [`${sgd}parameters: { "__proto__": [0] }\n`, "4:15: parameters.__proto__: is unknown here"],
])("is reported with its place (%#)", (text, message) => {
  const found = messageOf(text);
  expect(found).toContain(`${message.startsWith("got") ? "" : "s.yaml:"}${message}`);
  // The lines of a file from another system end otherwise, and the places are the same.
  expect(messageOf(text.replaceAll("\n", "\r\n"))).toBe(found);
  expect(found).not.toContain("\n");
});

test("untrusted content is refused: too deep, too many aliases, cycles, control characters, too large", () => {
  expect(messageOf(`${sgd}a: ${"[".repeat(5000)}${"]".repeat(5000)}`)).toBe(
    "s.yaml:4:20: must be nested at most 16 deep and indented by at most 128 columns",
  );
  expect(messageOf(`a: ${"- ".repeat(5000)}`)).toMatch(/^s\.yaml:1:\d+: must be nested/);
  expect(messageOf(Array.from({ length: 300 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"))).toMatch(/must be nested/);
  const doubling = Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join("\n");
  expect(messageOf(`a0: &a0 [1]\n${doubling}\n`)).toBe(
    "s.yaml:2:10: there must be at most 100 aliases, those within aliases counted",
  );
  expect(messageOf(`${sgd}parameters: &p { momentum: [*p] }\n`)).toMatch(
    /momentum\.0: must be a number in \[0, 1\), got/,
  );
  expect(messageOf(`${base}optimizer: "\\e[31m\u202e"\n`)).not.toMatch(/[\p{Cc}\u202e]/u);
  const large = join(root, "large.yaml");
  writeFileSync(large, `# ${"x".repeat(2 ** 20)}\n`);
  expect(() => readSweep(large)).toThrow("must have at most 1048576 bytes");
});

test("any text is either valid or refused in one line", () => {
  const piece = fc.constantFrom(
    ...[
      "network",
      "budget",
      "parameters",
      "optimizer",
      "sgd",
      "momentum",
      ":",
      ": ",
      "-",
      "- ",
      "[",
      "]",
      "{",
      "}",
      ",",
    ],
    ...[
      "\n",
      "\n  ",
      "\n    ",
      "&a",
      "*a",
      "!t",
      "|",
      ">",
      "'",
      '"',
      "#",
      "%",
      "? ",
      "<<",
      "1",
      "0.5",
      "~",
      "\u0000",
      "\ufeff",
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      expect(messageOf(pieces.join(""))).toMatch(/^(no error|s\.yaml:\d+:\d+: .*)$/);
    }),
    { numRuns: 500 },
  );
});

test("a misspelt name is reported at any place", () => {
  const fields = ["network: small-mnistfc", "budget: 2", "optimizer: sgd", "parameters: { momentum: [0, 0.9] }"];
  const line = fc.constantFrom("", "# a comment with [ and { and - -", "   ", "#");
  const lines = fc.array(line, { maxLength: 4 });
  fc.assert(
    fc.property(fc.array(lines, { minLength: 5, maxLength: 5 }), fc.nat({ max: 3 }), (between, at) => {
      const text = fields.flatMap((field, i) => [...between[i]!, field]);
      expect(messageOf(`${text.join("\n")}\n`)).toBe("no error");
      const place = text.indexOf(fields[at]!);
      const wrong = [...text.slice(0, place), "wrong: 1", ...text.slice(place)].join("\n");
      expect(messageOf(wrong)).toMatch(new RegExp(`^s\\.yaml:${place + 1}:1: wrong: is unknown here`));
    }),
    { numRuns: 100 },
  );
});

test("the file may be a link; a missing file or a folder is refused", () => {
  const real = join(root, "real");
  mkdirSync(real);
  writeFileSync(join(real, "sweep.yaml"), `${sgd}data: images\nparameters: {}\n`);
  const link = join(root, "link.yaml");
  symlinkSync(join(real, "sweep.yaml"), link);
  expect(readSweep(link).data).toMatch(/real\/images$/);
  expect(() => readSweep(join(root, "none.yaml"))).toThrow(new InputError(`${join(root, "none.yaml")}: missing`));
  expect(() => readSweep(real)).toThrow(/must be a plain file/);
});
