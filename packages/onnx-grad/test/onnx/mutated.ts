/** Hostile files: models with bytes changed, cut out or repeated. */
import { expect } from "vitest";
import { decodeMessage, encodeModel } from "../../src/onnx/modelProto.ts";
import { readOnnx } from "../../src/onnx.ts";
import { numbers } from "../samples.ts";
import { laterVersions } from "./laterVersions.ts";
import { convolutional, modelBytes } from "./models.ts";

/** A tensor in another file. */
const external = encodeModel({
  opsetImport: [{ version: 17 }],
  graph: {
    node: [{ opType: "Add", input: ["x", "w"], output: ["y"] }],
    initializer: [
      { name: "w", dims: [2], dataType: 1, dataLocation: 1, externalData: [{ key: "location", value: "weights.bin" }] },
    ],
    input: [{ name: "x", type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 2 }] } } } }],
    output: [{ name: "y" }],
  },
});

const originals: readonly Uint8Array[] = [
  modelBytes(convolutional),
  external,
  ...laterVersions.map(({ spec, until = 21 }) => modelBytes({ outputs: ["y"], ...spec, opset: until })),
];

/** A file of which one number or name is another one. */
function altered(original: Uint8Array, random: (below: number) => number): Uint8Array {
  const model = decodeMessage("Model", original);
  const places: (readonly [holder: Record<string, unknown>, key: string])[] = [];
  const visit = (holder: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(holder)) {
      if (typeof value === "object" && value !== null) visit(value as Record<string, unknown>);
      else places.push([holder, key]);
    }
  };
  visit(model);
  const [holder, key] = places[random(places.length)]!;
  const names = places.flatMap(([from, at]) => (typeof from[at] === "string" ? [from[at]] : []));
  const sizes = [-1, 0, 1, 2, 3, 5, 17, 2 ** 31 - 1, 2 ** 31, 2 ** 40, -(2 ** 40)];
  holder[key] = typeof holder[key] === "string" ? names[random(names.length)] : sizes[random(sizes.length)];
  return encodeModel(model);
}

/** One to four changes of a file. */
function mutated(original: Uint8Array, kind: number, random: (below: number) => number): Uint8Array {
  if (kind === 3) return altered(original, random);
  const bytes = [...original];
  for (let change = random(4); change >= 0; change--) {
    const at = random(bytes.length);
    if (kind === 0) bytes.splice(at, random(9));
    else if (kind === 1) bytes[at] = random(256);
    else bytes.splice(at, 0, ...bytes.slice(random(bytes.length)).slice(0, 12));
  }
  return Uint8Array.from(bytes);
}

/** `count` hostile files, a third of them from the largest model. */
function* mutatedFiles(count: number): Generator<Uint8Array> {
  const next = numbers(20261127);
  const random = (below: number): number => Math.floor(next() * below);
  for (let i = 0; i < count; i++)
    yield mutated(originals[i % 3 === 0 ? 0 : random(originals.length)]!, random(4), random);
}

/** Reads a file; the only way to other files gives zeros. */
function readHostile(bytes: Uint8Array): void {
  const externalData = ({ length }: { readonly length: number }) => new Uint8Array(length);
  readOnnx(bytes, { dimensions: { batch: 2 }, externalData }).network("training");
}

/** How many of `count` hostile files are read; the errors of the others must be one line of ours. */
export function readMutated(count: number): number {
  let numRead = 0;
  for (const bytes of mutatedFiles(count)) {
    try {
      readHostile(bytes);
      numRead++;
    } catch (error) {
      expect(String(error)).toMatch(/^(Type|Range)?Error: (readOnnx|buildNetwork)[: ][^\n]*$/);
    }
  }
  return numRead;
}
