/** The loss of a small network as a function of its weights, in float64: what the instruments of entropy-sgd/landscape take. */
import { type KnownOptions, type Objective, requireKnownOptions, type Vector } from "entropy-sgd";
import { evaluate, hvp, input, optimise, sizeOf, type Value } from "onnx-grad";
import { requireSplit } from "../data/requireFit.ts";
import type { AnySplit } from "../data/split.ts";
import { targetReader } from "../data/targetReader.ts";
import { buildSpec } from "../networks/buildSpec.ts";
import type { NetworkSpec } from "../networks/networkSpec.ts";
import { classification } from "../tasks/classification.ts";
import type { Scores, Task } from "../tasks/task.ts";
import { lossAndGradients } from "./lossAndGradients.ts";

/** Options of `networkObjective`. */
export interface NetworkObjectiveOptions {
  /** What is learnt; classification when absent. */
  readonly task?: Task;
}

const known: KnownOptions<NetworkObjectiveOptions> = { task: true };

/** f, its gradient and its Hessian's products over fixed examples. */
export interface NetworkObjective extends Required<Objective> {
  /** n. */
  readonly dimension: number;
  /** Mean loss and metrics, as `TrainableModel.evaluate` gives them. */
  scoresAt(x: Vector): Scores;
}

/**
 * The mean loss over a split, all examples in one batch and without dropout, by the interpreter in float64.
 *
 * Cost: a value is a forward pass, a gradient three, a product of the Hessian six, 1 to 5 ns per multiply-add; memory: the
 * activations of all examples. Meant for networks of some thousand weights and as many examples. Deterministic.
 *
 * @throws TypeError for an unknown option; InputError for examples that do not fit the network
 */
export function networkObjective(
  spec: NetworkSpec,
  split: AnySplit,
  options: NetworkObjectiveOptions = {},
): NetworkObjective {
  requireKnownOptions("networkObjective", known, options);
  const { task = classification() } = options;
  requireSplit({ ...spec, task }, split, "measured");
  const network = buildSpec(spec, { mode: "evaluation", batch: split.numExamples });
  const blocks = network.parameters.map(({ block }) => block);
  const weights = network.parameters.map(({ value }) => value);
  const { loss, ...slopes } = lossAndGradients(network, task);
  const directions = blocks.map(({ name, shape }) => input(`${name}.direction`, shape));
  const graphs = {
    logits: optimise([network.logits]),
    gradient: optimise([loss, ...Object.values(slopes)]),
    product: optimise(hvp(loss, weights, directions)),
  };
  const examples = examplesOf(spec, split, task);
  const pieces = (flat: Vector, ending = ""): Record<string, Vector> =>
    Object.fromEntries(
      blocks.map(({ name, offset, shape }) => [`${name}${ending}`, flat.subarray(offset, offset + sizeOf(shape))]),
    );
  const run = (graph: readonly Value[], x: Vector, v?: Vector): ArrayLike<number>[] =>
    evaluate(graph, { ...examples, ...pieces(x), ...(v && pieces(v, ".direction")) });
  const join = (parts: readonly ArrayLike<number>[], out: Vector): void => {
    for (const [i, { offset }] of blocks.entries()) out.set(parts[i]!, offset);
  };

  function scoresAt(x: Vector): Scores {
    const { add, scores } = task.scorer(spec.outputShape);
    add(Float32Array.from(run(graphs.logits, x)[0]!), examples.targets, split.numExamples);
    return scores();
  }
  return {
    dimension: network.numParams,
    scoresAt,
    valueAt: (x) => run(graphs.gradient.slice(0, 1), x)[0]![0]!,
    valueAndGradientAt(x, out) {
      const [value, ...parts] = run(graphs.gradient, x);
      join(parts, out);
      return value![0]!;
    },
    hessianProduct: (x, v, out) => join(run(graphs.product, x, v), out),
  };
}

function examplesOf({ inputShape, outputShape }: NetworkSpec, split: AnySplit, task: Task) {
  const { shape, dtype } = task.targetsOf(outputShape);
  const [size, targetSize] = [sizeOf(inputShape), sizeOf(shape)];
  const inputs = new Float32Array(size * split.numExamples);
  const targets = new (dtype === "int32" ? Int32Array : Float32Array)(targetSize * split.numExamples);
  const readTarget = targetReader(split);
  for (let i = 0; i < split.numExamples; i++) {
    split.readExampleInto(inputs, i * size, i);
    readTarget(targets, i * targetSize, i);
  }
  return { inputs, targets };
}
