/** The faults, by name. */
import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import {
  aMoment,
  aMomentOfResume,
  begin,
  beginAndKill,
  type Ended,
  judgeEnded,
  lost,
  refusedClearly,
  resumeAndJudge,
  startCommand,
  type Trial,
  untilItSays,
  type Verdict,
} from "./trial.ts";
import { checkpointsOf } from "./workload.ts";

/** A fault. */
export interface Fault {
  readonly name: string;
  /** Whether it mounts file systems, which needs the right to. */
  readonly mounts?: boolean;
  readonly inject: (trial: Trial) => Promise<Verdict>;
}

export const faults: readonly Fault[] = [
  {
    name: "kill",
    async inject(trial) {
      await beginAndKill(trial);
      return resumeAndJudge(trial);
    },
  },
  {
    name: "kill the resumed run too",
    async inject(trial) {
      await beginAndKill(trial);
      if (existsSync(join(trial.folder, "config.json"))) {
        const resumed = trial.command("resume", trial.folder);
        await aMomentOfResume(trial, resumed);
        resumed.process.kill("SIGKILL");
        await resumed.ended;
      }
      return resumeAndJudge(trial);
    },
  },
  { name: "SIGTERM", inject: (trial) => endByRequest(trial, "SIGTERM", 143) },
  { name: "SIGINT", inject: (trial) => endByRequest(trial, "SIGINT", 130) },
  { name: "SIGHUP", inject: (trial) => endByRequest(trial, "SIGHUP", 129) },
  { name: "SIGUSR2", inject: askForCheckpoint },
  {
    name: "tear the last line of events.jsonl",
    async inject(trial) {
      await beginAndKill(trial);
      const file = join(trial.folder, "events.jsonl");
      if (existsSync(file)) {
        const text = readFileSync(file, "utf8");
        const lastLine = text.length - (text.trimEnd().lastIndexOf("\n") + 1);
        if (lastLine > 1) truncateSync(file, text.length - 1 - Math.floor(trial.random() * (lastLine - 1)));
      }
      return resumeAndJudge(trial);
    },
  },
  {
    name: "truncate checkpoints",
    inject: (trial) => damage(trial, (file) => truncateSync(file, Math.floor(trial.random() * statSync(file).size))),
  },
  {
    name: "flip a bit of checkpoints",
    inject: (trial) =>
      damage(trial, (file) => {
        const bytes = readFileSync(file);
        bytes[Math.floor(trial.random() * bytes.length)]! ^= 1 << Math.floor(trial.random() * 8);
        writeFileSync(file, bytes);
      }),
  },
  { name: "fill the disk", mounts: true, inject: fillDisk },
  { name: "make the folder read-only", mounts: true, inject: makeReadOnly },
  { name: "remove the data", inject: removeData },
  { name: "remove files of the run", inject: removeFiles },
  { name: "a second process", inject: secondProcess },
  { name: "four processes after a kill", inject: fourProcesses },
  { name: "a second process in another namespace", inject: (trial) => otherNamespace(trial, false) },
  { name: "a suspended process that wakes", inject: (trial) => otherNamespace(trial, true) },
];

/** Ends the run by a signal that it may answer: it must say so by its exit code, and go on exactly. */
async function endByRequest(trial: Trial, signal: NodeJS.Signals, code: number): Promise<Verdict> {
  const ended = await beginAndKill(trial, signal);
  // Before the command listens and after its run has ended, the signal does what it does by default.
  if (ended.code !== code && ended.code !== 0 && ended.code !== null)
    return lost(`${signal} gave ${ended.code}`, ended.stderr);
  return resumeAndJudge(trial);
}

/** Damages a random file in each of the newest checkpoints, at times in all of them. */
async function damage(trial: Trial, harm: (file: string) => void): Promise<Verdict> {
  await beginAndKill(trial);
  const names = checkpointsOf(trial.folder);
  const count = trial.random() < 0.2 ? names.length : Math.min(names.length, 1 + Math.floor(2 * trial.random()));
  for (const name of names.slice(names.length - count)) {
    const folder = join(trial.folder, "checkpoints", name);
    const files = readdirSync(folder).filter((file) => statSync(join(folder, file)).size > 0);
    if (files.length > 0) harm(join(folder, files[Math.floor(trial.random() * files.length)]!));
  }
  return resumeAndJudge(trial);
}

async function fillDisk(trial: Trial): Promise<Verdict> {
  return onOwnDisk(trial, async (disk) => {
    const running = begin(trial);
    await aMoment(trial, running);
    const ballast = join(disk, "ballast");
    fill(ballast);
    // At times a little room is left, so that a file is cut in the middle.
    if (trial.random() < 0.7) truncateSync(ballast, Math.floor(statSync(ballast).size - 1.5e6 * trial.random()));
    const ended = await running.ended;
    rmSync(ballast);
    return afterFailure(trial, ended);
  });
}

async function makeReadOnly(trial: Trial): Promise<Verdict> {
  return onOwnDisk(trial, async (disk) => {
    const running = begin(trial);
    await aMoment(trial, running);
    // Refused as long as a file is open for writing, which is a matter of microseconds.
    for (let attempt = 0; !remounted(disk, "ro") && attempt < 200; attempt++);
    const ended = await running.ended;
    if (!remounted(disk, "rw")) throw new Error(`${disk}: cannot be made writable again`);
    return afterFailure(trial, ended);
  });
}

/** A run that could not write must say so in one line, unless it had written all, and then goes on exactly. */
async function afterFailure(trial: Trial, ended: Ended): Promise<Verdict> {
  if (ended.code === 0) return judgeEnded(trial, ended);
  if (ended.code !== 2) return lost(`the run ended with ${ended.code}`, ended.stderr);
  const told = refusedClearly(ended.stderr);
  return told.outcome === "lost" ? told : resumeAndJudge(trial);
}

async function removeData(trial: Trial): Promise<Verdict> {
  const own = { ...trial, data: `${trial.folder}-data` };
  cpSync(trial.data, own.data, { recursive: true });
  const running = begin(own);
  await aMoment(own, running);
  const aside = `${own.data}-aside`;
  renameSync(own.data, aside);
  running.process.kill("SIGKILL");
  const first = await running.ended;
  const verdict = await withoutData(own, first);
  renameSync(aside, own.data);
  const after = await resumeAndJudge(own);
  rmSync(own.data, { recursive: true });
  return after.outcome === "lost" ? after : verdict;
}

/** Without its data a run that has not ended must be refused. */
async function withoutData(trial: Trial, first: Ended): Promise<Verdict> {
  if (!existsSync(join(trial.folder, "config.json"))) return { outcome: "refused", note: "before it began" };
  const { code, stderr } = await trial.command("resume", trial.folder).ended;
  if (code === 2) return refusedClearly(stderr);
  return code === 0 ? judgeEnded(trial, first) : lost(`resume without data ended with ${code}`, stderr);
}

/** Removes files of a run under way; what is left must be enough to go on. */
async function removeFiles(trial: Trial): Promise<Verdict> {
  const running = begin(trial);
  await aMoment(trial, running);
  const names = ["events.jsonl", "config.json", "weights.safetensors", "checkpoints", "lock"];
  const path = join(trial.folder, names[Math.floor(trial.random() * names.length)]!);
  // All at once: the run may be writing into it.
  const aside = `${trial.folder}-removed`;
  if (existsSync(path)) {
    renameSync(path, aside);
    rmSync(aside, { recursive: true });
  }
  const ended = await running.ended;
  if (ended.code === 2) {
    const told = refusedClearly(ended.stderr);
    if (told.outcome === "lost") return told;
  } else if (ended.code !== 0) return lost(`the run ended with ${ended.code}`, ended.stderr);
  return resumeAndJudge(trial);
}

async function secondProcess(trial: Trial): Promise<Verdict> {
  const first = begin(trial);
  await aMoment(trial, first);
  const second = await trial.command("resume", trial.folder).ended;
  const ended = await first.ended;
  const why = judgeEnded(trial, ended);
  if (why.outcome === "lost") return why;
  if (second.code === 0) return { outcome: "resumed", note: "the first had ended" };
  return second.code === 2
    ? refusedClearly(second.stderr)
    : lost(`the second ended with ${second.code}`, second.stderr);
}

/** Of processes that find the lock of a killed one, one may take it. */
async function fourProcesses(trial: Trial): Promise<Verdict> {
  await beginAndKill(trial);
  if (!existsSync(join(trial.folder, "config.json"))) return resumeAndJudge(trial);
  const ends = await Promise.all([1, 2, 3, 4].map(() => trial.command("resume", trial.folder).ended));
  const first = ends.find(({ code }) => code === 0);
  if (first === undefined) return lost("none of four processes went on", ends[0]!.stderr);
  for (const { code, stderr } of ends) {
    if (code !== 0 && code !== 2) return lost(`one of four processes ended with ${code}`, stderr);
    const told = code === 2 ? refusedClearly(stderr) : null;
    if (told?.outcome === "lost") return told;
  }
  return judgeEnded(trial, first, "by one of four processes");
}

/** A run that is asked for a checkpoint goes on as if nothing had been. */
async function askForCheckpoint(trial: Trial): Promise<Verdict> {
  const running = begin(trial);
  await aMoment(trial, running);
  running.process.kill("SIGUSR2");
  const ended = await running.ended;
  // Before the command listens, the signal does what it does by default.
  if (ended.code === null) return resumeAndJudge(trial);
  return ended.code === 0 ? judgeEnded(trial, ended) : lost(`SIGUSR2 gave ${ended.code}`, ended.stderr);
}

/**
 * A process elsewhere, which cannot know whether the first lives: it must leave a run alone whose lock is renewed, and take
 * over one whose process is suspended, which must write nothing when it wakes.
 */
async function otherNamespace(trial: Trial, suspended: boolean): Promise<Verdict> {
  const { workload, folder, data, random } = trial;
  const here = (...args: string[]) => startCommand("namespace", ["here", ...args]);
  const first = here("train", ...workload.args, "--data", data, "--out", folder);
  await aMoment(trial, first);
  // Stopped until the other one has started, as the whole run may be shorter than that.
  first.process.kill("SIGSTOP");
  const second = startCommand("namespace", ["elsewhere", "resume", folder]);
  if (!suspended) await untilItSays(second, "watching");
  else if (random() < 0.5) await aMomentOfResume(trial, second);
  else await second.ended;
  first.process.kill("SIGCONT");
  const ends = await Promise.all([first.ended, second.ended]);
  const refused = ends.filter(({ code }) => code !== 0);
  for (const { code, stderr } of refused) {
    if (code !== 2) return lost(`one of two processes ended with ${code}`, stderr);
    const told = refusedClearly(stderr);
    if (told.outcome === "lost") return told;
  }
  const done = ends.find(({ code }) => code === 0);
  // Each was refused for the other: a third goes on.
  return done === undefined
    ? resumeAndJudge(trial)
    : judgeEnded(trial, done, refused.length === 0 ? "by both" : "by one");
}

/** Puts the trial's folder on a small file system of its own. */
async function onOwnDisk(trial: Trial, use: (disk: string) => Promise<Verdict>): Promise<Verdict> {
  const disk = dirname(trial.folder);
  mkdirSync(disk, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", disk]);
  try {
    return await use(disk);
  } finally {
    execFileSync("umount", [disk]);
  }
}

function remounted(disk: string, how: "ro" | "rw"): boolean {
  try {
    execFileSync("mount", ["-o", `remount,bind,${how}`, disk], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Writes a file until there is no room. */
function fill(path: string): void {
  const block = Buffer.alloc(2 ** 16, randomInt(256));
  writeFileSync(path, "");
  try {
    for (;;) writeFileSync(path, block, { flag: "a" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
