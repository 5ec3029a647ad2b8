/** What is read of the system, from folders that stand for it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { cpuQuota } from "./cpuQuota.ts";
import { instructionSets } from "./instructionSets.ts";
import { vulkanFacts } from "./vulkanFacts.ts";

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

test("Vulkan's loader, drivers and cards are found where systems have them, or where variables say", () => {
  const root = system({
    "usr/lib64/libvulkan.so.1": "",
    "usr/share/vulkan/icd.d/lvp_icd.json": "{}",
    "usr/share/vulkan/icd.d/README": "",
    "dev/nvidia0": "",
    "dev/nvidiactl": "",
    "dev/dri/renderD128": "",
    "own/libvulkan.so.1": "",
  });
  const at = (path: string): string => join(root, path);
  expect(vulkanFacts(root, {}, "linux")).toEqual({
    loader: at("usr/lib64/libvulkan.so.1"),
    drivers: [at("usr/share/vulkan/icd.d/lvp_icd.json")],
    cards: [at("dev/nvidia0"), at("dev/dri/renderD128")],
  });
  const named = vulkanFacts(root, { VK_DRIVER_FILES: "/a.json:/b.json", LD_LIBRARY_PATH: at("own") }, "linux");
  expect(named).toMatchObject({ loader: at("own/libvulkan.so.1"), drivers: ["/a.json", "/b.json"] });
  expect(vulkanFacts(system({}), {}, "linux")).toEqual({ loader: null, drivers: [], cards: [] });
  expect(vulkanFacts(root, {}, "darwin")).toBeNull();
});
