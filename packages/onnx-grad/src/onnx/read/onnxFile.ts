/** An ONNX model as its file states it: nodes, initializers, inputs and outputs, checked one by one. */
import { typeError } from "../../graph/errors.ts";
import type { ElementType } from "../modelProto.ts";
import { decodeMessage } from "../modelProto.ts";
import { isUnsupported, readError } from "./readError.ts";
import {
  type ExternalDataReader,
  elementTypeOf,
  type StoredTensor,
  storedTensor,
  type TensorMessage,
} from "./storedTensor.ts";

/** `AttributeProto` by our names. */
export interface AttributeMessage {
  readonly name?: string;
  readonly type?: number;
  readonly f?: number;
  readonly i?: number;
  readonly s?: Uint8Array;
  readonly t?: TensorMessage;
  readonly g?: GraphMessage;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly Uint8Array[];
  readonly refAttrName?: string;
}

/** A node of the file. */
export interface FileNode {
  readonly opType: string;
  readonly domain: string;
  /** Its own name, or that of its first output. */
  readonly name: string;
  /** Names of tensors; "" for an absent one. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, AttributeMessage>;
  /** The graphs among its attributes; what they read of no node of theirs is of the graph around them. */
  readonly bodies: ReadonlyMap<string, FileGraph>;
}

/** An input that the caller gives; sizes are numbers, names, or unknown. */
export interface FileInput {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string | undefined)[];
}

/** A graph of a file; that of a node need not state the types of its inputs. */
export interface FileGraph<Input extends { readonly name: string } = { readonly name: string }> {
  readonly nodes: readonly FileNode[];
  readonly initializers: ReadonlyMap<string, StoredTensor>;
  /** Inputs without an initializer of the same name, which is a default value. */
  readonly inputs: readonly Input[];
  readonly outputs: readonly string[];
}

/** What the reader needs of a model. */
export interface OnnxFile extends FileGraph<FileInput> {
  /** Version of the standard operators. */
  readonly opset: number;
}

/** The tensors that a node reads: its inputs, and those of the graph around it that its bodies read. */
export function tensorsRead({ inputs, bodies }: FileNode): readonly string[] {
  return [...inputs, ...[...bodies.values()].flatMap(outerTensors)];
}

function outerTensors({ nodes, initializers, inputs, outputs }: FileGraph): string[] {
  const own = new Set([
    ...inputs.map(({ name }) => name),
    ...initializers.keys(),
    ...nodes.flatMap((node) => node.outputs),
  ]);
  return [...nodes.flatMap(tensorsRead), ...outputs].filter((tensor) => !own.has(tensor));
}

interface DimensionMessage {
  readonly dimValue?: number;
  readonly dimParam?: string;
}

interface ValueInfoMessage {
  readonly name?: string;
  readonly type?: {
    readonly tensorType?: {
      readonly elemType?: number;
      readonly shape?: { readonly dim: readonly DimensionMessage[] };
    };
  };
}

interface ModelMessage {
  readonly opsetImport: readonly { readonly domain?: string; readonly version?: number }[];
  readonly graph?: GraphMessage;
}

interface GraphMessage {
  readonly node: readonly {
    readonly opType?: string;
    readonly domain?: string;
    readonly name?: string;
    readonly input: readonly string[];
    readonly output: readonly string[];
    readonly attribute: readonly AttributeMessage[];
  }[];
  readonly initializer: readonly TensorMessage[];
  readonly input: readonly ValueInfoMessage[];
  readonly output: readonly ValueInfoMessage[];
  readonly sparseInitializer: readonly unknown[];
}

/**
 * The model in `bytes`.
 *
 * @throws TypeError unless `bytes` are bytes; Error or RangeError, which begins with `readOnnx`, for what is no ONNX model, or one
 *   of operators that are older than version 7 or newer than 21
 */
export function onnxFile(bytes: Uint8Array, readExternal?: ExternalDataReader): OnnxFile {
  if (!(bytes instanceof Uint8Array)) throw typeError("readOnnx", "the model", "must be bytes", bytes);
  const { opsetImport, graph } = decoded(bytes);
  if (graph === undefined || graph.node.length + graph.output.length === 0)
    throw readError("the bytes are no ONNX model: there is no graph");
  if (graph.output.length === 0) throw readError("the graph has no outputs");
  return { opset: opsetOf(opsetImport), ...graphOf(graph, readExternal, inputOf) };
}

/** A graph, with the inputs as `inputOf` reads them. */
function graphOf<Input extends { readonly name: string }>(
  graph: GraphMessage,
  readExternal: ExternalDataReader | undefined,
  inputOf: (message: ValueInfoMessage) => Input,
): FileGraph<Input> {
  if (graph.sparseInitializer.length > 0) throw readError("sparse initializers are not supported", true);
  const initializers = new Map(
    graph.initializer.map((message) => [message.name ?? "", initializerOf(message, readExternal)] as const),
  );
  return {
    nodes: graph.node.map((node) => ({
      opType: node.opType ?? "",
      domain: node.domain === "ai.onnx" ? "" : (node.domain ?? ""),
      name: node.name || node.output[0] || "",
      inputs: node.input,
      outputs: node.output,
      attributes: new Map(node.attribute.map((attribute) => [attribute.name ?? "", attribute])),
      bodies: new Map(
        node.attribute.flatMap(({ name = "", g }) =>
          g === undefined ? [] : [[name, graphOf(g, readExternal, (input) => ({ name: input.name ?? "" }))]],
        ),
      ),
    })),
    initializers,
    inputs: graph.input.filter(({ name }) => !initializers.has(name ?? "")).map(inputOf),
    outputs: graph.output.map(({ name }) => name ?? ""),
  };
}

function decoded(bytes: Uint8Array): ModelMessage {
  try {
    return decodeMessage("Model", bytes) as unknown as ModelMessage;
  } catch (error) {
    throw readError(`the bytes are no ONNX model, or a part of one: ${(error as Error).message}`);
  }
}

function initializerOf(message: TensorMessage, readExternal: ExternalDataReader | undefined): StoredTensor {
  try {
    return storedTensor(message, message.name, readExternal);
  } catch (error) {
    throw readError((error as Error).message, isUnsupported(error));
  }
}

function opsetOf(imports: ModelMessage["opsetImport"]): number {
  const version = imports.find(({ domain = "" }) => domain === "" || domain === "ai.onnx")?.version ?? 0;
  if (version >= 7 && version <= 21) return version;
  throw readError(`version ${version} of the standard operators is not supported, 7 … 21 are`, true);
}

function inputOf({ name = "", type }: ValueInfoMessage): FileInput {
  const elementType = elementTypeOf(type?.tensorType?.elemType);
  const dimensions = type?.tensorType?.shape?.dim;
  if (elementType === undefined)
    throw readError(`input "${name}": the type ${describe(type)} is not supported, only tensors of numbers are`);
  if (dimensions === undefined) throw readError(`input "${name}" must state how many axes it has`);
  // Some writers put −1 for a size that they do not know.
  const shape = dimensions.map(({ dimValue = 0, dimParam }) => dimParam || (dimValue > 0 ? dimValue : undefined));
  return { name, type: elementType, shape };
}

const describe = (type: ValueInfoMessage["type"]): string =>
  type?.tensorType === undefined ? "of no tensor" : String(type.tensorType.elemType ?? 0);
