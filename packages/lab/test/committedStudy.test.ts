import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { assembleStudy } from "../src/study/assemble.ts";

const folder = fileURLToPath(new URL("../../../docs/results/wide-valleys/", import.meta.url));
const text = (name: string): string => readFileSync(`${folder}${name}`, "utf8");

test("the committed study is judged by today's rule (npm run judge-study)", () => {
  const { hypotheses } = assembleStudy(JSON.parse(text("study.json")).runs, null);
  expect(JSON.parse(text("judgement.json")).hypotheses).toEqual(JSON.parse(JSON.stringify(hypotheses)));
  const readme = text("README.md");
  for (const { name, verdict } of hypotheses) {
    const row = readme.split("\n").find((line) => line.startsWith(`| ${name} |`));
    expect(row).toContain(`**${verdict}**`);
  }
});
