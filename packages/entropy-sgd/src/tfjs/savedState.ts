/** States as the weights of an optimizer of TensorFlow.js, and back. */
import { typeError } from "../errors.ts";
import type { SerialisedState } from "../state/serialise.ts";
import type { NamedHostTensor, TensorFlow } from "./tensorFlow.ts";

/** A state that is not in use, and its counts. */
export interface SavedState {
  readonly gradients: number;
  readonly outerSteps: number;
  readonly state: SerialisedState;
}

/**
 * `[iterations, the state without its vectors as JSON, its vectors …]`.
 *
 * What counts is the order: names of variables change from one model to its copy. The vectors have the variables one after the other.
 */
export function tensorsOf(tf: TensorFlow, className: string, saved: SavedState | null): NamedHostTensor[] {
  const iterations = { name: "iter", tensor: tf.scalar(saved?.gradients ?? 0, "int32") };
  if (saved === null) return [iterations];
  const { json, vectors } = saved.state;
  const text = JSON.stringify({ json, vectors: Object.keys(vectors) });
  return [
    iterations,
    { name: `${className}/state`, tensor: tf.tensor([text], [1], "string") },
    ...Object.entries(vectors).map(([name, values]) => {
      return { name: `${className}/${name}`, tensor: tf.tensor(values as Float32Array) };
    }),
  ];
}

/**
 * What `tensorsOf` made; null for weights of an optimizer that had made no step.
 *
 * @throws TypeError for the weights of another optimizer
 */
export async function stateFrom(where: string, weights: readonly NamedHostTensor[]): Promise<SavedState | null> {
  const [iterations, header, ...rest] = weights.map(({ tensor }) => tensor);
  if (header === undefined) return null;
  const rule = "must be those that getWeights() of the same optimizer gave";
  const [text] = header.dtype === "string" ? ((await header.data()) as string[]) : [];
  const { json, vectors } = text === undefined ? { json: null, vectors: null } : JSON.parse(text);
  if (!Array.isArray(vectors) || vectors.length !== rest.length) throw typeError(where, "weights", rule);
  const values = await Promise.all(rest.map(async (tensor) => ((await tensor.data()) as Float32Array).slice()));
  const [gradients] = (await iterations.data()) as Int32Array;
  const state = { json, vectors: Object.fromEntries(vectors.map((name, i) => [name, values[i]])) };
  return { gradients, outerSteps: json?.state?.progress?.outerSteps ?? 0, state };
}
