/** One fault: a run in a folder of its own, the processes that work on it, and the judgement of what came of it. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expectedResume } from "./intact.ts";
import { difference, type Outcome, outcomeOf, type Workload } from "./workload.ts";

/** What a fault did to a run: it went on exactly, it was refused with one clear error, or something was lost. */
export interface Verdict {
  readonly outcome: "resumed" | "refused" | "lost";
  readonly note: string;
}

/** What a process has come to. */
export interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** A process that runs the command. */
export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** A run that a fault is injected into. */
export interface Trial {
  readonly workload: Workload;
  readonly folder: string;
  readonly data: string;
  readonly expected: Outcome;
  /** Of the undisturbed run: milliseconds until its folder was there and from then on, bytes of its events. */
  readonly startUp: number;
  readonly training: number;
  readonly eventBytes: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Runs the command with its arguments. */
  readonly command: (...args: string[]) => Running;
}

const programs = {
  right: fileURLToPath(new URL("../packages/lab/bin/entropy-sgd.js", import.meta.url)),
  broken: fileURLToPath(new URL("command.mjs", import.meta.url)),
  namespace: fileURLToPath(new URL("namespace.mjs", import.meta.url)),
};

/** Starts the command, or its broken variant. */
export function startCommand(program: keyof typeof programs, args: readonly string[]): Running {
  const child = spawn(process.execPath, [programs[program], ...args], { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, stderr })));
  return { process: child, ended };
}

/** Waits until a process has written a text to its standard error, or has ended. */
export async function untilItSays({ process: child, ended }: Running, text: string): Promise<void> {
  let said = "";
  const heard = new Promise<void>((resolve) => {
    child.stderr?.on("data", (part: string) => {
      said += part;
      if (said.includes(text)) resolve();
    });
  });
  await Promise.race([heard, ended]);
}

/** Begins the run of a trial. */
export function begin({ workload, folder, data, command }: Trial): Running {
  return command("train", ...workload.args, "--data", data, "--out", folder);
}

/**
 * Waits for a random moment of a run under way, at times of its process's start, or until the process has ended.
 *
 * Moments are by the run's events, not by the clock: a busy machine would move them all to one end of the run.
 */
export async function aMoment(trial: Trial, running: Running): Promise<void> {
  const { folder, startUp, eventBytes, random } = trial;
  const { wait, isOver } = waiting(running);
  if (random() < 0.15) return wait(startUp * random());
  const bytes = eventBytes * random();
  while (!isOver() && bytesOf(join(folder, "events.jsonl")) < bytes) await wait(1);
  return wait(10 * random());
}

/** Waits for a random moment of a process that resumes: of its start or of what it does then. */
export async function aMomentOfResume({ startUp, training, random }: Trial, running: Running): Promise<void> {
  return waiting(running).wait((startUp + training) * random());
}

/** Waiting that ends with the process. */
function waiting(running: Running) {
  let over = false;
  const end = running.ended.then(() => {
    over = true;
  });
  const wait = (ms: number): Promise<void> => Promise.race([delay(ms, undefined, { ref: false }), end]);
  return { wait, isOver: () => over };
}

function bytesOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** Begins the run of a trial and ends it by a signal at a random moment. */
export async function beginAndKill(trial: Trial, signal: NodeJS.Signals = "SIGKILL"): Promise<Ended> {
  const running = begin(trial);
  await aMoment(trial, running);
  running.process.kill(signal);
  return running.ended;
}

/** Resumes the run of a trial and judges: exactly from the newest intact checkpoint, or refused for a reason. */
export async function resumeAndJudge(trial: Trial): Promise<Verdict> {
  const { folder, command, expected } = trial;
  const { name, damaged } = expectedResume(folder);
  const hasConfig = existsSync(join(folder, "config.json"));
  const wasEnded = hasEnded(folder);
  const { code, stderr } = await command("resume", folder).ended;
  if (code === 2) {
    const mayRefuse = name === null && (damaged.length > 0 || !hasConfig);
    if (!mayRefuse)
      return lost(`refused although ${name === null ? "it could begin again" : `${name} is intact`}`, stderr);
    return refusedClearly(stderr);
  }
  if (code !== 0) return lost(`resume ended with ${code}`, stderr);
  if (!wasEnded) {
    const place = name === null ? "there is no checkpoint yet" : `checkpoint ${name})`;
    if (!stderr.includes(place)) return lost(`did not say that it went on from ${name ?? "the start"}`, stderr);
    const untold = damaged.find((one) => !stderr.includes(`checkpoint ${one} was passed over`));
    if (untold !== undefined) return lost(`did not say that ${untold} was passed over`, stderr);
  }
  const why = outcomeDifference(expected, folder);
  return why === null ? { outcome: "resumed", note: `from ${name ?? "the start"}` } : lost(why, stderr);
}

/** The verdict on a run that has come to its end. */
export function judgeEnded({ folder, expected }: Trial, { stderr }: Ended, note = "went on undisturbed"): Verdict {
  const why = outcomeDifference(expected, folder);
  return why === null ? { outcome: "resumed", note } : lost(why, stderr);
}

/** Whether an error is told as it should be: one line, no stack trace. */
export function refusedClearly(stderr: string): Verdict {
  const errors = stderr.split("\n").filter((line) => line.startsWith("error: "));
  const isClear = errors.length === 1 && !/internal error|^\s+at /m.test(stderr);
  return isClear ? { outcome: "refused", note: errors[0]! } : lost("the error is not one clear line", stderr);
}

/** Something was lost. */
export function lost(why: string, stderr = ""): Verdict {
  const end = stderr.trim().split("\n").slice(-4).join("\n");
  return { outcome: "lost", note: end === "" ? why : `${why}; it said:\n${end}` };
}

function outcomeDifference(expected: Outcome, folder: string): string | null {
  try {
    return difference(expected, outcomeOf(folder));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function hasEnded(folder: string): boolean {
  try {
    return readFileSync(join(folder, "events.jsonl"), "utf8").includes('"reason":"budget"');
  } catch {
    return false;
  }
}
