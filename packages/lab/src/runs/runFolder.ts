/** A run on disk: config.json, events.jsonl, weights.safetensors. */
import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { ParameterBlock } from "onnx-grad";
import { sizeOf } from "onnx-grad";
import type { Settings } from "../config/settings.ts";
import { InputError } from "../inputError.ts";
import type { TrainEvent } from "../training/events.ts";
import type { Environment } from "./environment.ts";
import { makeFolder, requireEmptyFolder, writeWhole } from "./files.ts";
import { encodeSafetensors } from "./safetensors.ts";

/** A run that is being written; a listener of its events. */
export interface RunFolder {
  readonly path: string;
  /** Appends the event (gradient events are not kept); an evaluation also writes the weights. */
  record(event: TrainEvent): void;
  close(): void;
}

/** What a run folder takes from the model. */
export interface RunModel {
  readonly layout: readonly ParameterBlock[];
  readonly statistics: Readonly<Record<string, Float32Array>>;
}

/**
 * Begins a run in a new or empty folder.
 *
 * @throws InputError if the folder holds anything or cannot be written
 */
export function createRunFolder(
  path: string,
  settings: Settings,
  environment: Environment,
  model: RunModel,
): RunFolder {
  requireEmptyFolder(path);
  makeFolder(path);
  let events: number;
  try {
    writeWhole(join(path, "config.json"), `${JSON.stringify({ ...settings, environment }, null, 2)}\n`);
    events = openSync(join(path, "events.jsonl"), "a");
  } catch (error) {
    throw new InputError(`${path}: cannot be written (${error instanceof Error ? error.message : String(error)})`);
  }
  return {
    path,
    record(event) {
      if (event.type === "gradient") return;
      if (event.type !== "evaluation") {
        writeSync(events, `${JSON.stringify(event)}\n`);
        return;
      }
      const { params, ...numbers } = event;
      writeSync(events, `${JSON.stringify(numbers)}\n`);
      writeWhole(join(path, "weights.safetensors"), weightsFile(params, model, settings, event.gradients));
    },
    close: () => closeSync(events),
  };
}

function weightsFile(params: Float32Array, model: RunModel, settings: Settings, gradients: number): Uint8Array {
  const weights = model.layout.map(({ name, shape, offset }) => ({
    name,
    shape,
    data: params.subarray(offset, offset + sizeOf(shape)),
  }));
  const statistics = Object.entries(model.statistics).map(([name, data]) => ({ name, shape: [data.length], data }));
  return encodeSafetensors({
    tensors: [...weights, ...statistics],
    metadata: { network: settings.network, gradients: String(gradients) },
  });
}
