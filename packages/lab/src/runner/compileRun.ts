import { compileNetwork, type DeviceChoice, type TrainableModel } from "entropy-sgd-training";
import { nodePlatform } from "entropy-sgd-training/node";
import { frozenBy, numVectorsOf } from "./makeOptimizer.ts";
import type { ResolvedRun } from "./resolveRun.ts";

/** The network of a run, compiled, with room for the state of its optimizer. @throws InputError as `compileNetwork` */
export function compileRun(
  { spec, task, plan, settings }: Pick<ResolvedRun, "spec" | "task" | "plan" | "settings">,
  { threads, device }: { readonly threads?: number | undefined; readonly device: DeviceChoice },
): Promise<TrainableModel> {
  const { batchSize, dropout } = settings;
  return compileNetwork(spec, {
    ...{ platform: nodePlatform, device, task, batchSize, dropout },
    isFrozen: frozenBy(settings),
    numVectors: numVectorsOf(settings, plan),
    ...(threads !== undefined && { threads }),
  });
}
