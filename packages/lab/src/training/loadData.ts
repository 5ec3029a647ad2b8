import type { Settings } from "../config/settings.ts";
import { loadMnist } from "../data/loadMnist.ts";
import { pooled } from "../data/pooled.ts";
import type { DataSet } from "../data/split.ts";
import { InputError } from "../inputError.ts";
import { type NetworkSpec, networks } from "../networks/networks.ts";

/** The data set of some settings. @throws InputError as `loadMnist`, or for a network that is unknown or of other inputs */
export function loadData({ network, data, validation }: Pick<Settings, "network" | "data" | "validation">): DataSet {
  const wanted = networkOf(network).inputShape;
  const loaded = loadMnist({ data, validation });
  const ready = wanted[1] === 7 ? pooled(loaded) : loaded;
  const found = ready.train.inputShape;
  if (wanted.join() !== found.join()) {
    throw new InputError(
      `${network}: inputs must be ${wanted.join("×")}, the images of ${loaded.name} are ${found.join("×")}`,
    );
  }
  return ready;
}

/**
 * Checks that data are those of a run; runs made before checksums were kept have none.
 *
 * @throws InputError that names both
 */
export function requireSameData(run: string, expected: string | null, { name, checksum }: DataSet): void {
  if (expected === null || checksum === expected) return;
  throw new InputError(
    `${run}: the data must be those the run began with, SHA-256 ${expected}, found ${checksum ?? "none"} (${name}); ` +
      "--data names the folder where they are",
  );
}

/** The network of a name. @throws InputError if there is none */
export function networkOf(name: string): NetworkSpec {
  if (Object.hasOwn(networks, name)) return networks[name]!;
  throw new InputError(`network: must be one of ${Object.keys(networks).join(", ")}, got ${JSON.stringify(name)}`);
}
