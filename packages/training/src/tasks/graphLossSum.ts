import { evaluate, input, sizeOf, type Value } from "onnx-grad";
import type { Targets, Task } from "./task.ts";

/** The sum of the losses of `count` examples. */
export type LossSum = (outputs: Float32Array, targets: Targets, count: number) => number;

/** The loss of a task on the host, by the interpreter of its graph in float64: training and scores share one formula. */
export function graphLossSum(
  { targetsOf, loss }: Pick<Task, "targetsOf" | "loss">,
  outputShape: readonly number[],
): LossSum {
  const { shape, dtype } = targetsOf(outputShape);
  const graphs = new Map<number, Value>();
  const graphOf = (count: number): Value =>
    loss(input("outputs", [count, ...outputShape]), input("targets", [count, ...shape], dtype));
  return (outputs, targets, count) => {
    const graph = graphs.get(count) ?? graphOf(count);
    graphs.set(count, graph);
    const feeds = {
      outputs: outputs.subarray(0, count * sizeOf(outputShape)),
      targets: targets.subarray(0, count * sizeOf(shape)),
    };
    return count * evaluate([graph], feeds)[0]![0]!;
  };
}
