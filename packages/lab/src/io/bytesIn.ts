import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cannot, isMissing } from "entropy-sgd-training/node";

/**
 * The bytes of a file, or of all files below a folder. Symbolic links are not followed; a file that was removed meanwhile counts 0.
 *
 * @throws InputError if it cannot be read
 */
export function bytesIn(path: string): number {
  try {
    const stats = lstatSync(path);
    if (!stats.isDirectory()) return stats.size;
    return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
  } catch (error) {
    if (isMissing(error)) return 0;
    throw cannot(path, "be read", error);
  }
}
