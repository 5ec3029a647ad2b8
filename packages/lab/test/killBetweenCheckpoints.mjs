// Loaded before a command of replicas: kills its process once replica 1 has a checkpoint of its third outer step and replica 2 has written
// its own, but not yet put it in place.
// Without types, as threads load it without a compiler.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { isMainThread, workerData } from "node:worker_threads";

const { renameSync } = fs;

function outerStepsOf(checkpoint) {
  const { content } = JSON.parse(fs.readFileSync(join(checkpoint, "state.json"), "utf8"));
  return content.optimizer.state.progress.outerSteps;
}

if (!isMainThread && workerData?.settings?.replica === 1) {
  fs.renameSync = (from, to) => {
    if (/replica-2.checkpoints.\d+$/.test(String(to)) && outerStepsOf(String(from)) === 3) {
      const others = String(to).replace("replica-2", "replica-1");
      while (!fs.existsSync(others)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      process.kill(process.pid, "SIGKILL");
    }
    renameSync(from, to);
  };
  syncBuiltinESMExports();
}
