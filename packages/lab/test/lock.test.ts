import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { acquireLock, lockHolder } from "../src/runs/lock.ts";

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
  acquireLock(path);
  return JSON.parse(readFileSync(join(path, "lock"), "utf8"));
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
  test("is held by one at a time, names its holder, and leaves nothing behind", () => {
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
    ["a process before the machine was started again", { boot: "another" }],
  ])("of %s is taken over", (_, changes) => {
    const path = lockedBy(changes);
    expect(lockHolder(path)).toBeNull();
    const lock = acquireLock(path);
    lock.requireHeld();
    expect(readdirSync(path)).toEqual(["lock"]);
    lock.release();
  });

  test.runIf(process.platform === "linux")(
    "of a process that was killed and not waited for is taken over",
    async () => {
      // The child of a program that waits for nothing stays in the table of processes after its end.
      const parent = spawn("sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
      const pid = await new Promise<number>((resolve) => parent.stdout.once("data", (text) => resolve(Number(text))));
      const stat = () => readFileSync(`/proc/${pid}/stat`, "utf8").split(" ");
      const start = stat()[21];
      while (stat()[2] !== "Z") await new Promise((resolve) => setTimeout(resolve, 5));
      const path = lockedBy({ pid, start });
      expect(lockHolder(path)).toBeNull();
      acquireLock(path).release();
      parent.kill();
    },
  );

  test.each(["", "{", '{"pid":1}', "\0\0\0"])("that a crash of the machine left as %j is taken over", (text) => {
    const path = folder();
    writeFileSync(join(path, "lock"), text);
    acquireLock(path).release();
    expect(readdirSync(path)).toEqual([]);
  });

  test("of a living process, or of another machine, is refused with what to do", () => {
    expect(() => acquireLock(lockedBy({}))).toThrow(`in use by process ${process.pid} since`);
    const path = lockedBy({ host: "elsewhere", pid: deadPid });
    const remedy = `if it has ended, delete ${join(path, "lock")}`;
    expect(() => acquireLock(path)).toThrow(`in use by process ${deadPid} on elsewhere since`);
    expect(() => acquireLock(path)).toThrow(remedy);
    expect(readdirSync(path)).toEqual(["lock"]);
  });

  test("that was taken away is noticed, and another's is not released", () => {
    const path = folder();
    const lock = acquireLock(path);
    writeFileSync(join(path, "lock"), JSON.stringify({ ...ownContent(), nonce: "another" }));
    expect(() => lock.requireHeld()).toThrow("the lock of this run was taken or removed");
    lock.release();
    expect(readdirSync(path)).toEqual(["lock"]);
    rmSync(join(path, "lock"));
    expect(() => lock.requireHeld()).toThrow("the lock of this run was taken or removed");
  });

  test("of a folder that is not there is an error that names it", () => {
    expect(() => acquireLock(join(root, "nowhere"))).toThrow(/nowhere\/lock: cannot be written \(ENOENT/);
  });
});
