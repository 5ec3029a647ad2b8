/** `npm run faults:queue`: a sweep of 18 runs on three workers, two of which are killed while they train. */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startServer } from "../packages/cluster/test/natsServer.ts";

const program = fileURLToPath(new URL("../packages/lab/bin/entropy-sgd.js", import.meta.url));

/** Nine configurations with two seeds. */
const sweepFile = `network: small-mnistfc
budget: 4
seeds: 2
threads: 1
parameters:
  optimizer: [entropy-sgd, sgd, adam]
  entropy-sgd.innerLearningRate: [0.03, 0.1, 0.3]
  sgd.learningRate: [0.03, 0.1, 0.3]
  adam.learningRate: [0.0003, 0.001, 0.003]
`;

/** A command, what it says and how it ends. */
interface Running {
  readonly child: ChildProcess;
  readonly written: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
}

function command(args: readonly string[], onLine: (line: string) => void = () => {}): Running {
  const child = spawn(process.execPath, [program, ...args]);
  const written = { stdout: "", stderr: "" };
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    written.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    written.stderr += text;
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(onLine);
  });
  return { child, written, ended: new Promise((resolve) => child.once("close", resolve)) };
}

/** SHA-256 of the weights of each run in a folder. */
function weightsOf(out: string): Record<string, string> {
  const names = readdirSync(out).filter((name) => existsSync(join(out, name, "seal.json")));
  const hash = (name: string): string =>
    createHash("sha256")
      .update(readFileSync(join(out, name, "weights.safetensors")))
      .digest("hex");
  return Object.fromEntries(names.sort().map((name) => [name, hash(name)]));
}

/** Kills a worker and the process that trains for it, as when their machine loses its power. */
function loseMachine({ pid }: ChildProcess): void {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean);
  for (const each of [pid!, ...children.map(Number)]) process.kill(each, "SIGKILL");
}

interface Kill {
  readonly worker: number;
  readonly run: string;
  /** Runs that had ended then. */
  readonly ended: number;
  readonly seconds: number;
}

/** Watches what the planner says, and kills the worker of a run in the middle of it: when 3 and when 8 runs have ended. */
function killer(workers: readonly Running[]) {
  const began = performance.now();
  const at = [3, 8];
  const kills: Kill[] = [];
  const begins: { readonly run: string; readonly worker: number }[] = [];
  let ended = 0;
  return {
    kills,
    begins,
    hear(line: string): void {
      const [, run, words] = /^\[\d+\/\d+\] ([\w-]+?):? (.*)$/.exec(line) ?? [];
      if (run === undefined || words === undefined) return;
      const pid =
        /^(?:begins(?: anew)?|goes on from a checkpoint) on \S+-(\d+)(?: after \S+)?(?: \(attempt \d+\))?$/.exec(
          words,
        )?.[1];
      if (pid !== undefined) {
        begins.push({ run, worker: workers.findIndex(({ child }) => child.pid === Number(pid)) });
      } else if (/\(\d.* s\)$/.test(words) && !words.startsWith("epoch")) ended += 1;
      else if (words.startsWith("epoch") && kills.length < at.length && ended >= at[kills.length]!) {
        const worker = begins.filter((begin) => begin.run === run).at(-1)!.worker;
        if (kills.some((kill) => kill.worker === worker)) return;
        loseMachine(workers[worker]!.child);
        kills.push({ worker: worker + 1, run, ended, seconds: Math.round((performance.now() - began) / 100) / 10 });
        process.stderr.write(`worker ${worker + 1} is killed while it trains ${run}; ${ended} runs have ended\n`);
      }
    },
  };
}

/** What a sweep tells of its runs. */
interface SweepJson {
  readonly configurations: readonly { readonly runs: readonly { readonly seed: number }[] }[];
  readonly failed: readonly unknown[];
}

async function onQueue(folder: string, file: string) {
  const server = await startServer();
  const place = ["--nats", server.address];
  const workers = [1, 2, 3].map((number) =>
    command(["worker", ...place, "--heartbeat", "2", "--out", join(folder, `worker-${number}`)]),
  );
  try {
    const watch = killer(workers);
    const began = performance.now();
    const planner = command(["sweep", file, ...place, "--out", join(folder, "queue"), "--json"], (line) => {
      process.stderr.write(`${line}\n`);
      watch.hear(line);
    });
    const code = await planner.ended;
    const seconds = Math.round((performance.now() - began) / 1000);
    return { ...watch, code, seconds, json: JSON.parse(planner.written.stdout) as SweepJson };
  } finally {
    for (const { child } of workers) child.kill("SIGTERM");
    await Promise.all(workers.map(({ ended }) => ended));
    await server.stop();
  }
}

async function main(): Promise<number> {
  const { out } = parseArgs({ options: { out: { type: "string" } } }).values;
  const folder = mkdtempSync(join(tmpdir(), "queue-faults-"));
  try {
    const file = join(folder, "sweep.yaml");
    writeFileSync(file, sweepFile);
    const began = performance.now();
    const local = command(["sweep", file, "--out", join(folder, "local"), "--parallel", "2", "--json"]);
    if ((await local.ended) !== 0) throw new Error(local.written.stderr);
    const localSeconds = Math.round((performance.now() - began) / 1000);
    const { kills, begins, code, seconds, json } = await onQueue(folder, file);
    const [expected, found] = [weightsOf(join(folder, "local")), weightsOf(join(folder, "queue"))];
    const names = Object.keys(expected);
    const inTable = json.configurations.flatMap(({ runs }) => runs).length;
    const runs = names.map((name) => {
      const workers = begins.filter(({ run }) => run === name).map(({ worker }) => worker + 1);
      return { name, workers, weights: found[name] ?? null, same: found[name] === expected[name] };
    });
    const report = {
      ...{ runs: names.length, workers: 3, killed: kills, exitCode: code, inTable, failed: json.failed.length },
      ...{ sameWeights: runs.filter(({ same }) => same).length, givenOut: begins.length, seconds, localSeconds },
      ...{ processor: cpus()[0]!.model.trim(), cores: cpus().length, node: process.version, each: runs },
    };
    const text = `${JSON.stringify(report, null, 2)}\n`;
    if (out === undefined) process.stdout.write(text);
    else writeFileSync(out, text);
    const areGivenOut = begins.length === names.length + kills.length;
    const isRight = code === 0 && inTable === 18 && report.sameWeights === 18 && kills.length === 2 && areGivenOut;
    process.stderr.write(
      `${isRight ? "right" : "WRONG"}: ${inTable} runs in the table, ${report.sameWeights} with the weights of the local sweep\n`,
    );
    return isRight ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
