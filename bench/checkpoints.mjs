// What checkpoints cost: time of a run that makes one every minute, memory of writing a large one.
import { runOurs } from "./engines.mjs";
import { machine } from "./machine.mjs";

/** One run of `minutes`, and one state of 100 MB, in a fresh process each. */
export function checkpointCosts({ minutes }) {
  const on = machine();
  const byTheMinute = runOurs("oursCheckpoints.mjs", { network: "lenet", minutes });
  const largeState = runOurs("oursCheckpoints.mjs", { megabytes: 100 }, ["--expose-gc"]);
  return { machine: on, byTheMinute, largeState };
}
