import { InputError } from "entropy-sgd-training";
import type { Safetensors } from "entropy-sgd-training/formats";
import type { Network } from "onnx-grad/layers";

/**
 * The tensors of a network from a weights file, by name: its parameters and batch-norm statistics.
 *
 * @param where - the file in messages
 * @throws InputError unless the file has exactly these names with these shapes, all float32
 */
export function tensorsOf(
  { tensors }: Pick<Safetensors, "tensors">,
  { parameters, runningStatistics }: Pick<Network, "parameters" | "runningStatistics">,
  where: string,
): Readonly<Record<string, Float32Array>> {
  const wanted = new Map<string, readonly number[]>([
    ...parameters.map(({ block }) => [block.name, block.shape] as const),
    ...runningStatistics.flatMap(({ name, mean, variance }) => [
      [`${name}.mean`, mean.shape] as const,
      [`${name}.variance`, variance.shape] as const,
    ]),
  ]);
  const unknown = tensors.find(({ name }) => !wanted.has(name));
  if (unknown !== undefined) {
    throw new InputError(`${where} must have the tensors of the network only, it has ${JSON.stringify(unknown.name)}`);
  }
  return Object.fromEntries(
    [...wanted].map(([name, shape]) => {
      const tensor = tensors.find((candidate) => candidate.name === name);
      if (tensor?.data instanceof Float32Array && tensor.shape.join() === shape.join()) return [name, tensor.data];
      const type = tensor?.data instanceof Float64Array ? " of float64" : "";
      const found = tensor === undefined ? "nothing" : `${inWords(tensor.shape)}${type}`;
      throw new InputError(`${where} must have ${inWords(shape)} named ${name}, found ${found}`);
    }),
  );
}

function inWords(shape: readonly number[]): string {
  return `a tensor [${shape.join("×")}]`;
}
