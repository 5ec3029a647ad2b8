/**
 * What the adapter uses of TensorFlow.js, as types: the library imports nothing of it, `tf` comes as an argument.
 *
 * The methods are those of `@tensorflow/tfjs` and of `@tensorflow/tfjs-core` from version 4.0 on.
 */
import { rangeError, typeError } from "../errors.ts";

/** What is used of a tensor. */
export interface HostTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly size: number;
  readonly dataId: object;
  readonly isDisposed: boolean;
  readonly kept: boolean;
  clone(): HostTensor;
  data(): Promise<unknown>;
  dataSync(): unknown;
  dispose(): void;
}

/** What is used of a variable. */
export interface HostVariable extends HostTensor {
  readonly name: string;
  readonly trainable: boolean;
  assign(value: HostTensor): void;
}

/** Gradients by the names of their variables; null or absent where the loss does not depend on one. */
export type NamedGradients = Readonly<Record<string, HostTensor | null | undefined>>;

/** A value with its name. */
export interface NamedHostTensor {
  readonly name: string;
  readonly tensor: HostTensor;
}

/** A loss and its gradients. */
export interface ValueAndGradients {
  readonly value: HostTensor;
  readonly grads: NamedGradients;
}

/** What is used of `tf.Optimizer`. */
export interface HostOptimizer {
  readonly iterations: number;
  minimize(f: () => HostTensor, returnCost?: boolean, varList?: readonly HostVariable[]): HostTensor | null;
  dispose(): void;
}

/** `tf`, as `import * as tf from "@tensorflow/tfjs"` gives it; `O` is its `tf.Optimizer`. */
export interface TensorFlow<O = HostOptimizer> {
  readonly Optimizer: abstract new () => O;
  readonly version_core: string;
  readonly serialization: { registerClass(cls: never): unknown };
  engine(): {
    readonly registeredVariables: Readonly<Record<string, HostVariable>>;
    readonly state: { readonly activeScope: { readonly track: readonly HostTensor[] } };
  };
  scalar(value: number, dtype: "int32"): HostTensor;
  tensor(
    values: Float32Array | Int32Array | string[],
    shape?: number[],
    dtype?: "float32" | "int32" | "string",
  ): HostTensor;
  variableGrads(f: () => HostTensor, varList?: HostVariable[]): ValueAndGradients;
}

/** What optimizers need of `tf`. */
const forOptimizers = ["Optimizer", "engine", "scalar", "serialization", "tensor", "variableGrads"];

/**
 * Checks that `tf` is TensorFlow.js, of a version whose optimizers are known.
 *
 * @param needed - what is used of it
 * @throws TypeError for what is not TensorFlow.js, or a part of it that lacks what is needed; RangeError for another version than 4
 */
export function requireTensorFlow(where: string, tf: unknown, needed: readonly string[] = forOptimizers): void {
  const rule = 'must be TensorFlow.js (import * as tf from "@tensorflow/tfjs")';
  if ((typeof tf !== "object" && typeof tf !== "function") || tf === null) throw typeError(where, "tf", rule, tf);
  const version: unknown = Reflect.get(tf, "version_core");
  if (typeof version !== "string") throw typeError(where, "tf", rule, tf);
  if (!version.startsWith("4.")) throw rangeError(where, "tf", "must be TensorFlow.js of version 4", version);
  const missing = needed.find((name) => Reflect.get(tf, name) === undefined);
  if (missing !== undefined) throw typeError(where, "tf", rule, tf, `a part of it without tf.${missing}`);
}
