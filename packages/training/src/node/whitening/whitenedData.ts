/**
 * Whitened examples, kept in the cache folder: fitting takes minutes and whitening an image of 3,072 numbers nine million
 * multiplications, so that both are done once for the training part of some data.
 *
 * `whitened/KEY/whitening.safetensors` has means and matrix, its own checksum and that of `examples.f32`, the whitened examples of
 * training, validation and test one after another.
 */
import { createHash } from "node:crypto";
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, input, matmul, sizeOf } from "onnx-grad";
import type { Examples } from "../../data/split.ts";
import type { RawExamples } from "../../data/standardise.ts";
import { safetensorsBy } from "../../formats/safetensors.ts";
import { InputError } from "../../inputError.ts";
import { throwIfInterrupted } from "../../interruption.ts";
import { numbersSplit } from "../arrays/arraySplits.ts";
import { numberTypes } from "../arrays/storedArray.ts";
import { checksumOfSources, fileSource } from "../byteSource.ts";
import { cacheFolder, makeWhole } from "../cacheFolder.ts";
import { loadRuntime } from "../loadRuntime.ts";
import { isThere, readPlain } from "../plainFiles.ts";
import type { LongWork, Whitening } from "./fitWhitening.ts";

const codec = safetensorsBy(createHash);

/** Above these numbers of an example the matrix is no longer of a size that can be fitted. */
const maxSize = 4096;

/** The largest file of a whitening. */
const maxBytes: number = 2 * 8 * maxSize ** 2;

/** Examples that are whitened at once. */
const batch = 500;

const folderOf = (key: string): string => join(cacheFolder(), "whitened", key);

/** @throws InputError for examples that cannot be whitened */
export function requireWhitenable(inputShape: readonly number[]): void {
  if (inputShape.length === 3 && sizeOf(inputShape) <= maxSize) return;
  const rule = `zca needs images [channels, height, width] of at most ${maxSize} numbers`;
  throw new InputError({ name: "standardise", rule, value: inputShape });
}

/** Whether whitened examples of the key are there. */
export function isWhitened(key: string): boolean {
  return isThere(folderOf(key));
}

/**
 * Fits a whitening on the first of the splits and keeps it with the whitened examples of all of them; all or nothing.
 *
 * The products are float32's, of examples and a matrix that were rounded once.
 *
 * @throws InputError where the cache folder cannot be written; Interruption after a signal
 */
export async function whiten(key: string, splits: readonly RawExamples[], work: LongWork = {}): Promise<void> {
  // With its library of matrices, which only this needs.
  const { fittedWhitening } = await import("./fitWhitening.ts");
  const whitening = await fittedWhitening(splits[0]!, work);
  await makeWhole(folderOf(key), async (part) => {
    const examples = await whitenInto(join(part, "examples.f32"), whitening, splits, work);
    const n = whitening.means.length;
    const tensors = [
      { name: "means", shape: [n], data: whitening.means },
      { name: "matrix", shape: [n, n], data: whitening.matrix },
    ];
    writeFileSync(join(part, "whitening.safetensors"), codec.encode({ tensors, metadata: { examples } }));
  });
}

/** Writes whitened examples. Gives the SHA-256 of the file. */
async function whitenInto(
  path: string,
  { means, matrix }: Whitening,
  splits: readonly RawExamples[],
  { signal, onProgress }: LongWork,
): Promise<string> {
  const n = means.length;
  const product = matmul(input("x", [batch, n]), input("w", [n, n]));
  const program = await compile({ y: product }, { ort: await loadRuntime() });
  try {
    const w = Float32Array.from(matrix);
    const [x, y] = [new Float32Array(batch * n), new Float32Array(batch * n)];
    program.bindInput("w", w);
    program.bindInput("x", x);
    program.bindOutput("y", y);
    const example = new Float64Array(n);
    const hash = createHash("sha256");
    for (const split of splits)
      for (let from = 0; from < split.numExamples; from += batch) {
        throwIfInterrupted(signal);
        if (from % (batch * 20) === 0) onProgress?.(`whitening image ${from + 1} of ${split.numExamples}`);
        const count = Math.min(batch, split.numExamples - from);
        for (let row = 0; row < count; row++) {
          split.readExampleInto(example, 0, from + row);
          for (let i = 0; i < n; i++) x[row * n + i] = example[i]! - means[i]!;
        }
        await program.run();
        const bytes = new Uint8Array(y.buffer, 0, 4 * count * n);
        hash.update(bytes);
        appendFileSync(path, bytes);
      }
    return hash.digest("hex");
  } finally {
    await program.close();
  }
}

/** The whitened examples that belong to the splits, read when they are needed. @throws InputError as `whiteningOf`, and for damaged examples */
export function whitenedExamples(key: string, splits: readonly Examples[]): RawExamples[] {
  const { examples } = stored(key);
  const source = whole(() => fileSource(join(folderOf(key), "examples.f32"), 0));
  const found = checksumOfSources([source]);
  if (found !== examples) {
    const rule = `damaged, its SHA-256 must be ${examples}; ${remedy}`;
    throw new InputError({ path: source.path, rule, value: found, got: `found ${found}` });
  }
  const n = sizeOf(splits[0]!.inputShape);
  let offset = 0;
  return splits.map(({ numExamples, inputShape }) => {
    const array = { name: "examples", type: numberTypes.float32, shape: [numExamples, ...inputShape], source, offset };
    offset += 4 * numExamples * n;
    return numbersSplit(array, null);
  });
}

/** New examples, whitened one by one in float64. @throws InputError where the whitening is not in the cache folder any more, or damaged */
export function whitenedBy<S extends Examples>(key: string, split: S & RawExamples): S {
  const { means, matrix } = stored(key).whitening;
  const n = means.length;
  const example = new Float64Array(n);
  return {
    ...split,
    readExampleInto(out: Float32Array, offset: number, index: number) {
      split.readExampleInto(example, 0, index);
      for (let i = 0; i < n; i++) example[i]! -= means[i]!;
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * example[j]!;
        out[offset + i] = sum;
      }
    },
  };
}

/** What is kept of a key. */
function stored(key: string): { readonly whitening: Whitening; readonly examples: string } {
  const path = join(folderOf(key), "whitening.safetensors");
  if (!isWhitened(key)) {
    const rule =
      "not there (any more); a command that trains on these data, or evaluates a run of theirs, fits it again";
    throw new InputError({ code: "missing", path, rule });
  }
  const { tensors, metadata } = whole(() => codec.decode(readPlain(path, maxBytes), path));
  const [means, matrix] = tensors.map(({ data }) => data);
  return { whitening: { means, matrix } as Whitening, examples: metadata.examples ?? "" };
}

const remedy = "delete the folder, and the next command fits it again";

/** What is read of a folder that was made whole. @throws InputError that says what to do where it is whole no more */
function whole<Part>(read: () => Part): Part {
  try {
    return read();
  } catch (error) {
    throw error instanceof InputError ? new InputError(error.details, `${error.message}; ${remedy}`) : error;
  }
}
