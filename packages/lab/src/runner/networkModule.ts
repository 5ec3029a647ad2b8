/** A user's module: the network that it exports, and the task if it exports one. */
import { type ExampleShapes, InputError, type NetworkSpec, shown, type Task } from "entropy-sgd-training";
import { executeModule } from "../io/bundleModule.ts";
import type { NetworkFiles } from "./networkFiles.ts";
import { sharedPackages } from "./sharedPackages.ts";

/** What a module exports. */
export interface NetworkModule {
  /** The network, or what makes it for the shapes of the data. */
  readonly default: NetworkSpec | ((shapes: ExampleShapes) => NetworkSpec);
  /** What is learnt; `--task` says it otherwise. */
  readonly task?: Task;
}

/**
 * Executes a module and checks what it exports.
 *
 * @throws InputError for a module that throws or exports something else
 */
export async function loadNetworkModule({ path, files }: NetworkFiles): Promise<NetworkModule> {
  const text = Buffer.from(files[0]!.bytes).toString("utf8");
  const exported: Partial<NetworkModule> = await executeModule(text, path, sharedPackages);
  const { default: network, task } = exported;
  if (typeof network !== "function") requireSpec(path, network);
  if (task !== undefined) requireTask(path, task);
  return { default: network!, ...(task !== undefined && { task }) };
}

/** The network of a module for the shapes of the data. @throws InputError for a module that throws or gives something else */
export function specOf(path: string, { default: network }: NetworkModule, shapes: ExampleShapes): NetworkSpec {
  if (typeof network !== "function") return network;
  try {
    const spec = network(shapes);
    requireSpec(path, spec);
    return spec;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError({ path, rule: `its default export failed (${String(error)})` });
  }
}

function requireSpec(path: string, spec: unknown): asserts spec is NetworkSpec {
  const { inputShape, outputShape, define } = (spec ?? {}) as Partial<NetworkSpec>;
  const isShape = (shape: unknown): boolean =>
    Array.isArray(shape) && shape.every((size) => Number.isInteger(size) && size > 0);
  if (isShape(inputShape) && isShape(outputShape) && typeof define === "function") return;
  const rule = "its default export must be { inputShape, outputShape, define } or a function that gives it";
  throw new InputError({ path, name: "default", rule, value: spec, got: `got ${shown(spec)}` });
}

function requireTask(path: string, task: unknown): asserts task is Task {
  const { name, metrics, primary, targetsOf, loss, scorer, guess } = (task ?? {}) as Partial<Task>;
  const areFunctions = [targetsOf, loss, scorer, guess].every((part) => typeof part === "function");
  if (areFunctions && typeof name === "string" && primary !== undefined && Object.hasOwn(metrics ?? {}, primary))
    return;
  const rule = "its export task must be a task, as lossTask makes one of a loss";
  throw new InputError({ path, name: "task", rule, value: task, got: `got ${shown(task)}` });
}
