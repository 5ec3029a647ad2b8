/** Injects faults into runs, one after another on each of two lanes, and counts what came of them. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { writeSmallImages } from "../packages/lab/test/smallImages.ts";
import { faults } from "./faults.ts";
import { startCommand, type Trial, type Verdict } from "./trial.ts";
import { outcomeOf, type Workload, workloads } from "./workload.ts";

/** What is asked. */
export interface FaultOptions {
  readonly count: number;
  readonly seed: number;
  /** Against the broken writer and reader of command.mjs instead of the right ones. */
  readonly broken?: boolean;
  /** Names of faults; all when absent. */
  readonly only?: readonly string[];
  /** Told of each fault. */
  readonly onVerdict?: (line: string) => void;
}

/** What came of all faults. */
export interface FaultCounts {
  readonly injected: number;
  readonly resumed: number;
  readonly refused: number;
  readonly lost: number;
}

/** Counts by kind of fault, and the losses in words. */
export interface FaultReport extends FaultCounts {
  readonly kinds: Readonly<Record<string, FaultCounts>>;
  readonly losses: readonly string[];
  /** Kinds that this machine does not let us inject. */
  readonly omitted: readonly string[];
}

const lanes = 2;

/** Injects `count` faults, the kinds in turn. */
export async function runFaults({ count, seed, broken, only, onVerdict }: FaultOptions): Promise<FaultReport> {
  const root = mkdtempSync(join(tmpdir(), "faults-"));
  const mayMount = canMount(root);
  const wanted = faults.filter(({ name }) => only === undefined || only.includes(name));
  const chosen = wanted.filter(({ mounts }) => mayMount || !mounts);
  const omitted = wanted.filter((fault) => !chosen.includes(fault)).map(({ name }) => name);
  const command = (...args: string[]) => startCommand(broken ? "broken" : "right", args);
  try {
    const data = join(root, "data");
    writeSmallImages(data, { noisy: true });
    const references = new Map<Workload, Promise<Reference>>();
    const referenceOf = (workload: Workload): Promise<Reference> => {
      const known = references.get(workload) ?? undisturbed(workload, root, data);
      references.set(workload, known);
      return known;
    };
    const verdicts: { kind: string; verdict: Verdict }[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      for (let i = next++; i < count; i = next++) {
        const fault = chosen[i % chosen.length]!;
        const random = generator(seed, i);
        const workload = workloads[Math.floor(random() * workloads.length)]!;
        const reference = await referenceOf(workload);
        const place = join(root, `fault-${i}`);
        mkdirSync(place);
        const trial: Trial = { workload, folder: join(place, "run"), data, ...reference, random, command };
        const verdict = await fault.inject(trial);
        verdicts.push({ kind: fault.name, verdict });
        onVerdict?.(`${i + 1}/${count} ${fault.name} (${workload.name}): ${verdict.outcome}, ${verdict.note}`);
        rmSync(place, { recursive: true });
      }
    };
    const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
    for (const end of ends) if (end.status === "rejected") throw end.reason;
    const losses = verdicts.flatMap(({ kind, verdict }) =>
      verdict.outcome === "lost" ? [`${kind}: ${verdict.note}`] : [],
    );
    const kinds = chosen.map(({ name }) => [name, countsOf(verdicts.filter(({ kind }) => kind === name))] as const);
    return { ...countsOf(verdicts), kinds: Object.fromEntries(kinds), losses, omitted };
  } finally {
    rmSync(root, { recursive: true });
  }
}

function countsOf(verdicts: readonly { readonly verdict: Verdict }[]): FaultCounts {
  const of = (outcome: Verdict["outcome"]) => verdicts.filter(({ verdict }) => verdict.outcome === outcome).length;
  return { injected: verdicts.length, resumed: of("resumed"), refused: of("refused"), lost: of("lost") };
}

type Reference = Pick<Trial, "expected" | "startUp" | "training" | "eventBytes">;

/** The run of a workload that nothing happens to. */
async function undisturbed(workload: Workload, root: string, data: string): Promise<Reference> {
  const folder = join(root, `reference-${workload.name}`);
  const started = performance.now();
  const running = startCommand("right", ["train", ...workload.args, "--data", data, "--out", folder]);
  while (running.process.exitCode === null && !existsSync(join(folder, "config.json"))) await delay(2);
  const begun = performance.now();
  const { code, stderr } = await running.ended;
  if (code !== 0) throw new Error(`the undisturbed run ended with ${code}:\n${stderr}`);
  const times = { startUp: begun - started, training: performance.now() - begun };
  return { expected: outcomeOf(folder), ...times, eventBytes: statSync(join(folder, "events.jsonl")).size };
}

/** Whether this process may mount a file system. */
function canMount(root: string): boolean {
  const probe = join(root, "probe");
  mkdirSync(probe);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", probe], { stdio: "ignore" });
    execFileSync("umount", [probe], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    if (existsSync(probe)) rmSync(probe, { recursive: true });
  }
}

/** Uniform numbers of fault `i`, whatever the other faults draw. */
export function generator(seed: number, i: number): () => number {
  let state = (Math.imul(seed, 2654435761) ^ Math.imul(i + 1, 40503)) >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  // The first numbers of near seeds are near each other.
  for (let k = 0; k < 8; k++) next();
  return next;
}
