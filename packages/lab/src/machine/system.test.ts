/** What is read of the system, from folders that stand for it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { cpuQuota } from "./cpuQuota.ts";
import { instructionSets } from "./instructionSets.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A folder with these files. */
function system(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "system-"));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

test("the smallest limit of the own control group and those above it counts, of either version", () => {
  const groups = { "proc/self/cgroup": "0::/pods/one\n" };
  expect(cpuQuota(system({}))).toBeNull();
  expect(cpuQuota(system({ ...groups, "sys/fs/cgroup/pods/one/cpu.max": "max 100000\n" }))).toBeNull();
  const both = {
    ...groups,
    "sys/fs/cgroup/pods/one/cpu.max": "250000 100000\n",
    "sys/fs/cgroup/pods/cpu.max": "150000 100000\n",
  };
  expect(cpuQuota(system(both))).toBe(1.5);
  const first = (quota: string): string =>
    system({ "sys/fs/cgroup/cpu/cpu.cfs_quota_us": quota, "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n" });
  expect(cpuQuota(first("50000\n"))).toBe(0.5);
  expect(cpuQuota(first("-1\n"))).toBeNull();
});

test("instruction sets are those that matter of the system's list, unknown without one", () => {
  const root = system({
    x64: "processor\t: 0\nflags\t\t: fpu sse4_1 avx avx2 fma rdtscp\n",
    arm64: "Features\t: fp asimd evtstrm\n",
    other: "nothing of the kind\n",
  });
  expect(instructionSets(join(root, "x64"))).toEqual(["sse4_1", "avx", "avx2", "fma"]);
  expect(instructionSets(join(root, "arm64"))).toEqual(["asimd"]);
  expect(instructionSets(join(root, "other"))).toBeNull();
  expect(instructionSets(join(root, "absent"))).toBeNull();
});
