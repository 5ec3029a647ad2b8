// Our engine in Node with the work in a folder: what measuring times, the memory over many steps and the profile start from.
import { nodePlatform } from "entropy-sgd-training/node";
import { benchNetworks } from "../networks.mjs";
import { openTraining } from "./oursTraining.mjs";
import { readWork } from "./timing.mjs";

/** Compiles the network and reads the work in `folder`; `options` go to `compileNetwork`. */
export function openTask(folder, network, options = {}) {
  return openTraining(readWork(folder), benchNetworks[network].spec, { platform: nodePlatform, ...options });
}
