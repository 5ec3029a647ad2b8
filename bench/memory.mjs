// Memory over many steps: does it stay flat?
import { availableParallelism } from "node:os";
import { runOurs } from "./engines.mjs";
import { machine } from "./machine.mjs";
import { withWork } from "./work.mjs";

/** Samples by network, taken twenty times in `steps` whole steps of a fresh process. */
export function* memoryOver({ networks, steps }) {
  const interval = Math.max(1, Math.floor(steps / 20));
  for (const network of networks) {
    const on = machine();
    const asked = { network, threads: availableParallelism(), steps, interval };
    const samples = withWork(network, (work) => runOurs("oursMemory.mjs", { ...asked, work }, ["--expose-gc"]));
    yield [network, { machine: on, steps, interval, samples }];
  }
}
