/** `npm run faults -- --count 300 --json`: does a run survive whatever happens to it? */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, release, type } from "node:os";
import { parseArgs } from "node:util";
import { faults } from "./faults.ts";
import { runFaults } from "./runFaults.ts";

const usage =
  "usage: npm run faults -- [--count 39] [--seed 1] [--only kill,SIGINT] [--broken] [--json] [--out report.json]";

function options() {
  try {
    return parseArgs({
      options: {
        count: { type: "string", default: "39" },
        seed: { type: "string", default: "1" },
        only: { type: "string" },
        broken: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        out: { type: "string" },
      },
    }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(why: string): never {
  process.stderr.write(`${why}\n${usage}\n`);
  process.exit(2);
}

const { count, seed, only, broken, json, out } = options();
if (!(Number.isInteger(Number(count)) && Number(count) > 0 && Number.isInteger(Number(seed)))) {
  refuse("--count and --seed must be whole numbers");
}
const unknown = only?.split(",").find((name) => !faults.some((fault) => fault.name === name));
if (unknown !== undefined) {
  refuse(`--only: must be of ${faults.map(({ name }) => name).join(", ")}, got ${JSON.stringify(unknown)}`);
}

// Mounting needs a privilege, which a user name space of our own gives where the system allows it.
const again = ["--user", "--map-root-user", "--mount", process.execPath, ...process.execArgv, ...process.argv.slice(1)];
if (process.getuid?.() !== 0 && spawnSync("unshare", ["--user", "--map-root-user", "--mount", "true"]).status === 0) {
  process.exit(spawnSync("unshare", again, { stdio: "inherit" }).status ?? 1);
}

const report = await runFaults({
  ...{ count: Number(count), seed: Number(seed), broken },
  ...(only === undefined ? {} : { only: only.split(",") }),
  onVerdict: (line) => process.stderr.write(`${line}\n`),
});
const { injected, resumed, refused, lost, kinds, losses, omitted } = report;
for (const kind of omitted) process.stderr.write(`OMITTED: "${kind}" needs the right to mount file systems\n`);
if (json) process.stdout.write(`${JSON.stringify({ injected, resumed, refused, lost })}\n`);
else {
  for (const [name, counts] of Object.entries(kinds)) {
    const { injected: all, resumed: on, refused: off, lost: gone } = counts;
    process.stdout.write(`${name}: ${all} injected, ${on} resumed, ${off} refused, ${gone} lost\n`);
  }
  process.stdout.write(`\n${injected} faults: ${resumed} resumed exactly, ${refused} refused clearly, ${lost} lost\n`);
}
if (out !== undefined) {
  const { version } = process;
  const machine = {
    processor: cpus()[0]?.model,
    cores: cpus().length,
    node: version,
    system: `${type()} ${release()}`,
  };
  const asked = { count: Number(count), seed: Number(seed), ...(only === undefined ? {} : { only }), broken };
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(out, `${JSON.stringify({ asked, date, machine, ...report }, null, 2)}\n`);
}
for (const loss of losses) process.stderr.write(`LOST: ${loss}\n`);
process.exitCode = lost > 0 ? 1 : 0;
