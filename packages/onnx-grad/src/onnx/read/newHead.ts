/** A model's last layer with new weights, for another number of outputs. */
import { sizeOf } from "../../graph/value.ts";
import { torchDefault } from "../../layers/initialisers.ts";
import type { FileNode, OnnxFile } from "./onnxFile.ts";
import { readError } from "./readError.ts";
import { type StoredTensor, storedTensor } from "./storedTensor.ts";

/** Operations that may follow the last layer: they leave each output apart from the others, or are there for all. */
const after: readonly string[] = [
  "AveragePool",
  "Cast",
  "Dropout",
  "Flatten",
  "GlobalAveragePool",
  "Identity",
  "LogSoftmax",
  "ReduceMean",
  "Relu",
  "Reshape",
  "Sigmoid",
  "Softmax",
  "Squeeze",
];

/** A weight or bias of the last layer: where it is used, and the axis that counts the outputs. */
interface Place {
  readonly node: FileNode;
  readonly input: number;
  readonly stored: StoredTensor;
  readonly axis: number;
}

interface Head {
  readonly weight: Place;
  readonly bias: Place | undefined;
}

/**
 * The file with new weights in the last layer of its one output: Gemm, MatMul or Conv with stored weights, and the bias that is
 * added. They are `head.weight` and `head.bias`, and begin as those of dense layers do.
 *
 * @throws Error that names the last operations where they are of another form
 */
export function withNewHead(file: OnnxFile, numOutputs: number): { readonly file: OnnxFile; readonly change: string } {
  const head = headOf(file);
  if ("reached" in head) {
    const names = head.reached.map(({ opType, name }) => `${opType} "${name}"`).join(", ") || "none";
    const rule = "the last layer cannot be replaced: it must be Gemm, MatMul or Conv with stored weights, and a bias";
    throw readError(`${rule}; the last operations are ${names}, from the output on`, true);
  }
  const { weight, bias } = head;
  const before = weight.stored.shape[weight.axis]!;
  const initialiser = torchDefault(sizeOf(weight.stored.shape) / before);
  const prefix = freePrefix(file, [weight, bias]);
  const renewed = (place: Place, name: string): StoredTensor => {
    const shape = place.stored.shape.map((size, axis) => (axis === place.axis ? numOutputs : size));
    // Nothing is stored of it.
    const copyInto: StoredTensor["copyInto"] = (out) => {
      for (let i = 0; i < sizeOf(shape); i++) out[i] = 0;
    };
    return { name, type: "float32", shape, copyInto, initialiser };
  };
  const places: readonly (readonly [Place, StoredTensor])[] = [
    [weight, renewed(weight, `${prefix}.weight`)],
    ...(bias === undefined ? [] : ([[bias, renewed(bias, `${prefix}.bias`)]] as const)),
  ];
  const list = (stored: readonly StoredTensor[]): string => stored.map(({ name }) => name).join(" and ");
  const [old, added] = [places.map(([place]) => place.stored), places.map(([, stored]) => stored)];
  return {
    file: {
      ...file,
      nodes: file.nodes.map((node) =>
        places.reduce((changed, [place, { name }]) => withInput(changed, node, place, name), node),
      ),
      initializers: new Map([...file.initializers, ...added.map((stored) => [stored.name, stored] as const)]),
    },
    change: `the last layer, ${weight.node.opType} "${weight.node.name}", has ${numOutputs} outputs, not ${before}: ${list(added)} are new, ${list(old)} are left out`,
  };
}

function withInput(changed: FileNode, node: FileNode, place: Place, name: string): FileNode {
  if (node !== place.node) return changed;
  return { ...changed, inputs: changed.inputs.map((input, i) => (i === place.input ? name : input)) };
}

/** `head`, or with a number where another tensor has the name. */
function freePrefix({ nodes, initializers }: OnnxFile, places: readonly (Place | undefined)[]): string {
  const replaced = new Set(places.map((place) => place?.stored.name));
  const taken = new Set(
    [...initializers.keys(), ...nodes.flatMap(({ outputs }) => outputs)].filter((name) => !replaced.has(name)),
  );
  let prefix = "head";
  for (let i = 2; taken.has(`${prefix}.weight`) || taken.has(`${prefix}.bias`); i++) prefix = `head${i}`;
  return prefix;
}

/** The last layer, or the operations that were looked at. */
function headOf(file: OnnxFile): Head | { readonly reached: readonly FileNode[] } {
  const reached: FileNode[] = [];
  let tensor = file.outputs[0];
  // Nodes are in the order of execution.
  for (const node of [...file.nodes].reverse()) {
    if (tensor === undefined || !node.outputs.includes(tensor)) continue;
    reached.push(node);
    const head = layerAt(file, node);
    if (head !== undefined) return head;
    if (!after.includes(node.opType)) break;
    tensor = node.inputs[0];
  }
  return { reached };
}

function layerAt(file: OnnxFile, node: FileNode): Head | undefined {
  if (node.opType === "Add") return biasedLayer(file, node);
  const weight = weightOf(file, node);
  if (weight === undefined) return undefined;
  const bias = storedAt(file, node, 2);
  const numOutputs = weight.stored.shape[weight.axis]!;
  return { weight, bias: bias && biasPlace(bias, node, 2, numOutputs) };
}

/** A layer without bias whose bias an Add gives. */
function biasedLayer(file: OnnxFile, add: FileNode): Head | undefined {
  for (const [input, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const stored = storedAt(file, add, input);
    const node = file.nodes.find(({ outputs }) => outputs.includes(add.inputs[other] ?? ""));
    if (stored === undefined || node === undefined || (node.opType !== "MatMul" && node.opType !== "Conv")) continue;
    const layer = layerAt(file, node);
    if (layer === undefined || layer.bias !== undefined) continue;
    const bias = biasPlace(stored, add, input, layer.weight.stored.shape[layer.weight.axis]!);
    if (bias !== undefined) return { ...layer, bias };
  }
  return undefined;
}

/** A bias with a number for each output; one that is the same for all stays. */
function biasPlace(stored: StoredTensor, node: FileNode, input: number, numOutputs: number): Place | undefined {
  const axis = stored.shape.indexOf(numOutputs);
  return axis >= 0 && sizeOf(stored.shape) === numOutputs ? { node, input, stored, axis } : undefined;
}

/** The stored weight of a Gemm, MatMul or Conv; that of a MatMul may pass a Transpose. */
function weightOf(file: OnnxFile, node: FileNode): Place | undefined {
  if (!["Gemm", "MatMul", "Conv"].includes(node.opType)) return undefined;
  const stored = storedAt(file, node, 1);
  const place = (at: FileNode, input: number, axis: number, of = storedAt(file, at, input)): Place | undefined =>
    of === undefined || (at.opType !== "Conv" && of.shape.length !== 2)
      ? undefined
      : { node: at, input, stored: of, axis };
  if (node.opType === "Conv") return integerOf(node, "group", 1) === 1 ? place(node, 1, 0) : undefined;
  if (stored !== undefined) return place(node, 1, integerOf(node, "transB", 0) === 1 ? 0 : 1);
  const transpose = file.nodes.find(({ outputs }) => outputs.includes(node.inputs[1] ?? ""));
  return transpose?.opType === "Transpose" && node.opType === "MatMul" ? place(transpose, 0, 0) : undefined;
}

const integerOf = ({ attributes }: FileNode, name: string, otherwise: number): number =>
  attributes.get(name)?.i ?? otherwise;

/** The tensor that is stored for an input of a node: an initializer, or one that a Constant or an Identity gives. */
function storedAt(file: OnnxFile, { inputs }: FileNode, input: number): StoredTensor | undefined {
  const name = inputs[input];
  if (name === undefined) return undefined;
  const there = file.initializers.get(name);
  if (there !== undefined) return there;
  const node = file.nodes.find(({ outputs }) => outputs.includes(name));
  if (node?.opType === "Identity") return file.initializers.get(node.inputs[0] ?? "");
  const value = node?.opType === "Constant" ? node.attributes.get("value")?.t : undefined;
  return value && storedTensor(value, name);
}
