/** `npm run coverage -- [--only trace,chain-mean] [--seeds 400]`: do stated errors hold the truth as often as they say? */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fixed } from "../../packages/lab/src/statistics/numbers.ts";
import { coverageOf } from "./coverageOf.ts";
import { coveragePage, type InstrumentCoverage } from "./coveragePage.ts";
import { instruments } from "./instruments.ts";

const folder = fileURLToPath(new URL("../../docs/results/coverage/", import.meta.url));
const { values } = parseArgs({ options: { only: { type: "string" }, seeds: { type: "string" } } });
const only = values.only?.split(",");
const unknown = only?.find((name) => !instruments.some((instrument) => instrument.name === name));
if (unknown !== undefined) {
  console.error(
    `--only: no instrument is named ${unknown}; there are ${instruments.map(({ name }) => name).join(", ")}`,
  );
  process.exit(2);
}

const file = `${folder}coverage.json`;
const stored: InstrumentCoverage[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
const measured = new Map(stored.map((found) => [found.name, found]));
mkdirSync(folder, { recursive: true });
for (const { cases, numSeeds = 400, numSuiteSeeds: _, ...instrument } of instruments) {
  if (only !== undefined && !only.includes(instrument.name)) continue;
  const found = [];
  for (const problem of cases) {
    found.push(await coverageOf(problem, values.seeds === undefined ? numSeeds : Number(values.seeds)));
    const { name, coverage } = found.at(-1)!;
    console.error(`${instrument.name}, ${name}: ${coverage === null ? "nothing stated" : fixed(coverage, 3)}`);
  }
  measured.set(instrument.name, { ...instrument, cases: found });
  // Written after each instrument, so that an interrupted run keeps what it has.
  const all = instruments.flatMap(({ name }) => measured.get(name) ?? []);
  writeFileSync(file, `${JSON.stringify(all, null, 1)}\n`);
  writeFileSync(`${folder}README.md`, coveragePage(all));
}
