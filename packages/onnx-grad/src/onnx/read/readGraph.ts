/** The nodes of a model, read one after another into values of our graph. */
import { topological } from "../../graph/topological.ts";
import { sizeOf, type Value } from "../../graph/value.ts";
import { evaluate } from "../../interpreter/evaluate.ts";
import { type GraphState, type NodeReader, nodeReader, type Operand } from "./nodeReader.ts";
import { type FileGraph, type FileNode, type OnnxFile, tensorsRead } from "./onnxFile.ts";
import type { Operator, Result } from "./operator.ts";
import { operators } from "./operators.ts";
import { isUnsupported, readError, unsupported } from "./readError.ts";
import { storedTensor } from "./storedTensor.ts";
import { isEmpty, known, largestConstant, largestTensor, type Tensor } from "./tensor.ts";

/** `Resize "up" (mode "cubic" is not supported)`. */
type Fault = readonly [node: FileNode, what: Error];

const show = ([node, what]: Fault): string =>
  `${node.domain ? `${node.domain}.` : ""}${node.opType} "${node.name}" (${what.message})`;

/** One error that lists all faults. */
function errorOf(faults: readonly Fault[]): Error {
  const shown = faults.slice(0, 50).map(show);
  if (faults.length > shown.length) shown.push(`and ${faults.length - shown.length} more`);
  return readError(
    `${faults.length === 1 ? "one node" : `${faults.length} nodes`} cannot be read: ${shown.join("; ")}`,
    faults.some(([, what]) => isUnsupported(what)),
  );
}

/** Throws one error that lists every node whose operator, version or attributes the table does not have. */
export function requireOperators({ nodes, opset }: OnnxFile): void {
  const faultsOf = (node: FileNode): Fault[] => {
    const what = missing(node, opset);
    const inside = [...node.bodies.values()].flatMap((body) => body.nodes.flatMap(faultsOf));
    return what === undefined ? inside : [[node, unsupported(what)]];
  };
  const faults = nodes.flatMap(faultsOf);
  if (faults.length > 0) throw errorOf(faults);
}

function missing({ opType, domain, attributes }: FileNode, opset: number): string | undefined {
  if (domain !== "" || !Object.hasOwn(operators, opType)) return "the operator is not supported";
  const { opsets: [first, last] = [7, 21], attributes: known = [] } = operators[opType]!;
  if (opset < first || opset > last)
    return `version ${opset} of the operators is not supported, ${first} … ${last} are`;
  const unknown = [...attributes.keys()].filter((name) => !known.includes(name));
  return unknown.length > 0 ? `the attribute ${unknown.join(", ")} is not supported` : undefined;
}

/**
 * Every tensor of the graph by name, from those of its inputs.
 *
 * A body may read the tensors of the graph `around` it too. What depends on known numbers only is computed here by the interpreter,
 * in float64, so shapes come out as numbers.
 *
 * @throws Error that lists every node that cannot be read, or an output that no node gives
 */
export function readGraph(
  file: FileGraph,
  inputs: ReadonlyMap<string, Tensor>,
  state: GraphState,
  around: ReadonlyMap<string, Operand> = new Map(),
): Tensor[] {
  const own = [...file.initializers].map(([name, stored]) => [name, { stored }] as const);
  const tensors = new Map<string, Operand>([...around, ...own, ...inputs]);
  const faults: Fault[] = [];
  const failed = new Set<string>();
  for (const node of file.nodes) {
    try {
      if (tensorsRead(node).some((name) => failed.has(name))) throw undefined;
      requireNew(node, tensors);
      const results = storedBy(node) ?? readNode(node, operators[node.opType]!, tensors, state);
      node.outputs.forEach((name, i) => {
        if (name !== "" && results[i] !== undefined) tensors.set(name, results[i]);
      });
    } catch (error) {
      for (const name of node.outputs) failed.add(name);
      if (error !== undefined) faults.push([node, error as Error]);
    }
  }
  if (faults.length > 0) throw errorOf(faults);
  return file.outputs.map((name) => {
    const output = tensors.get(name);
    if (output === undefined) throw readError(`no node gives the output "${name}"`);
    return "stored" in output ? state.declare(output.stored) : output;
  });
}

function requireNew({ outputs }: FileNode, tensors: ReadonlyMap<string, Operand>): void {
  const twice = outputs.find((name) => name !== "" && tensors.has(name));
  if (twice !== undefined) throw new Error(`its output "${twice}" is there already`);
}

/** What a node `Constant` stores, as an initializer is: it may be a parameter, as all weights are in files of some writers. */
function storedBy({ opType, attributes, outputs }: FileNode): readonly Operand[] | undefined {
  const message = opType === "Constant" ? attributes.get("value")?.t : undefined;
  return message && [{ stored: storedTensor(message, outputs[0]) }];
}

function readNode(
  node: FileNode,
  operator: Operator,
  tensors: ReadonlyMap<string, Operand>,
  state: GraphState,
): readonly Tensor[] {
  const operands = node.inputs.map((name) => {
    if (name === "") return undefined;
    const operand = tensors.get(name);
    // Nodes are in the order of execution: in a cycle there is none.
    if (operand === undefined) throw new Error(`its input "${name}" is given by no node before it`);
    return operand;
  });
  const readBody = (body: FileGraph, given: readonly Tensor[]): Tensor[] => {
    if (body.inputs.length !== given.length)
      throw new Error(`its body must have ${given.length} inputs, got ${body.inputs.length}`);
    return readGraph(body, new Map(body.inputs.map(({ name }, i) => [name, given[i]!])), state, tensors);
  };
  const reader = nodeReader(node, operands, node.outputs.length, state, readBody);
  const read = readBy(operator, reader, operands);
  const results: readonly Result[] = Array.isArray(read) ? read : [read as Result];
  const isKnown = operands.every((operand) => operand === undefined || isConstant(operand, state));
  return results.map((result): Tensor => {
    const tensor = "type" in result ? result : { type: reader.type(0), value: result };
    if (!(sizeOf(tensor.value.shape) <= largestTensor))
      throw new Error(`a tensor of [${tensor.value.shape.join("×")}] is too large`);
    return isKnown ? { ...tensor, value: folded(tensor.value) } : tensor;
  });
}

/** What the handler gives; our operations take no tensor without elements, which only lists of axes and the like may be. */
function readBy(
  operator: Operator,
  reader: NodeReader,
  operands: readonly (Operand | undefined)[],
): ReturnType<Operator["read"]> {
  try {
    return operator.read(reader);
  } catch (error) {
    const isWithoutElements = operands.some((operand) => operand && !("stored" in operand) && isEmpty(operand.value));
    if (!isWithoutElements) throw error;
    throw unsupported(`a tensor without elements is not supported: ${(error as Error).message}`);
  }
}

const isConstant = (operand: Operand, state: GraphState): boolean =>
  "stored" in operand ? !state.isParameter(operand.stored) : operand.value.op === "constant";

/** The constant that `value`, which depends on constants only, is; the value itself where it or a step to it is large. */
function folded(value: Value): Value {
  if (value.op === "constant" || isEmpty(value)) return value;
  const steps = topological([value]);
  if (steps.some(({ op, shape }) => op === "input" || sizeOf(shape) > largestConstant)) return value;
  return known([...evaluate([value], {})[0]!], value.shape);
}
