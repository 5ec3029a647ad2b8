/** Networks that PyTorch exported, with weights made by a rule: what test/oracle/makeNetworks.py states in Python. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { decodeMessage, encodeModel } from "../../src/onnx/modelProto.ts";

/** In training or in evaluation, of PyTorch in float64. */
export interface TorchResult {
  /** Of the inputs. */
  readonly seed: number;
  readonly loss: number;
  /** The length of all gradients together. */
  readonly norm: number;
  /** Sketches of the gradients by the parameters' names. */
  readonly gradients: Readonly<Record<string, string>>;
}

type Mode = "evaluation" | "training";

/** One network: its weights' rules and its files without them, of two modes and two versions of the operators. */
export interface TorchNetwork extends Readonly<Record<Mode, TorchResult>> {
  readonly tensors: readonly (readonly [name: string, middle: number, width: number])[];
  readonly structures: Readonly<Record<Mode, Readonly<Record<"13" | "17", string>>>>;
}

/** Written by test/oracle/makeNetworks.py. */
export const torchNetworks = JSON.parse(
  readFileSync(new URL("../fixtures/torchNetworks.json", import.meta.url), "utf8"),
) as Readonly<Record<"resnet18" | "encoder", TorchNetwork>>;

/** Counters as 32 bits of no pattern: the hash lowbias32 of index + golden ratio · seed. */
export function scrambled(seed: number, count: number): Uint32Array {
  const start = Math.imul(seed, 0x9e3779b1);
  const out = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    let x = (i + start) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    out[i] = x ^ (x >>> 16);
  }
  return out;
}

/** Numbers in [−1, 1), times `width` and plus `middle`, rounded to float32. */
export function uniform(seed: number, count: number, middle = 0, width = 1): Float32Array<ArrayBuffer> {
  const bits = scrambled(seed, count);
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) out[i] = middle + width * (bits[i]! / 2 ** 31 - 1);
  return out;
}

const buckets = 64;

/** 64 sums of a list's elements, each with a random sign in a random one of them: squares of sketches sum to squares of lists on average. */
export function sketch(values: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(buckets);
  const random = scrambled(99, values.length);
  for (let i = 0; i < values.length; i++) {
    const bits = random[i]!;
    sums[(bits >>> 1) % buckets]! += bits & 1 ? values[i]! : -values[i]!;
  }
  return sums;
}

/** A stored sketch. */
export function storedSketch(base64: string): Float32Array {
  const bytes = Buffer.from(base64, "base64");
  return Float32Array.from({ length: buckets }, (_, i) => bytes.readFloatLE(4 * i));
}

/** The file as PyTorch wrote it, with the weights. */
export function torchFile({ tensors, structures }: TorchNetwork, mode: Mode, opset: "13" | "17"): Uint8Array {
  const model = decodeMessage("Model", gunzipSync(Buffer.from(structures[mode][opset], "base64")));
  const { initializer } = model.graph as {
    readonly initializer: { name: string; dims: readonly number[]; rawData?: Uint8Array }[];
  };
  const rules = new Map(tensors.map(([name, middle, width], seed) => [name, { seed, middle, width }] as const));
  for (const tensor of initializer) {
    const rule = rules.get(tensor.name);
    if (rule === undefined) continue;
    const count = tensor.dims.reduce((a, b) => a * b, 1);
    tensor.rawData = new Uint8Array(uniform(rule.seed, count, rule.middle, rule.width).buffer);
  }
  return encodeModel(model);
}
