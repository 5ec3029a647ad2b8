// Where the time of loss and gradient goes, by ONNX Runtime's own profiler.
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { runOurs } from "./engines.mjs";
import { machine } from "./machine.mjs";
import { aggregate } from "./profileTables.mjs";
import { withWork } from "./work.mjs";

/** Runs that warm up and are left out. */
const warmUp = 2;

/** Profiles by network. */
export function* profiles({ networks, runs }) {
  for (const network of networks) {
    const on = machine();
    yield withWork(network, (work) => {
      const asked = {
        network,
        work,
        threads: availableParallelism(),
        runs: warmUp + runs,
        prefix: join(work, "profile"),
      };
      const wallMs = runOurs("oursProfile.mjs", asked).slice(warmUp);
      const written = readdirSync(work).find((name) => name.startsWith("profile")) ?? "profile";
      const events = JSON.parse(readFileSync(join(work, written), "utf8"));
      return [network, { network, machine: on, warmUp, runs, wallMs, ...aggregate(events, warmUp) }];
    });
  }
}
