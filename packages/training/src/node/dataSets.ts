/** The data sets that commands know by name: each that is added has its file, and a line here. */
import { fits } from "../data/pooled.ts";
import type { DataSet } from "../data/split.ts";
import { adaptiveNetworks } from "../networks/adaptive.ts";
import { networks } from "../networks/networks.ts";
import { type LoadMnistOptions, loadMnist, mnist } from "./loadMnist.ts";
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

/**
 * Loads a data set by its name (null: the default) or from a folder with four IDX files.
 *
 * @throws InputError as `loadMnist`
 */
export function loadDataSet({ data = null, ...options }: LoadMnistOptions): DataSet {
  const named = dataSets.find(({ name }) => name === (data ?? dataSetNames[0]));
  return named === undefined ? loadMnist({ data, ...options }) : named.load(options);
}
