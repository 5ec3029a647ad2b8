import { type DataSet, fitted, InputError, type NetworkSpec, networks, requireFit } from "entropy-sgd-training";
import { loadDataSet } from "entropy-sgd-training/node";
import type { Settings } from "../settings/settings.ts";

/** The data set of some settings. @throws InputError as `loadDataSet`, or for a network that is unknown or that the data do not fit */
export function loadData(settings: Pick<Settings, "network" | "data" | "validation" | "heldOut">): DataSet {
  const { network, data, validation, heldOut } = settings;
  const spec = networkOf(network);
  const ready = fitted(spec, loadDataSet({ data, validation, heldOut }));
  requireFit(spec, ready);
  return ready;
}

/**
 * Checks that data are those of a run; runs of versions without checksums have none.
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
  throw new InputError({ name: "network", rule: `must be one of ${Object.keys(networks).join(", ")}`, value: name });
}
