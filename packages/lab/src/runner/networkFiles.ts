/** The files of a user's own network: read from where the user has them, and kept in the run's folder. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { InputError } from "entropy-sgd-training";
import { isThere, networkNames, readPlain } from "entropy-sgd-training/node";
import { type ExternalDataReader, readOnnx } from "onnx-grad/onnx";
import { bundleModule } from "../io/bundleModule.ts";
import { digestOf } from "../io/digest.ts";
import { makeFolder, writeWhole } from "../io/files.ts";
import { type NetworkFileKind, networkFileKind } from "../settings/networkFileKind.ts";
import type { Settings } from "../settings/settings.ts";
import { sharedPackages } from "./sharedPackages.ts";

/** A file by its name in the network's folder. */
interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The whole of a user's own network. */
export interface NetworkFiles {
  readonly kind: NetworkFileKind;
  /** The path for messages. */
  readonly path: string;
  /** The module with all it imports, or the model and the files of its large tensors; the first is the one to begin with. */
  readonly files: readonly NamedFile[];
  /** SHA-256 over names and bytes of the files. */
  readonly sha256: string;
}

/** What of the settings says which network it is. */
type NetworkSettings = Pick<Settings, "network" | "networkFile" | "networkHash">;

const maxBytes = 2 ** 31;
const folderName = "network";

/**
 * The files of a run's network: the copy in the run's folder, or where the user has them as long as there is no copy.
 *
 * @param run - the run's folder; null for none
 * @returns null for a network that has a name here
 * @throws InputError for files that are missing, malformed, or other than those the run began with
 */
export function readNetworkFiles(settings: NetworkSettings, run: string | null): NetworkFiles | null {
  const { network, networkFile, networkHash } = settings;
  if (networkFile === null) return null;
  const kind = networkFileKind(network);
  if (kind === null)
    throw new InputError({ name: "network", rule: "must be a module or an ONNX model", value: network });
  const copy = run === null ? null : join(run, folderName, copyName(kind));
  const isKept = copy !== null && existsSync(copy);
  const path = isKept ? copy : networkFile;
  requireThere(path);
  const files = kind === "onnx" ? onnxFiles(path) : [{ name: copyName(kind), bytes: moduleBytes(path, isKept) }];
  const sha256 = digestOf(
    files.flatMap(({ name, bytes }) => [Buffer.from(`${name}\n${bytes.length}\n`), bytes]),
  ).sha256;
  if (networkHash !== null && sha256 !== networkHash) {
    const rule = `the network must be the one the run began with, SHA-256 ${networkHash}`;
    throw new InputError({ path, rule, value: sha256, got: `found ${sha256}` });
  }
  return { kind, path, files, sha256 };
}

/** Keeps the files in the run's folder; does nothing where they are. @param requireHeld - called before each file is put in place */
export function keepNetworkFiles(run: string, { files }: NetworkFiles, requireHeld: () => void): void {
  for (const { name, bytes } of files) {
    const path = join(run, folderName, name);
    if (existsSync(path)) continue;
    makeFolder(dirname(path));
    writeWhole(path, bytes, requireHeld);
  }
}

const copyName = (kind: NetworkFileKind): string => (kind === "onnx" ? "model.onnx" : "network.mjs");

/** @throws InputError that says what a network may be */
function requireThere(path: string): void {
  if (isThere(path)) return;
  const rule = `missing: the network must be a file that is there, or one of ${networkNames.join(", ")}`;
  throw new InputError({ code: "missing", path, rule });
}

/** The copy of a module is whole already; the user's own file is bundled with what it imports. */
function moduleBytes(path: string, isKept: boolean): Uint8Array<ArrayBuffer> {
  const bytes = readPlain(path, maxBytes, { followLinks: !isKept });
  return isKept ? bytes : new Uint8Array(Buffer.from(bundleModule(path, Object.keys(sharedPackages))));
}

/** The model, and the files that it names for its large tensors. */
function onnxFiles(path: string): NamedFile[] {
  const read = (file: string) => readPlain(file, maxBytes, { followLinks: true });
  const model = { name: copyName("onnx"), bytes: read(path) };
  const others = new Map<string, Uint8Array<ArrayBuffer>>();
  const externalData: ExternalDataReader = ({ location, offset, length }) => {
    const bytes = others.get(location) ?? read(pathWithin(path, location));
    others.set(location, bytes);
    return bytes.subarray(offset, offset + length);
  };
  try {
    readOnnx(model.bytes, { externalData });
  } catch (error) {
    if (error instanceof InputError || !(error instanceof Error)) throw error;
    throw new InputError({ path, rule: error.message });
  }
  return [model, ...[...others].map(([name, bytes]) => ({ name, bytes }))];
}

/** Reads a model's large tensors from the files beside it. */
export function externalDataOf({ files }: NetworkFiles): ExternalDataReader {
  return ({ location, offset, length }) =>
    files.find(({ name }) => name === location)!.bytes.subarray(offset, offset + length);
}

/** The path of a file that a model names, which must lie in the model's folder or below. @throws InputError */
function pathWithin(model: string, location: string): string {
  const folder = realpathSync(dirname(model));
  const path = resolve(folder, location);
  if (path.startsWith(folder + sep) && (!existsSync(path) || realpathSync(path).startsWith(folder + sep))) return path;
  throw new InputError({ path: model, rule: "its tensors must lie in files of its own folder", value: location });
}
