/** The data sets that commands know by name, and those in files: each that is added has its file, and a line here. */
import { augmenter } from "../data/augment.ts";
import { fits } from "../data/pooled.ts";
import type { AnySplit, DataSet } from "../data/split.ts";
import { InputError } from "../inputError.ts";
import { adaptiveNetworks } from "../networks/adaptive.ts";
import { networks } from "../networks/networks.ts";
import { assembled, type PartOptions } from "./assemble.ts";
import { checkedDataOptions, type DataOptions, requireTaken } from "./dataOptions.ts";
import { readerOf } from "./dataReaders.ts";
import { listingOf } from "./listing.ts";
import { mnist } from "./loadMnist.ts";
import type { NamedDataSet } from "./namedDataSet.ts";

/** All of them. */
export const dataSets: readonly NamedDataSet[] = [mnist];

/** Names of the data sets, the default first. */
export const dataSetNames: readonly string[] = dataSets.map(({ name }) => name);

/** Names of the networks that a data set fits, and of those that take their sizes from the data. */
export const networkNames: readonly string[] = [
  ...Object.values(networks)
    .filter((network) => dataSets.some((data) => fits(network, data)))
    .map(({ name }) => name),
  ...Object.keys(adaptiveNetworks),
];

/** Which data, how they are read and how they are divided. */
export interface DataRequest extends DataOptions, PartOptions {
  /** A name, or the path of a folder or a file; the default data set when absent or null. */
  readonly data?: string | null;
}

/**
 * Loads a data set by its name (null: the default) or from a path, read by the reader that recognises what is there.
 *
 * Randomness: what is held out is a function of the option `seed`. Cost: the files are read once; fitting means and deviations
 * takes two passes over the training examples.
 *
 * @throws InputError for options that are wrong or that the reader does not take, for data that no reader knows, and for
 *   malformed data, with file, place and rule
 */
export function loadDataSet({ data = null, validation, heldOut, ...others }: DataRequest): DataSet<AnySplit> {
  const options = checkedDataOptions({ ...others });
  const parts = { ...(validation == null ? {} : { validation }), ...(heldOut == null ? {} : { heldOut }) };
  const named = dataSets.find(({ name }) => name === (data ?? dataSetNames[0]));
  if (named === undefined) {
    const listing = listingOf(data!);
    const reader = readerOf(listing);
    requireTaken(options, reader.name, listing.path);
    return assembled(listing, reader.read(listing, options), reader, { ...options, ...parts });
  }
  const { augment, ...rest } = options;
  for (const name of Object.keys(rest)) {
    throw new InputError({
      path: named.name,
      name,
      rule: "is an option of data in files; of this set there is augment",
    });
  }
  const loaded = named.load(parts);
  if (augment === undefined || augment === null) return loaded;
  augmenter(augment, loaded.train.inputShape, 0);
  return { ...loaded, augment };
}
