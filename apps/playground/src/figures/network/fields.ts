/** What a network answers all over the plane. */
import { type DataSet, evaluationPrograms, interpreterPlatform, type NetworkSpec } from "entropy-sgd-training";
import { softmax } from "onnx-grad";
import type { Run } from "./runs.ts";
import type { OptimizerName } from "./setUp.ts";

/** Points of a field, in rows from the top. */
export const fieldShape = { columns: 48, rows: 36 } as const;
const { columns, rows } = fieldShape;

/** Class probabilities of an optimizer's networks, the mean over its seeds. */
export interface Field {
  readonly optimizer: OptimizerName;
  /** Shape (rows, columns, classes). */
  readonly probabilities: Float32Array;
}

/** The part of the plane that is drawn, of the field's shape. */
export interface Extent {
  readonly left: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
}

/** What holds the points of both splits, with room around them. */
export function extentOf({ train, test }: DataSet): Extent {
  const low = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const high = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const point = new Float32Array(2);
  for (const split of [train, test]) {
    for (let i = 0; i < split.numExamples; i++) {
      split.readExampleInto(point, 0, i);
      for (const axis of [0, 1]) {
        low[axis] = Math.min(low[axis]!, point[axis]!);
        high[axis] = Math.max(high[axis]!, point[axis]!);
      }
    }
  }
  const width = 1.2 * Math.max(high[0]! - low[0]!, ((high[1]! - low[1]!) * columns) / rows, 1e-6);
  const height = (width * rows) / columns;
  return { left: (low[0]! + high[0]! - width) / 2, bottom: (low[1]! + high[1]! - height) / 2, width, height };
}

/** The fields of all optimizers. Cost of each: a forward pass over all points for each run. */
export function fieldsOf(
  spec: NetworkSpec,
  { left, bottom, width, height }: Extent,
): (runs: readonly Run[]) => Promise<Field[]> {
  const [numClasses] = spec.outputShape as [number];
  const answers: NetworkSpec = {
    ...spec,
    define: (rate) => (context, inputs) => softmax(spec.define(rate)(context, inputs)),
  };
  const programs = evaluationPrograms(answers, { platform: interpreterPlatform, dropout: 0, threads: undefined });
  const points = {
    numExamples: rows * columns,
    inputShape: spec.inputShape,
    readExampleInto(out: Float32Array, offset: number, index: number) {
      out[offset] = left + (width * ((index % columns) + 0.5)) / columns;
      out[offset + 1] = bottom + height * (1 - (Math.floor(index / columns) + 0.5) / rows);
    },
  };
  return async (runs) => {
    const names = [...new Set(runs.map(({ optimizer }) => optimizer))];
    const fields: Field[] = [];
    for (const optimizer of names) {
      const own = runs.filter((run) => run.optimizer === optimizer);
      const probabilities = new Float32Array(rows * columns * numClasses);
      for (const { params } of own) {
        await programs.outputs(params, points, (outputs, start) => {
          for (let i = 0; i < outputs.length; i++) probabilities[start * numClasses + i]! += outputs[i]! / own.length;
        });
      }
      fields.push({ optimizer, probabilities });
    }
    return fields;
  };
}
