/**
 * Arrays of inputs and targets: pairs of .npy files, a .npz or a safetensors file.
 *
 * Names say what an array is: `inputs` (also x, data, images, features) or `targets` (y, labels), with `train`, `validation` or `test`
 * before or after it, such as `x_train`. The first axis counts examples.
 */

import { numberedClasses, type Preparation } from "../../data/preparation.ts";
import type { RawSplit } from "../../data/standardise.ts";
import { InputError } from "../../inputError.ts";
import { labelsOf, numbersSplit, requireFiniteInputs, requirePair } from "../arrays/arraySplits.ts";
import { npyArray } from "../arrays/npy.ts";
import { npzArrays } from "../arrays/npz.ts";
import { safetensorsArrays } from "../arrays/safetensors.ts";
import type { StoredArray } from "../arrays/storedArray.ts";
import { standardisationPlan } from "../assemble.ts";
import { type ByteSource, bytesSource, checksumOfSources, fileSource } from "../byteSource.ts";
import type { DataOptions } from "../dataOptions.ts";
import type { DataReader, ReadData, ReadExamples } from "../dataReader.ts";
import { fileIn, type Listing } from "../listing.ts";
import { type ArrayRole, arrayNamed, type PartName } from "../partNames.ts";

/** The arrays of some files, and the files. */
interface Arrays {
  readonly arrays: readonly StoredArray[];
  readonly sources: readonly ByteSource[];
}

/** Pairs of .npy files. */
export const npy: DataReader = readerFor(
  "npy",
  "pairs of .npy files (inputs.npy, targets.npy; x_train.npy, y_train.npy, x_test.npy, …)",
  (listing, memory) => {
    const files = listing.files.filter((file) => file.endsWith(".npy"));
    const sources = files.map((file) => fileSource(fileIn(listing, file), memory));
    return { sources, arrays: sources.map((source, i) => npyArray(files[i]!.replace(/\.npy$/, ""), source)) };
  },
);

/** A .npz file. */
export const npz: DataReader = readerFor(
  "npz",
  "a .npz file (arrays inputs and targets, or x_train, y_train, …)",
  (listing) => {
    const path = onlyFile(listing, ".npz");
    const { arrays, bytes } = npzArrays(path);
    return { arrays, sources: [bytesSource(path, bytes)] };
  },
);

/** A safetensors file. */
export const safetensors: DataReader = readerFor(
  "safetensors",
  "a .safetensors file (tensors inputs and targets, or train_inputs, …)",
  (listing, memory) => {
    const source = fileSource(onlyFile(listing, ".safetensors"), memory);
    return { arrays: safetensorsArrays(source), sources: [source] };
  },
);

function onlyFile(listing: Listing, ending: string): string {
  const [file, ...more] = listing.files.filter((name) => name.endsWith(ending));
  if (file !== undefined && more.length === 0) return fileIn(listing, file);
  throw new InputError({
    path: listing.path,
    rule: `must hold one ${ending} file`,
    value: more.length + (file ? 1 : 0),
  });
}

function readerFor(name: string, what: string, open: (listing: Listing, memory?: number | null) => Arrays): DataReader {
  return {
    name,
    what,
    usual: { validation: 0.1, test: 0.2, heldOut: "random" },
    recognises: ({ files, isFolder }) => {
      const own = files.filter((file) => file.endsWith(`.${name}`));
      return name === "npy" ? isFolder && own.some((file) => arrayNamed(file.slice(0, -4)) !== null) : own.length === 1;
    },
    read: (listing, options) => readArrays(name, listing, options, open(listing, options.memory)),
    readExamples: (listing, preparation, withTargets) =>
      readNewArrays(listing, preparation, withTargets, open(listing)),
  };
}

/** The array of a part and a role; null where there is none. @throws InputError where there are two */
function arrayOf(
  listing: Listing,
  arrays: readonly StoredArray[],
  part: PartName,
  role: ArrayRole,
): StoredArray | null {
  const [array = null, another] = arrays.filter(({ name }) => {
    const named = arrayNamed(name);
    return named?.part === part && named.role === role;
  });
  if (another === undefined) return array;
  const rule = `must have one array of ${role} for ${part}, there are ${array!.name} and ${another.name}`;
  throw new InputError({ path: listing.path, rule });
}

function readArrays(format: string, listing: Listing, options: DataOptions, { arrays, sources }: Arrays): ReadData {
  const pairs = (["train", "validation", "test"] as const).flatMap((part) => {
    const [inputs, targets] = (["inputs", "targets"] as const).map((role) => arrayOf(listing, arrays, part, role));
    if (part !== "train" && inputs === null && targets === null) return [];
    if (inputs && targets) return [{ part, inputs, targets }];
    const rule = `must have arrays of inputs and targets for ${part}, found ${arrays.map(({ name }) => name).join(", ")}`;
    throw new InputError({ path: listing.path, rule });
  });
  const [{ inputs, targets }] = pairs as [(typeof pairs)[number]];
  for (const pair of pairs) requirePair(pair.inputs, pair.targets, { inputs, targets });
  const areClasses = options.targets ? options.targets === "classes" : targets.type.isInteger && isList(targets);
  const labels = areClasses ? pairs.map((pair) => labelsOf(pair.targets)) : [];
  const largest = labels.reduce((most, list) => list.reduce((a, b) => Math.max(a, b), most), 0);
  const classNames = areClasses ? (options.classes ?? numberedClasses(largest + 1)) : null;
  if (classNames !== null && largest >= classNames.length) {
    const rule = `must be ${largest + 1} names, the labels go up to ${largest}`;
    throw new InputError({ path: targets.source.path, name: "classes", rule, value: classNames.length });
  }
  const splits = pairs.map((pair, i): [PartName, RawSplit] => [
    pair.part,
    numbersSplit(
      pair.inputs,
      classNames === null ? pair.targets : { labels: labels[i]!, numClasses: classNames.length },
    ),
  ]);
  for (const [i, [, split]] of splits.entries()) requireFiniteInputs(split, pairs[i]!.inputs);
  const { inputShape } = splits[0]![1];
  return {
    ...(Object.fromEntries(splits) as { train: RawSplit }),
    preparation: { format, inputShape, classNames, targetShape: classNames === null ? shapeOfTarget(targets) : null },
    checksum: checksumOfSources(sources),
    standardise: standardisationPlan(options, "none", inputShape),
  };
}

/** Whether targets are one number each. */
const isList = ({ shape }: StoredArray): boolean => shape.slice(1).every((size) => size === 1);
const shapeOfTarget = ({ shape }: StoredArray): readonly number[] => (shape.length === 1 ? [1] : shape.slice(1));

function readNewArrays(
  listing: Listing,
  { inputShape, classNames, targetShape }: Preparation,
  withTargets: boolean,
  { arrays, sources }: Arrays,
): ReadExamples {
  const part = arrayOf(listing, arrays, "test", "inputs") === null ? "train" : "test";
  const inputs = arrayOf(listing, arrays, part, "inputs") ?? (arrays.length === 1 ? arrays[0]! : null);
  const targets = arrayOf(listing, arrays, part, "targets");
  if (inputs === null || (withTargets && targets === null)) {
    const rule = `must have an array of ${inputs === null ? "inputs" : "targets"}, found ${arrays.map(({ name }) => name).join(", ")}`;
    throw new InputError({ path: listing.path, rule });
  }
  const shape = inputs.shape.length === 1 ? [1] : inputs.shape.slice(1);
  if (String(shape) !== String(inputShape)) {
    const rule = `inputs must have the shape ${inputShape.join("×")}`;
    throw new InputError({ path: inputs.source.path, rule, value: shape.join("×") });
  }
  const checksum = checksumOfSources(sources);
  if (!withTargets) return { examples: numbersSplit(inputs, null), checksum };
  requirePair(inputs, targets!, { inputs, targets: targets! });
  if (classNames !== null) {
    return {
      examples: numbersSplit(inputs, { labels: labelsOf(targets!, classNames.length), numClasses: classNames.length }),
      checksum,
    };
  }
  if (String(shapeOfTarget(targets!)) !== String(targetShape)) {
    const rule = `targets must have the shape ${targetShape!.join("×")}`;
    throw new InputError({ path: targets!.source.path, rule, value: shapeOfTarget(targets!).join("×") });
  }
  return { examples: numbersSplit(inputs, targets!), checksum };
}
