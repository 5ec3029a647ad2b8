/** What a run is made of beside its settings: data, network and task that fit together. */
import {
  type AnySplit,
  adaptiveNetworks,
  type DataSet,
  type ExampleShapes,
  fitted,
  InputError,
  isText,
  type NetworkSpec,
  networks,
  outputShapeFor,
  requireFit,
  requireSampling,
  type Split,
  type StopSignal,
  type TargetSplit,
  type Task,
  tasks,
} from "entropy-sgd-training";
import { type DataOptions, prepareDataSet, textNames } from "entropy-sgd-training/node";
import { networkFromOnnx } from "entropy-sgd-training/onnx";
import { keepPreparation } from "../runs/preparationFile.ts";
import { placedAt } from "../settings/placedAt.ts";
import type { Settings } from "../settings/settings.ts";
import { asInput } from "./asInput.ts";
import { asFewAs } from "./fewExamples.ts";
import { frozenBy } from "./makeOptimizer.ts";
import { externalDataOf, keepNetworkFiles, type NetworkFiles, readNetworkFiles } from "./networkFiles.ts";
import { loadNetworkModule, type NetworkModule, specOf } from "./networkModule.ts";

/** Data, network and task of a run. */
export interface RunParts {
  readonly data: DataSet<AnySplit>;
  readonly spec: NetworkSpec;
  readonly task: Task;
  /** The files of a network of the user's own; null for one that has a name here. */
  readonly files: NetworkFiles | null;
  /** What is not as the user's model has it, a sentence each. */
  readonly notes: readonly string[];
}

/** The shapes of a split. */
export type ShapedSplit =
  | Pick<Split, "inputShape" | "numClasses">
  | Pick<TargetSplit, "inputShape" | "targetShape" | "numClasses">;

/** Where the parts of a run are. */
export interface PartsPlace {
  /** The run's folder, which may hold a copy of its network. */
  readonly run?: string | null;
  /** A folder that holds the same data in another place. */
  readonly dataFolder?: string | undefined;
  /** Ends preparing the data, where that takes minutes. */
  readonly signal?: StopSignal;
  /** Told what is prepared. */
  readonly onWait?: ((words: string) => void) | undefined;
}

/**
 * Loads data, network and task of some settings. A network in a module is executed.
 *
 * @throws InputError as `prepareDataSet`; for a network that is unknown, has changed since the run began, or does not fit the
 *   data; for options that the task does not have
 */
export async function loadParts(
  settings: Settings,
  { run = null, dataFolder, signal, onWait }: PartsPlace = {},
): Promise<RunParts> {
  const { data, validation, heldOut, dataOptions } = placedAt(settings, dataFolder);
  const { files, task, networkFor } = await loadNetwork(settings, run);
  const request = { ...(dataOptions as DataOptions), data, validation, heldOut };
  const onProgress = (words: string): void => onWait?.(`Preparing the data, once: ${words}`);
  const loaded = await prepareDataSet(request, { signal, onProgress });
  requireTexts(settings, task, loaded.train);
  requireClasses(settings, () => shapesOf(task, loaded.train));
  const { spec, notes } = networkFor(() => shapesOf(task, loaded.train));
  const ready = asFewAs(fitted(spec, loaded), settings);
  requireFit({ ...spec, task }, ready);
  requireSampling(ready.train, settings.sampling);
  return { data: ready, spec, task, files, notes };
}

/** Keeps in a run's folder what it needs of its parts. @param requireHeld - called before each file is put in place */
export function keepParts(run: string, { files, data }: RunParts, requireHeld: () => void): void {
  if (files !== null) keepNetworkFiles(run, files, requireHeld);
  if (data.preparation !== undefined) keepPreparation(run, data.preparation, requireHeld);
}

/** Whether the settings name a network that there is here, or a file. */
export function hasNetwork({ network, networkFile }: Settings): boolean {
  return networkFile !== null || Object.hasOwn(networks, network) || Object.hasOwn(adaptiveNetworks, network);
}

/** The network of a name. @throws InputError if there is none */
export function networkOf(name: string): NetworkSpec {
  if (Object.hasOwn(networks, name)) return networks[name]!;
  const known = [...Object.keys(networks), ...Object.keys(adaptiveNetworks)];
  throw new InputError({ name: "network", rule: `must be one of ${known.join(", ")}`, value: name });
}

/** Network and task of some settings, before the shapes of the data are known. */
export interface LoadedNetwork extends Pick<RunParts, "files" | "task"> {
  /** The network; the shapes are asked for where it takes its sizes from them. @throws InputError if they do not fit */
  networkFor(shapes: () => ExampleShapes): Pick<RunParts, "spec" | "notes">;
}

/**
 * Loads network and task. A module is executed.
 *
 * @param run - the run's folder, which may hold a copy of the network; null for none
 * @throws InputError as `loadParts`
 */
export async function loadNetwork(settings: Settings, run: string | null): Promise<LoadedNetwork> {
  const files = readNetworkFiles(settings, run);
  const own = files?.kind === "module" ? await loadNetworkModule(files) : null;
  const task = taskOf(settings, own);
  return {
    files,
    task,
    networkFor(shapes) {
      const { network, notes = [] } = chosenNetwork(settings, files, own, task, shapes);
      return { spec: { ...network, name: settings.network }, notes };
    },
  };
}

function chosenNetwork(
  settings: Settings,
  files: NetworkFiles | null,
  own: NetworkModule | null,
  task: Task,
  shapes: () => ExampleShapes,
): { readonly network: NetworkSpec; readonly notes?: readonly string[] } {
  const { network: name, classes } = settings;
  if (files !== null && own !== null) return { network: specOf(files.path, own, shapes()) };
  if (files !== null) {
    const { activationOfLoss } = task;
    const { spec, notes } = networkFromOnnx(files.files[0]!.bytes, {
      name,
      ...shapes(),
      ...(activationOfLoss !== undefined && { activationOfLoss }),
      newHead: classes !== null,
      isFrozen: frozenBy(settings),
      externalData: externalDataOf(files),
    });
    return { network: spec, notes };
  }
  return { network: Object.hasOwn(adaptiveNetworks, name) ? adaptiveNetworks[name]!.fit(shapes()) : networkOf(name) };
}

/** Checks that what learns tokens gets a text. @throws InputError that names texts */
function requireTexts({ network, networkFile }: Settings, task: Task, split: AnySplit): void {
  if (task.tokens === undefined || isText(split)) return;
  const { inputShape } = split;
  const path = networkFile === null ? network : "sequence";
  const rule = `takes texts (--data FILE.txt, or one of ${textNames.join(", ")})`;
  throw new InputError({ path, rule, value: inputShape, got: `examples have the shape ${inputShape.join("×")}` });
}

/** Checks the number of classes that the settings give, if they do. */
function requireClasses({ classes }: Settings, shapes: () => ExampleShapes): void {
  if (classes === null) return;
  const { outputShape } = shapes();
  if (outputShape.length === 1 && outputShape[0] === classes) return;
  const rule = `must be the ${outputShape.join("×")} outputs for an example that the data and the task need`;
  throw new InputError({ name: "classes", rule, value: classes });
}

/** The shapes of a network for examples with these targets. @throws InputError for targets that the task cannot have */
export function shapesOf(task: Task, split: ShapedSplit): ExampleShapes {
  return asInput(() => ({ inputShape: split.inputShape, outputShape: outputShapeFor(task, split) }));
}

/** The task by its name; without a name that of the module, or classification. */
function taskOf({ task: name, taskOptions }: Settings, own: NetworkModule | null): Task {
  if (name === null && own?.task !== undefined) return own.task;
  const make = tasks[name ?? "classification"]!;
  return asInput(() => make(taskOptions));
}

/**
 * Checks that data are those of a run; runs of versions without checksums have none.
 *
 * @throws InputError that names both
 */
export function requireSameData(run: string, expected: string | null, { name, checksum }: DataSet<AnySplit>): void {
  if (expected === null || checksum === expected) return;
  throw new InputError(
    `${run}: the data must be those the run began with, SHA-256 ${expected}, found ${checksum ?? "none"} (${name}); ` +
      "--data names the folder where they are",
  );
}
