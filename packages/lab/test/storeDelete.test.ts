import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { deleteRuns } from "../src/runs/deleteRuns.ts";
import { acquireLock } from "../src/runs/lock.ts";
import { storedRuns } from "../src/runs/storedRun.ts";
import { jsonOf, runs, temporaryFolder, writeRun } from "./storeFolders.ts";

const root = temporaryFolder();
const folder = join(root, "runs");

/** Every path below the folder. */
const everything = (): string[] => readdirSync(root, { recursive: true }).map(String).sort();

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  for (const seed of [1, 2]) writeRun(join(folder, "sweep", `sgd-${seed}`), { seed });
  writeRun(join(folder, "adam"), { optimizer: "adam" });
  mkdirSync(join(folder, "adam", "checkpoints"));
  writeFileSync(join(folder, "adam", "checkpoints", "001"), "x".repeat(10_000));
  writeRun(join(root, "outside"));
  symlinkSync(root, join(folder, "link"));
  symlinkSync(join(root, "outside"), join(folder, "adam", "checkpoints", "outside"));
  mkdirSync(join(folder, "notes"));
  writeFileSync(join(folder, "notes", "thesis.txt"), "everything");
});

describe("runs delete", () => {
  test("without --yes lists the runs and their size, and deletes nothing", async () => {
    const before = everything();
    const { code, stdout } = await runs("delete", folder, "--where", "seed=1");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^run +status +bytes\n[- ]+\nadam +ended +1\d{4}\nsweep\/sgd-1 +ended +\d{4}\n/);
    expect(stdout).toMatch(/\n2 runs, \d+ bytes would be deleted; nothing was: give --yes\n$/);
    const { deleted, bytes, runs: found } = await jsonOf("delete", folder, "--run", "adam");
    expect(deleted).toBe(false);
    expect(bytes).toBe(found[0].bytes);
    expect(everything()).toEqual(before);
  });

  test("deletes the runs that meet all conditions, and nothing behind links", async () => {
    const { code, stdout } = await runs("delete", folder, "--where", "optimizer=adam", "--where", "seed=1", "--yes");
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^deleted adam\n1 run, \d+ bytes deleted\n$/)]);
    expect(readdirSync(folder)).toEqual(["link", "notes", "sweep"]);
    expect(readdirSync(join(root, "outside"))).toEqual(["config.json", "events.jsonl"]);
  });

  test("deletes the named runs that meet the conditions", async () => {
    const args = ["delete", folder, "--run", "sweep/sgd-1", "--run", "./sweep//sgd-2/", "--yes"];
    expect((await jsonOf(...args, "--where", "seed=2")).runs).toMatchObject([{ name: "sweep/sgd-2" }]);
    expect(readdirSync(join(folder, "sweep"))).toEqual(["sgd-1"]);
    expect((await runs("delete", folder, "--run", "adam", "--where", "seed=2", "--yes")).stdout).toBe(
      "No run is meant; nothing was deleted\n",
    );
    expect(existsSync(join(folder, "adam"))).toBe(true);
  });

  test("deletes damaged runs, and runs whose names leave no room for a longer one", async () => {
    const long = "x".repeat(255);
    writeRun(join(folder, long), { seed: 5 });
    writeFileSync(join(folder, "adam", "config.json"), "{");
    const found = await jsonOf("delete", folder, "--run", long, "--run", "adam", "--yes");
    expect(found.runs.map(({ name }: { name: string }) => name).sort()).toEqual(["adam", long]);
    expect(readdirSync(folder)).toEqual(["link", "notes", "sweep"]);
  });

  test("leaves foreign folders, even if all runs are selected", async () => {
    await runs("delete", folder, "--where", "name!=x", "--yes");
    expect(readdirSync(folder)).toEqual(["link", "notes", "sweep"]);
    expect(readdirSync(join(folder, "sweep"))).toEqual([]);
    expect(existsSync(join(folder, "notes", "thesis.txt"))).toBe(true);
    expect(existsSync(join(root, "outside", "config.json"))).toBe(true);
  });

  test.each([
    [[], /^runs delete: needs --where or --run/],
    [["--run", "../outside"], /^--run "\.\.\/outside": must be the name of a run below /],
    [["--run", "sweep/../../outside"], /must be the name of a run below /],
    [["--run", join(folder, "adam")], /must be the name of a run below /],
    [["--run", "."], /must be the name of a run below .*, not the folder itself$/],
    [["--run", ""], /must be the name of a run below .*, not the folder itself$/],
    [["--run", "link"], /link is a symbolic link, which may lead out of /],
    [["--run", "link/outside"], /link is a symbolic link, which may lead out of /],
    [["--run", "nowhere"], /^--run "nowhere": there is no such run in /],
    [["--run", "adam/nowhere"], /there is no such run in /],
    [["--run", "sweep"], /^--run "sweep": is no run$/],
    [["--run", "notes"], /^--run "notes": is no run$/],
    [["--run", "adam/checkpoints"], /is no run$/],
    [["--run", "adam", "--run", "notes"], /is no run$/],
    [["--where", "sed=1"], /^--where: no run has "sed"/],
    [["--run", "adam", "--where", "seed"], /^--where: must be key=value/],
  ])("refuses %j, and deletes nothing", async (args, message) => {
    const before = everything();
    const { code, stderr } = await runs("delete", folder, ...args, "--yes");
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(everything()).toEqual(before);
  });

  test("refuses a folder that is a run itself", async () => {
    const { code, stderr } = await runs("delete", join(root, "outside"), "--where", "seed=1", "--yes");
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/outside: is a run itself; give the folder that holds it/),
    ]);
    expect(existsSync(join(root, "outside", "config.json"))).toBe(true);
  });

  test("deletes none of the runs while a process is writing one of them, even if its log has ended", async () => {
    const lock = acquireLock(join(folder, "sweep", "sgd-1"));
    const before = everything();
    for (const yes of [["--yes"], []]) {
      const { code, stderr } = await runs("delete", folder, "--where", "seed>0", ...yes);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        new RegExp(`^sweep/sgd-1: is in use by process ${process.pid} on .*; nothing was deleted$`),
      );
    }
    expect(everything()).toEqual(before);
    lock.release();
    expect((await runs("delete", folder, "--where", "seed>0", "--yes")).code).toBe(0);
    expect(readdirSync(join(folder, "sweep"))).toEqual([]);
  });

  test("locks all runs first, so that a process that began in between loses nothing", () => {
    const held = storedRuns(folder).filter(({ status }) => status === "ended");
    expect(held.map(({ name }) => name)).toEqual(["adam", "sweep/sgd-1", "sweep/sgd-2"]);
    const lock = acquireLock(held[1]!.path);
    const before = everything();
    const deleted: string[] = [];
    expect(() => deleteRuns(folder, held, ({ name }) => deleted.push(name))).toThrow(/sgd-1: in use by process/);
    expect([everything(), deleted]).toEqual([before, []]);
    lock.release();
  });

  test("refuses a run whose folder was replaced by a link in between", () => {
    const found = storedRuns(folder).filter(({ name }) => name === "sweep/sgd-1");
    rmSync(join(folder, "sweep"), { recursive: true });
    symlinkSync(root, join(folder, "sweep"));
    writeRun(join(root, "sgd-1"));
    expect(() => deleteRuns(folder, found, () => {})).toThrow(/sweep: must be a folder, and no symbolic link$/);
    expect(readdirSync(join(root, "sgd-1"))).toEqual(["config.json", "events.jsonl"]);
  });

  test("leftovers of a deletion that was killed are not listed", async () => {
    writeRun(join(folder, ".adam.0123456789ab.tmp"));
    const { runs: found } = await jsonOf("list", folder, "--where", "optimizer!=x");
    expect(found.map(({ name }: { name: string }) => name)).toEqual(["adam", "sweep/sgd-1", "sweep/sgd-2"]);
  });
});
