/** Checksums in the metadata of safetensors files. */
import { createHash } from "node:crypto";
import type { Safetensors } from "entropy-sgd-training/formats";
import { expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../src/io/safetensors.ts";
import { file, framed, headerOf } from "./safetensorsFiles.ts";

const decode = (bytes: Uint8Array): Safetensors => decodeSafetensors(bytes, "f");
const rule = "f: not a safetensors file of float32 or float64";

test("refuses tensors, names, shapes or metadata that do not match the checksum", () => {
  const bytes = encodeSafetensors(file);
  const { text, end } = headerOf(bytes);
  const data = bytes.subarray(end);
  const damaged = Array.from({ length: data.length }, (_, at) => {
    const flipped = data.slice();
    flipped[at]! ^= 1;
    return framed(text, flipped);
  });
  const renamed = [text.replace("a.weight", "b.weight"), text.replace("[2,3]", "[3,2]"), text.replace("tiny", "tinz")];
  for (const other of [...damaged, ...renamed.map((changed) => framed(changed, data))]) {
    expect(() => decode(other)).toThrow(
      /^f: damaged, the SHA-256 of its tensors, names and metadata must be [0-9a-f]{64}, found/,
    );
  }
  const unchecked = text.replace(/,"entropy-sgd.sha256":"[^"]*"/, "");
  expect(decode(framed(unchecked, data)).metadata).toEqual({ network: "tiny" });
});

test("accepts a file whose tensors another program has reordered", () => {
  const bytes = encodeSafetensors({ ...file, tensors: [...file.tensors].reverse() });
  const written = JSON.parse(headerOf(encodeSafetensors(file)).text).__metadata__;
  expect(JSON.parse(headerOf(bytes).text).__metadata__).toEqual(written);
  expect(decode(bytes).tensors.map(({ name }) => name)).toEqual(["steps", "β", "a.weight"]);
});

test("refuses a malformed checksum", () => {
  const text = '{"__metadata__":{"entropy-sgd.sha256":"2:\\u001b[2J"}}';
  const must = "__metadata__: entropy-sgd.sha256 must be 1: and 64 hexadecimal digits";
  expect(() => decode(framed(text))).toThrow(`${rule} (${must}, found "2:\\u001b[2J")`);
});

test("verifies the sha256 in files of earlier versions, and ignores that of other writers", () => {
  const data = new Uint8Array(Float32Array.of(1, 2).buffer);
  const sha256 = createHash("sha256").update(data).digest("hex");
  const entry = '"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}';
  const withTexts = (texts: object): Uint8Array => framed(`{"__metadata__":${JSON.stringify(texts)},${entry}}`, data);
  const [network, gradients] = ["lenet", "80"];
  expect(decode(withTexts({ network, gradients, sha256 })).metadata).toEqual({ network, gradients });
  expect(() => decode(withTexts({ network, gradients, sha256: sha256.replace(/./g, "0") }))).toThrow(
    /^f: damaged, the SHA-256 of its tensors must be 0{64}, found/,
  );
  for (const texts of [{ sha256: "of the model's source" }, { sha256: "0".repeat(64), author: "a stranger" }]) {
    expect(decode(withTexts(texts)).metadata).toEqual(texts);
  }
});
