import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { assembleStudy } from "../src/experiments/study/assemble.ts";

const folder = fileURLToPath(new URL("../../../docs/results/wide-valleys/", import.meta.url));
const text = (name: string): string => readFileSync(`${folder}${name}`, "utf8");

test("the README of the committed study gives today's verdicts", () => {
  const { hypotheses } = assembleStudy(JSON.parse(text("study.json")).runs, null);
  const readme = text("README.md");
  for (const { name, verdict } of hypotheses) {
    const row = readme.split("\n").find((line) => line.startsWith(`| ${name} |`));
    expect(row).toContain(`**${verdict}**`);
  }
});
