/** The reference of all options is the tables that check them, and nothing is missing in it. */
import { readFileSync } from "node:fs";
import { optimizerNames, optimizersByName } from "entropy-sgd";
import { describe, expect, test } from "vitest";
import { optionsPage, optionsText } from "../src/commands/optionsReference.ts";
import { run } from "./commandRunner.ts";

test("docs/reference/options.md is up to date (npm run reference)", () => {
  expect(readFileSync(new URL("../../../docs/reference/options.md", import.meta.url), "utf8")).toBe(optionsPage());
});

describe.each(optimizerNames)("%s", (optimizer) => {
  const { options } = optimizersByName[optimizer];

  test.each(options)("$name has a rule, one sentence and a source", ({ rule, doc, source }) => {
    expect(rule).toMatch(/\S/);
    expect(doc).toMatch(/^[A-Z][^\n]{10,}\.$/);
    expect(source).toMatch(/^[^\n]{5,}[^.\n]$/);
  });

  test("the text has every option with its row of the table", () => {
    const text = optionsText(optimizer);
    for (const { name, rule, doc, source } of options) {
      const block = text.split("\n\n").find((part) => part.startsWith(`${name}: `))!;
      for (const part of [rule, doc, source]) expect(block).toContain(part);
    }
  });
});

test("a line by hand: default, presets and source of the averaging", () => {
  expect(optionsText("entropy-sgd")).toContain(
    "averaging: a number in (0, 1]; default 0.75\n  Weight α of the new sample in μ.\n" +
      "  Presets: paper 0.75, lua 0.25, pytorch 0.25.\n" +
      "  Source: Chaudhari et al. 2017, Algorithm 1, line 6 and section 5: α = 0.75.\n",
  );
  expect(optionsPage()).toContain(
    "| `averaging` | a number in (0, 1] | 0.75 | 0.75 | 0.25 | 0.25 | Weight α of the new sample in μ. |",
  );
});

test("the command prints the text, and names the optimizers for an unknown one", async () => {
  expect(await run(["options", "sam"])).toEqual({ code: 0, stdout: optionsText("sam"), stderr: "" });
  expect(await run(["options", "sdg"])).toEqual({
    code: 2,
    stdout: "",
    stderr: `error: optimizer: must be one of ${optimizerNames.join(", ")}, got "sdg"\n`,
  });
});
