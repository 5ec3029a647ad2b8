/** Measurements of a study that are kept in the folders of their runs. */
import { join } from "node:path";
import { InputError } from "entropy-sgd-training";
import { isHashed, isRecord } from "entropy-sgd-training/formats";
import { isThere, readPlainText } from "entropy-sgd-training/node";
import { contentOf, withOwnHash } from "../../io/digest.ts";
import { writeWhole } from "../../io/files.ts";
import { intactSeal } from "../../runs/seal.ts";

const maxBytes = 64 * 2 ** 20;

/** The measurement, kept with its own hash; what is kept already is not measured again. */
export async function kept<Found>(
  run: string,
  name: string,
  asked: object,
  measure: () => Promise<Found>,
): Promise<Found> {
  const before = keptBefore<Found>(run, name, asked);
  if (before !== null) return before.found;
  const found = await measure();
  writeWhole(join(run, name), withOwnHash(JSON.stringify({ asked, weights: weightsHash(run), found })));
  return found;
}

/**
 * What the file of a name keeps of a measurement of the run's weights with the same amounts; null without one, or where it
 * is damaged. Files made before there were hashes in them are believed.
 */
export function keptBefore<Found>(run: string, name: string, asked: object): { readonly found: Found } | null {
  const file = join(run, name);
  if (!isThere(file)) return null;
  const text = readPlainText(file, maxBytes);
  try {
    const value: unknown = JSON.parse(isHashed(text) ? contentOf(text, file) : text);
    if (!isRecord(value) || !("found" in value)) return null;
    if (JSON.stringify(value.asked) !== JSON.stringify(asked)) return null;
    if ("weights" in value && value.weights !== weightsHash(run)) return null;
    return { found: value.found as Found };
  } catch (error) {
    if (error instanceof InputError || error instanceof SyntaxError) return null;
    throw error;
  }
}

function weightsHash(run: string): string | null {
  return intactSeal(run)?.files["weights.safetensors"]?.sha256 ?? null;
}
