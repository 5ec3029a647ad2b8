/**
 * The seal of a run that has ended: checksums of its files, so that none that was changed afterwards is accepted.
 *
 *   seal.json   settings, machine, checksum of the data, length and SHA-256 of the files, and the hash of all that
 *
 * It is written last, so that a run without it has not ended, unless an earlier version without seals made it: its events have
 * no numbers then. Resuming a run removes its seal first.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { InputError } from "entropy-sgd-training";
import { type FileDigest, fileDigestSchema, requireDigest, strictJson } from "entropy-sgd-training/formats";
import { cannot, isThere, piecesOf, readPlainText } from "entropy-sgd-training/node";
import { z } from "zod";
import { contentOf, digestOf, withOwnHash } from "../io/digest.ts";
import { syncFolder, writeWhole } from "../io/files.ts";
import { checkedSettings } from "../settings/checkedSettings.ts";
import type { RunIdentity } from "./checkpointFormat.ts";
import { harmlessEdits, requireSettings } from "./editedConfig.ts";
import { environmentSchema } from "./environment.ts";
import { eventsName, maxEventBytes } from "./eventFile.ts";

/** A run's seal. */
export interface Seal extends RunIdentity {
  readonly files: Readonly<Record<string, FileDigest>>;
}

/** Whether a run is sealed, and what was edited since. */
export interface SealReport {
  /** False for a run that has not ended, and for one of a version without seals, whose files are not verified. */
  readonly sealed: boolean;
  /** Settings edited in config.json since the run ended that change neither the training nor its bits, in words. */
  readonly edits: readonly string[];
}

const sealName = "seal.json";
const weightsName = "weights.safetensors";
const format = "entropy-sgd seal";
const sealVersion = 1;
const maxSealBytes = 2 ** 20;
const maxSealDepth = 16;

const sealSchema = z.strictObject({
  format: z.literal(format),
  version: z.literal(sealVersion),
  settings: z.unknown(),
  environment: environmentSchema,
  dataChecksum: z.string().nullable(),
  files: z.record(z.string(), fileDigestSchema),
});

/** Seals a run with its files as they are. @throws InputError if one cannot be read, or the seal not be written */
export function writeSeal(run: string, identity: RunIdentity, requireHeld: () => void): void {
  const names = [eventsName, weightsName].filter((name) => isThere(join(run, name)));
  const files = Object.fromEntries(names.map((name) => [name, digestOf(piecesOf(join(run, name), maxEventBytes))]));
  const { settings, environment, dataChecksum } = identity;
  const content = JSON.stringify({ format, version: sealVersion, settings, environment, dataChecksum, files });
  writeWhole(join(run, sealName), withOwnHash(content), requireHeld);
}

/** Removes the seal of a run that is resumed. @throws InputError if that is impossible */
export function removeSeal(run: string): void {
  const file = join(run, sealName);
  if (!isThere(file)) return;
  try {
    rmSync(file);
    syncFolder(run);
  } catch (error) {
    throw cannot(file, "be written", error);
  }
}

/** The seal of a run; null without one. @throws InputError if it is damaged */
export function readSeal(run: string): Seal | null {
  const file = join(run, sealName);
  if (!isThere(file)) return null;
  const content = contentOf(readPlainText(file, maxSealBytes), file);
  const { value } = strictJson(content, maxSealDepth, (why) => {
    throw new InputError({ path: file, rule: why });
  });
  const parsed = sealSchema.safeParse(value);
  if (!parsed.success) throw new InputError({ path: file, rule: `${parsed.error.issues[0]!.message}` });
  const { settings, environment, dataChecksum, files } = parsed.data;
  return { settings: checkedSettings(settings, file), environment, dataChecksum, files };
}

/** @throws InputError if a file of a sealed run has changed since the run's end */
export function requireSealed(run: string, name: string, found: FileDigest, { files }: Seal): void {
  const file = join(run, name);
  if (!Object.hasOwn(files, name)) throw new InputError({ path: file, rule: "was not there when the run was sealed" });
  requireDigest(file, found, files[name]!, sealName);
}

/**
 * Settings in config.json that differ from the seal and change neither the training nor its bits, in words.
 *
 * @throws InputError if anything else differs: config.json is of another run, edited or damaged
 */
export function editsSince(run: string, config: RunIdentity, seal: Seal): string[] {
  requireSettings(run, config.settings, seal.settings, "as the run was trained", false);
  for (const name of ["environment", "dataChecksum"] as const) {
    if (isDeepStrictEqual(config[name], seal[name])) continue;
    throw new InputError({
      path: join(run, "config.json"),
      rule: `${name} is not the one that the run was trained with`,
    });
  }
  return harmlessEdits(config.settings, seal.settings);
}

/** The seal; null where there is none or it is damaged. */
export function intactSeal(run: string): Seal | null {
  try {
    return readSeal(run);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}
