/** A thread that races others for the locks of folders, one after another (lock.test.ts). */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { workerData } from "node:worker_threads";

const { folders, links, contenders, gate, taken } = workerData as {
  readonly folders: readonly string[];
  readonly links: boolean;
  readonly contenders: number;
  readonly gate: SharedArrayBuffer;
  readonly taken: SharedArrayBuffer;
};

if (!links) {
  fs.linkSync = () => {
    throw Object.assign(new Error("EPERM: operation not permitted, link"), { code: "EPERM", syscall: "link" });
  };
  syncBuiltinESMExports();
}
const { acquireLock } = await import("../src/runs/lock.ts");

const [arrived, counts] = [new Int32Array(gate), new Int32Array(taken)];
for (const [i, folder] of folders.entries()) {
  Atomics.add(arrived, 0, 1);
  // All at once: waiting asleep would let them start one after another.
  while (Atomics.load(arrived, 0) < contenders * (i + 1));
  try {
    acquireLock(folder).requireHeld();
    Atomics.add(counts, i, 1);
  } catch {
    // Refused.
  }
}
