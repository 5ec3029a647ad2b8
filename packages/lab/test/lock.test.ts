import { spawn, spawnSync } from "node:child_process";
import fs, { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { InputError, Interruption } from "entropy-sgd-training";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { awaitLock } from "../src/runs/lease.ts";
import { acquireLock, type FoundLock, type Lock, LockInDoubt, lockHolder, readLock } from "../src/runs/lock.ts";

const root = mkdtempSync(join(tmpdir(), "lock-"));
afterAll(() => rmSync(root, { recursive: true }));

let numFolders = 0;
function folder(): string {
  const path = join(root, String(numFolders++));
  mkdirSync(path);
  return path;
}

/** What this process writes to its locks. */
function ownContent(): Record<string, unknown> {
  const path = folder();
  const lock = acquireLock(path);
  const content = JSON.parse(readFileSync(join(path, "lock"), "utf8"));
  lock.release();
  return content;
}

/** A folder with a lock that another process left. */
function lockedBy(changes: Record<string, unknown>): string {
  const path = folder();
  writeFileSync(join(path, "lock"), JSON.stringify({ ...ownContent(), nonce: "another", ...changes }));
  return path;
}

/** The number of a process that has ended. */
const deadPid = spawnSync(process.execPath, ["--version"]).pid;

describe("a lock", () => {
  test("is held by one process at a time, names its holder, and leaves no file behind", () => {
    const path = folder();
    const lock = acquireLock(path);
    lock.requireHeld();
    expect(lockHolder(path)).toMatchObject({ pid: process.pid, host: hostname() });
    expect(() => acquireLock(path)).toThrow(`${path}: in use by process ${process.pid} since 20`);
    expect(readdirSync(path)).toEqual(["lock"]);
    lock.release();
    expect(lockHolder(path)).toBeNull();
    expect(readdirSync(path)).toEqual([]);
    acquireLock(path).release();
  });

  test.each([
    ["a process that has ended", { pid: deadPid }],
    ["a process whose number another one has now", { start: "1" }],
    // As locks were written before they were renewed.
    ["an earlier version", { pid: deadPid, namespace: undefined, machine: undefined, beat: undefined }],
  ])("of %s is taken over at once", (_, changes) => {
    const path = lockedBy(changes);
    expect(lockHolder(path)).toBeNull();
    const lock = acquireLock(path);
    lock.requireHeld();
    expect(readdirSync(path)).toEqual(["lock"]);
    lock.release();
  });

  test.runIf(String(ownContent().namespace).startsWith("pid:[4026531836]"))(
    "of a process before this machine was started again is taken over at once",
    () => acquireLock(lockedBy({ boot: "another" })).release(),
  );

  test.runIf(process.platform === "linux")(
    "of a process that was killed and not waited for is taken over",
    async () => {
      // The child of a program that waits for nothing stays in the table of processes after its end.
      const parent = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
      const pid = await new Promise<number>((resolve) => parent.stdout.once("data", (text) => resolve(Number(text))));
      const stat = () => readFileSync(`/proc/${pid}/stat`, "utf8").split(" ");
      const start = stat()[21];
      while (stat()[2] !== "Z") await delay(5);
      const path = lockedBy({ pid, start });
      expect(lockHolder(path)).toBeNull();
      acquireLock(path).release();
      parent.kill();
    },
  );

  test("of a process that ended during a takeover is taken over", () => {
    const path = lockedBy({ pid: deadPid });
    writeFileSync(join(path, "lock.another.tmp"), JSON.stringify({ ...ownContent(), nonce: "claim", pid: deadPid }));
    acquireLock(path).requireHeld();
    expect(readdirSync(path)).toEqual(["lock"]);
  });

  test("that is claimed by a living process is refused", () => {
    const path = lockedBy({ pid: deadPid });
    writeFileSync(join(path, "lock.another.tmp"), JSON.stringify({ ...ownContent(), nonce: "claim" }));
    expect(() => acquireLock(path)).toThrow(`in use by process ${process.pid} since`);
    expect(readdirSync(path)).toEqual(["lock", "lock.another.tmp"]);
  });

  test("of another machine and an earlier version, never renewed, is refused with the remedy", async () => {
    const path = lockedBy({ host: "elsewhere", pid: deadPid, beat: undefined });
    const remedy = `if it has ended, delete ${join(path, "lock")}`;
    await expect(awaitLock(path)).rejects.toThrow(`in use by process ${deadPid} on elsewhere since`);
    await expect(awaitLock(path)).rejects.toThrow(remedy);
    expect(readdirSync(path)).toEqual(["lock"]);
  });

  test("that cannot be read counts as held, and the message says so", () => {
    const path = folder();
    mkdirSync(join(path, "lock"));
    const line = `${join(path, "lock")}: must be a plain file; if no process uses the folder, delete it`;
    expect(() => acquireLock(path)).toThrow(line);
    expect(() => lockHolder(path)).toThrow(line);
    expect(readdirSync(path)).toEqual(["lock"]);
  });

  test("that was removed is noticed, and another process's is not released", () => {
    const path = folder();
    const lock = acquireLock(path);
    writeFileSync(join(path, "lock"), JSON.stringify({ ...ownContent(), nonce: "another", host: "there", pid: 7 }));
    expect(() => lock.requireHeld()).toThrow(
      `${join(path, "lock")}: the lock was taken over by process 7 on there; nothing more is written from here`,
    );
    lock.release();
    expect(readdirSync(path)).toEqual(["lock"]);
    rmSync(join(path, "lock"));
    expect(() => lock.requireHeld()).toThrow("the lock was removed; nothing more is written from here");
  });

  test("of a missing folder is an error that names it", () => {
    expect(() => acquireLock(join(root, "nowhere"))).toThrow(/nowhere\/lock\S*: cannot be written \(ENOENT/);
  });
});

describe("the lock of a process elsewhere", () => {
  // The minute of a watch passes at once.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "clearInterval"] });
    vi.setTimerTickMode("nextTimerAsync");
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const elsewhere = [
    ["another machine", { host: "elsewhere", boot: "another" }],
    ["another container of this machine", { namespace: "pid:[7] time:[7]" }],
    ["a machine of the same name", { boot: "another", machine: "another" }],
  ] as const;

  test.each(elsewhere)(
    "in %s is in doubt, and taken over when it was not renewed while watched",
    async (_, changes) => {
      const path = lockedBy(changes);
      expect(() => acquireLock(path)).toThrow(LockInDoubt);
      const told: string[] = [];
      const lock = await awaitLock(path, { onWait: (words) => told.push(words) });
      lock.requireHeld();
      expect(told).toEqual([
        expect.stringMatching(/^\S+: in use by process .* watching for 60 s whether it is renewed$/),
      ]);
      expect(readdirSync(path)).toEqual(["lock"]);
    },
  );

  test.each(elsewhere)("in %s is refused when it is renewed", async (_, changes) => {
    const path = lockedBy(changes);
    const file = join(path, "lock");
    const renewed = JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), beat: "000000000001" });
    const waiting = awaitLock(path, { onWait: () => writeFileSync(file, renewed) });
    await expect(waiting).rejects.toThrow("which renews its lock");
    expect(readFileSync(file, "utf8")).toBe(renewed);
  });

  test("is renewed by its holder, in place, and by no other", async () => {
    const path = folder();
    const lock = acquireLock(path);
    const beat = () => Number(JSON.parse(readFileSync(join(path, "lock"), "utf8")).beat);
    const before = beat();
    while (beat() < before + 3) await delay(5);
    lock.requireHeld();
    const another = JSON.stringify({ ...ownContent(), nonce: "another" });
    writeFileSync(join(path, "lock"), another);
    await delay(50);
    expect(readFileSync(join(path, "lock"), "utf8")).toBe(another);
  });

  test.each(["", "{", '{"pid":1}', "\0\0\0"])("left as %j by a crash of the machine is watched too", async (text) => {
    const path = folder();
    writeFileSync(join(path, "lock"), text);
    expect(() => acquireLock(path)).toThrow("its lock is empty or cut");
    (await awaitLock(path)).release();
    expect(readdirSync(path)).toEqual([]);
  });

  test("is not waited for after a signal", async () => {
    const controller = new AbortController();
    const path = lockedBy({ host: "elsewhere" });
    const waiting = awaitLock(path, { signal: controller.signal, onWait: () => controller.abort() });
    await expect(waiting).rejects.toThrow(Interruption);
  });

  test("that was released while watched is taken", async () => {
    const path = lockedBy({ host: "elsewhere" });
    const lock = await awaitLock(path, { onWait: () => rmSync(join(path, "lock")) });
    lock.requireHeld();
  });
});

describe("of several processes that interleave at any step", () => {
  const names = ["openSync", "linkSync", "renameSync", "rmSync"] as const;
  const usualCalls = Object.fromEntries(names.map((name) => [name, fs[name]]));
  afterEach(() => restoreCalls());

  function restoreCalls(): void {
    Object.assign(fs, usualCalls);
    syncBuiltinESMExports();
  }

  /** Does `work`, and before its k-th calls of the file system, counted over all of it, what `others` says; gives the calls. */
  function interleaved(work: () => void, others: ReadonlyMap<number, () => void>): number {
    let calls = 0;
    for (const name of names) {
      const usualCall = usualCalls[name] as (...args: unknown[]) => unknown;
      Object.assign(fs, {
        [name]: (...args: unknown[]) => {
          others.get(calls++)?.();
          return usualCall(...args);
        },
      });
    }
    syncBuiltinESMExports();
    work();
    restoreCalls();
    return calls;
  }

  /** Those who took the lock. */
  function takers(path: string, lapsed: readonly FoundLock[] = []) {
    const taken: Lock[] = [];
    const contend = (): void => {
      try {
        taken.push(acquireLock(path, lapsed));
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    };
    return { taken, contend };
  }

  const staleFolders: readonly [string, () => string][] = [
    ["a lock of a process that ended", () => lockedBy({ pid: deadPid })],
    [
      "a lock of a process that ended while it took over another one's",
      () => {
        const path = lockedBy({ pid: deadPid });
        const claim = { ...ownContent(), nonce: "claim", pid: deadPid };
        writeFileSync(join(path, "lock.another.tmp"), JSON.stringify(claim));
        return path;
      },
    ],
    ["no lock", folder],
  ];

  test.each(staleFolders)("exactly one takes %s", (_, make) => {
    const calls = interleaved(takers(make()).contend, new Map());
    for (let second = 0; second < calls; second++) {
      for (let third = second; third < 2 * calls; third += 5) {
        const path = make();
        const { taken, contend } = takers(path);
        const both = (): void => {
          contend();
          contend();
        };
        interleaved(
          contend,
          third === second ? new Map([[second, both]]) : new Map([second, third].map((k) => [k, contend])),
        );
        expect(taken, `${second}, ${third}`).toHaveLength(1);
        taken[0]!.requireHeld();
        expect(readdirSync(path)).toEqual(["lock"]);
        taken[0]!.release();
        rmSync(path, { recursive: true });
      }
    }
  });

  test("a suspended holder that resumes and releases its lapsed lock does not release another process's", () => {
    const make = () => {
      const path = folder();
      const owner = acquireLock(path);
      return { path, owner, ...takers(path, [readLock(join(path, "lock"))!]) };
    };
    const first = make();
    const calls = interleaved(first.contend, new Map());
    for (let k = 0; k < calls; k++) {
      for (const isOwnerFirst of [true, false]) {
        const { path, owner, taken, contend } = make();
        const [one, other] = isOwnerFirst ? [() => owner.release(), contend] : [contend, () => owner.release()];
        const fresh = takers(path);
        const then = (): void => {
          other();
          fresh.contend();
        };
        interleaved(one, new Map([[k, then]]));
        fresh.contend();
        const held = [...taken, ...fresh.taken];
        expect(held, `${k}`).toHaveLength(1);
        held[0]!.requireHeld();
        held[0]!.release();
      }
    }
  });
});

describe("of many threads that race for a free lock", () => {
  /** Lets threads race for the lock of each folder; gives how many took it, by folder. */
  async function race(folders: readonly string[], links: boolean): Promise<number[]> {
    const contenders = 3;
    const shared = { gate: new SharedArrayBuffer(4), taken: new SharedArrayBuffer(4 * folders.length) };
    const file = JSON.stringify(new URL("contender.ts", import.meta.url).href);
    // A thread cannot begin with a file in TypeScript.
    const program = `import("tsx/esm/api").then(({ register }) => (register(), import(${file})))`;
    const workerData = { folders, links, contenders, ...shared };
    const workers = Array.from({ length: contenders }, () => new Worker(program, { eval: true, workerData }));
    await Promise.all(
      workers.map((worker) => new Promise((resolve, reject) => worker.once("exit", resolve).once("error", reject))),
    );
    return [...new Int32Array(shared.taken)];
  }

  test.each([
    ["", true],
    [", where there are no hard links", false],
  ])("one takes it%s", { timeout: 60_000 }, async (_, links) => {
    const folders = Array.from({ length: 5 }, () => lockedBy({ pid: deadPid }));
    expect(await race(folders, links)).toEqual(folders.map(() => 1));
    for (const path of folders) expect(readdirSync(path)).toEqual(["lock"]);
  });
});
