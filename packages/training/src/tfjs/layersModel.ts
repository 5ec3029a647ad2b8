/** What is used of TensorFlow.js: its models and layers as they are there, so that nothing of it is imported. */
import { InputError } from "../inputError.ts";

/** A tensor of TensorFlow.js. */
export interface LayersTensor {
  data(): Promise<ArrayLike<number>>;
  dispose(): void;
}

/** A weight of a layer. */
export interface LayersVariable {
  /** Such as `conv1/kernel`; the part after the last `/` says what it is to the layer. */
  readonly originalName: string;
  readonly shape: readonly (number | null)[];
  read(): LayersTensor;
  write(values: LayersTensor): unknown;
}

/** What a layer was applied to, and what it gave. */
export interface LayersNode {
  readonly inputTensors: readonly SymbolicTensor[];
}

/** A result of a layer in a model's graph; the first size of its shape is that of the batch. */
export interface SymbolicTensor {
  readonly id: number;
  readonly shape: readonly (number | null)[];
  readonly sourceLayer: LayersLayer;
  readonly nodeIndex: number;
  readonly tensorIndex: number;
}

/** A layer. */
export interface LayersLayer {
  readonly name: string;
  readonly trainable: boolean;
  readonly weights: readonly LayersVariable[];
  readonly inboundNodes: readonly LayersNode[];
  getClassName(): string;
  getConfig(): object;
}

/** A sequential or functional model, which is a layer too where it stands in another one. */
export interface LayersModel extends LayersLayer {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  /** Those that training moves: of layers whose `trainable` is true. */
  readonly trainableWeights: readonly LayersVariable[];
}

/** What is used of the module `@tensorflow/tfjs` itself. */
export interface LayersApi {
  readonly version_layers: string;
  tensor(values: Float32Array, shape: number[]): LayersTensor;
}

/** Throws unless `tf` is a TensorFlow.js whose models are read here. @throws InputError with its version */
export function requireLayersApi(caller: string, tf: LayersApi): void {
  const version: unknown = tf?.version_layers;
  if (typeof version === "string" && version.startsWith("4.")) return;
  throw new InputError({
    path: caller,
    name: "tf",
    rule: "must be the module @tensorflow/tfjs of version 4",
    value: version,
    got: typeof version === "string" ? `got version ${version}` : "got something without layers",
  });
}

/** Whether a layer is a model of its own. */
export const isModel = (layer: LayersLayer): layer is LayersModel => "inputs" in layer && "outputs" in layer;
