/**
 * Event files read without any code of ours: records by the package tfrecord, which checks every checksum, messages by protobufjs from
 * TensorBoard's own description (oracle/describeEvents.py).
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";
import "protobufjs/ext/descriptor.js";
import { RecordReader } from "tfrecord/lib/record_reader.js";

const { fileDescriptorSet } = JSON.parse(
  readFileSync(new URL("oracle/tensorboardEvents.json", import.meta.url), "utf8"),
) as { readonly fileDescriptorSet: readonly string[] };
const eventType = protobuf.Root.fromDescriptor(Buffer.from(fileDescriptorSet.join(""), "base64")).lookupType(
  "tensorboard.Event",
);

/** An event by the names of TensorBoard's description. */
export interface ReadEvent {
  readonly wall_time: number;
  readonly step: number;
  readonly file_version?: string;
  readonly source_metadata?: { readonly writer: string };
  readonly summary?: { readonly value: readonly ReadValue[] };
  readonly session_log?: { readonly status: string; readonly checkpoint_path: string };
}

export interface ReadValue {
  readonly tag: string;
  readonly metadata?: {
    readonly plugin_data: { readonly plugin_name: string };
    readonly summary_description: string;
    readonly data_class: string;
  };
  readonly tensor: {
    readonly dtype: string;
    readonly tensor_shape: { readonly dim?: readonly { readonly size: number }[] };
    readonly float_val?: readonly number[];
    readonly double_val?: readonly number[];
    readonly string_val?: readonly Uint8Array[];
  };
}

/** The events of one file. @throws Error for a wrong checksum, a cut record, or a field that the description lacks */
export async function eventsInFile(path: string): Promise<ReadEvent[]> {
  const reader = await RecordReader.create(path);
  const events: ReadEvent[] = [];
  for (let record = await reader.readRecord(); record !== null; record = await reader.readRecord()) {
    // The reader reuses its memory.
    const data = Buffer.from(record);
    const message = eventType.decode(data);
    // Fields that are unknown are passed over by the reader, and would be missing here.
    if (!Buffer.from(eventType.encode(message).finish()).equals(data)) throw new Error(`${path}: unknown fields`);
    events.push(eventType.toObject(message, { longs: Number, enums: String }) as ReadEvent);
  }
  return events;
}

/** The events of a folder, in the order in which TensorBoard reads its files. */
export async function eventsInFolder(folder: string): Promise<ReadEvent[]> {
  const all = readdirSync(folder)
    .sort()
    .map((name) => eventsInFile(join(folder, name)));
  return (await Promise.all(all)).flat();
}

/** Every value of a tag with its step. */
export function valuesOf(events: readonly ReadEvent[], tag: string): (readonly [step: number, value: ReadValue])[] {
  return events.flatMap(({ step = 0, summary }) =>
    (summary?.value ?? []).filter((value) => value.tag === tag).map((value) => [step, value] as const),
  );
}

/** The scalars of a tag with their steps. */
export function scalarsOf(events: readonly ReadEvent[], tag: string): (readonly [step: number, scalar: number])[] {
  return valuesOf(events, tag).map(([step, { tensor }]) => [step, tensor.float_val![0]!] as const);
}
