/**
 * The part of TensorBoard's event files that we write, as protocol buffers.
 *
 * Field numbers and enumerations are those of TensorBoard's `event.proto`, `summary.proto`, `tensor.proto`, `tensor_shape.proto`
 * and `types.proto`.
 *
 * @see https://github.com/tensorflow/tensorboard/tree/master/tensorboard/compat/proto
 */
import protobuf from "protobufjs/light.js";

/** Something that happened at a step. */
export interface EventMessage {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  /** Of the first event of a file. */
  readonly fileVersion?: string;
  readonly summary?: { readonly value: readonly SummaryValue[] };
  readonly sessionLog?: { readonly status: number; readonly checkpointPath: string };
  readonly sourceMetadata?: { readonly writer: string };
}

/** A value of a tag: a scalar, a histogram or a text. */
export interface SummaryValue {
  readonly tag: string;
  readonly tensor: TensorMessage;
  readonly metadata?: SummaryMetadata;
}

/** What shows the values of a tag; of the first value of the tag in a file. */
export interface SummaryMetadata {
  readonly pluginData: { readonly pluginName: string };
  readonly summaryDescription: string;
  readonly dataClass: number;
}

/** An array of any shape. */
export interface TensorMessage {
  readonly dtype: number;
  readonly tensorShape: { readonly dim: readonly { readonly size: number }[] };
  readonly floatVal?: readonly number[];
  readonly doubleVal?: readonly number[];
  readonly stringVal?: readonly Uint8Array[];
}

/** Enumerations of the descriptions. */
export const dataTypes = { float: 1, double: 2, string: 7 } as const;
export const dataClasses = { scalar: 1, tensor: 2 } as const;
export const checkpointStatus = 3;

const list = (type: string, id: number) => ({ rule: "repeated", type, id, options: { packed: true } });

const eventType = protobuf.Root.fromJSON({
  nested: {
    Event: {
      fields: {
        wallTime: { type: "double", id: 1 },
        step: { type: "int64", id: 2 },
        fileVersion: { type: "string", id: 3 },
        summary: { type: "Summary", id: 5 },
        sessionLog: { type: "SessionLog", id: 7 },
        sourceMetadata: { type: "SourceMetadata", id: 10 },
      },
    },
    SourceMetadata: { fields: { writer: { type: "string", id: 1 } } },
    SessionLog: { fields: { status: { type: "int32", id: 1 }, checkpointPath: { type: "string", id: 2 } } },
    Summary: { fields: { value: list("Value", 1) } },
    Value: {
      fields: {
        tag: { type: "string", id: 1 },
        tensor: { type: "Tensor", id: 8 },
        metadata: { type: "Metadata", id: 9 },
      },
    },
    Metadata: {
      fields: {
        pluginData: { type: "PluginData", id: 1 },
        summaryDescription: { type: "string", id: 3 },
        dataClass: { type: "int32", id: 4 },
      },
    },
    PluginData: { fields: { pluginName: { type: "string", id: 1 } } },
    Tensor: {
      fields: {
        dtype: { type: "int32", id: 1 },
        tensorShape: { type: "Shape", id: 2 },
        floatVal: list("float", 5),
        doubleVal: list("double", 6),
        stringVal: list("bytes", 8),
      },
    },
    Shape: { fields: { dim: list("Dimension", 2) } },
    Dimension: { fields: { size: { type: "int64", id: 1 } } },
  },
}).lookupType("Event");

/** The bytes of an event. */
export function encodeEvent(event: EventMessage): Uint8Array {
  return eventType.encode(event).finish();
}

/** The checkpoint that an event is the mark of, and its step. @throws Error for bytes that are no event */
export function decodeMark(bytes: Uint8Array): { readonly step: number; readonly checkpoint: string | null } {
  const { step = 0, sessionLog } = eventType.toObject(eventType.decode(bytes), { longs: Number });
  return { step, checkpoint: sessionLog?.status === checkpointStatus ? (sessionLog.checkpointPath ?? null) : null };
}
