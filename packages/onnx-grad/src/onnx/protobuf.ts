/**
 * Protocol-buffer messages by a table of their fields.
 *
 * protobufjs has the encoding of single values. Its own walk over a table generates code and evaluates it, which a content
 * security policy without 'unsafe-eval' forbids, even one that allows WebAssembly; so the walk is here.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
import protobuf from "protobufjs/minimal.js";

const { Reader, Writer } = protobuf;
type Reader = protobuf.Reader;
type Writer = protobuf.Writer;

/** The type of a field, a single value's or the name of a message, its number, and whether it is a list. */
export type Field = readonly [type: string, id: number, rule?: "repeated"];

/** Messages by name: their fields by name. */
export type MessageTable = Readonly<Record<string, Readonly<Record<string, Field>>>>;

/** A message: the fields that are there by name, and every list. */
export type Message = Record<string, unknown>;

/** How a value lies in the bytes: the standard's wire types. */
const wireTypes = { int32: 0, int64: 0, uint64: 0, double: 1, string: 2, bytes: 2, float: 5 } as const;
type Scalar = keyof typeof wireTypes;
const lengthDelimited = 2;

const isScalar = (type: string): type is Scalar => Object.hasOwn(wireTypes, type);
/** Whether a list of them lies as one run of bytes. */
const isPacked = (type: string): type is Scalar => isScalar(type) && wireTypes[type] !== lengthDelimited;

/** The value of a single field that is not there: version 3 of the format does not tell the two apart. */
function isZero(value: unknown): boolean {
  return typeof value === "number" ? Object.is(value, 0) : (value as string | Uint8Array).length === 0;
}

/** The bytes of a message; fields in the order of their numbers; zeros, empty texts and empty lists are left out. */
export function encodeByTable(table: MessageTable, type: string, message: Readonly<Message>): Uint8Array {
  const writer = Writer.create();
  writeMessage(writer, table, type, message);
  return writer.finish();
}

function writeMessage(writer: Writer, table: MessageTable, type: string, message: Readonly<Message>): void {
  const fields = Object.entries(table[type]!).sort(([, [, a]], [, [, b]]) => a - b);
  for (const [name, [fieldType, id, rule]] of fields) {
    const value = message[name];
    if (value === undefined || value === null) continue;
    if (rule === undefined && isScalar(fieldType) && isZero(value)) continue;
    const values = rule === "repeated" ? (value as ArrayLike<unknown>) : [value];
    if (values.length === 0) continue;
    if (rule === "repeated" && isPacked(fieldType)) {
      writer.uint32((id << 3) | lengthDelimited).fork();
      for (let i = 0; i < values.length; i++) writeScalar(writer, fieldType, values[i]);
      writer.ldelim();
      continue;
    }
    for (let i = 0; i < values.length; i++) writeField(writer, table, fieldType, id, values[i]);
  }
}

function writeField(writer: Writer, table: MessageTable, type: string, id: number, value: unknown): void {
  if (isScalar(type)) {
    writer.uint32((id << 3) | wireTypes[type]);
    writeScalar(writer, type, value);
    return;
  }
  writer.uint32((id << 3) | lengthDelimited).fork();
  writeMessage(writer, table, type, value as Message);
  writer.ldelim();
}

function writeScalar(writer: Writer, type: Scalar, value: unknown): void {
  (writer[type] as (value: unknown) => Writer)(value);
}

/**
 * The message in `bytes`; fields that the table lacks, or whose bytes are of another kind than it says, are skipped.
 *
 * @throws RangeError, TypeError or Error, which the caller words, for bytes that are no such message, or a text that is not UTF-8
 */
export function decodeByTable(table: MessageTable, type: string, bytes: Uint8Array): Message {
  const reader = Reader.create(bytes);
  return readMessage({ reader, table, depth: 0 }, type, reader.len, emptyMessage(table, type));
}

function emptyMessage(table: MessageTable, type: string): Message {
  const lists = Object.entries(table[type]!).filter(([, [, , rule]]) => rule === "repeated");
  return Object.fromEntries(lists.map(([name]) => [name, []]));
}

/** What a message is read from, and by. */
interface Reading {
  readonly reader: Reader;
  readonly table: MessageTable;
  /** How many messages stand around this one. */
  readonly depth: number;
}

/** Reads up to byte `end` into `message`, which holds what came of it before. */
function readMessage(reading: Reading, type: string, end: number, message: Message): Message {
  const { reader, table, depth } = reading;
  if (depth > Reader.recursionLimit) throw new Error("max depth exceeded");
  const outerEnd = reader.len;
  if (end > outerEnd) throw new Error("index out of range");
  reader.len = end;
  const fields = Object.entries(table[type]!);
  while (reader.pos < end) {
    const tag = reader.tag();
    const wireType = tag & 7;
    const found = fields.find(([, [, id]]) => id === tag >>> 3);
    if (found === undefined || !readField(reading, found, wireType, message)) {
      reader.skipType(wireType, depth, tag >>> 3);
    }
  }
  if (reader.pos !== end) throw new Error("index out of range");
  reader.len = outerEnd;
  return message;
}

/** @returns false for bytes of another kind than the field's, which are not read */
function readField(
  reading: Reading,
  [name, [type, , rule]]: readonly [string, Field],
  wireType: number,
  message: Message,
): boolean {
  const { reader } = reading;
  const list = rule === "repeated" ? (message[name] as unknown[]) : null;
  if (list !== null && isPacked(type) && wireType === lengthDelimited) {
    readPacked(reader, type, list);
    return true;
  }
  if (wireType !== (isScalar(type) ? wireTypes[type] : lengthDelimited)) return false;
  const value = isScalar(type) ? readScalar(reader, type) : readNested(reading, type, list ? undefined : message[name]);
  if (list !== null) list.push(value);
  else if (isScalar(type) && isZero(value)) delete message[name];
  else message[name] = value;
  return true;
}

/** @param before - the message that the field holds already, which this one is merged into */
function readNested({ reader, table, depth }: Reading, type: string, before: unknown): Message {
  const end = reader.size() + reader.pos;
  const message = (before as Message | undefined) ?? emptyMessage(table, type);
  return readMessage({ reader, table, depth: depth + 1 }, type, end, message);
}

function readPacked(reader: Reader, type: Scalar, list: unknown[]): void {
  const end = reader.size() + reader.pos;
  if (end > reader.len) throw new Error("index out of range");
  while (reader.pos < end) list.push(readScalar(reader, type));
  if (reader.pos !== end) throw new Error("index out of range");
}

/** A value; 64-bit integers as numbers, rounded above 2⁵³. */
function readScalar(reader: Reader, type: Scalar): unknown {
  const value = type === "string" ? reader.stringVerify() : reader[type]();
  if (typeof value !== "object" || value instanceof Uint8Array) return value;
  return 2 ** 32 * (type === "uint64" ? value.high >>> 0 : value.high) + (value.low >>> 0);
}
