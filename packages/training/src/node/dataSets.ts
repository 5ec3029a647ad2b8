/** The data sets that commands know by name, and those in files: each that is added has its file, and a line here. */
import { augmenter } from "../data/augment.ts";
import type { HoldOutOptions } from "../data/holdOut.ts";
import { fits } from "../data/pooled.ts";
import type { AnySplit, DataSet } from "../data/split.ts";
import { InputError } from "../inputError.ts";
import { adaptiveNetworks } from "../networks/adaptive.ts";
import type { NetworkSpec } from "../networks/networkSpec.ts";
import { networks } from "../networks/networks.ts";
import { assembled, type PartOptions, prepare, type Source } from "./assemble.ts";
import { cifar10 } from "./cifar10.ts";
import { checkedDataOptions, type DataOptions, requireTaken } from "./dataOptions.ts";
import { readerOf } from "./dataReaders.ts";
import { type FetchOptions, fetchFiles } from "./fetchDataSet.ts";
import { type Listing, listingOf } from "./listing.ts";
import { mnist } from "./loadMnist.ts";
import {
  type FetchedDataSet,
  fetchedFolder,
  isFetched,
  type NamedDataSet,
  type PackagedDataSet,
  requireOriginal,
} from "./namedDataSet.ts";
import { ptb, tinyShakespeare, warAndPeace } from "./texts.ts";
import type { LongWork } from "./whitening/fitWhitening.ts";

const texts = [warAndPeace, tinyShakespeare, ptb];

/** All of them. */
export const dataSets: readonly NamedDataSet[] = [mnist, cifar10, ...texts];

/** Names of those that are texts. */
export const textNames: readonly string[] = texts.map(({ name }) => name);

/** Those that are fetched. */
const fetched: readonly FetchedDataSet[] = dataSets.filter(isFetched);

const fetchedNamed = (name: string | null): FetchedDataSet | undefined => fetched.find((data) => data.name === name);

/** Names of the data sets, the default first. */
export const dataSetNames: readonly string[] = dataSets.map(({ name }) => name);

/** Names of the networks that a data set fits, and of those that take their sizes from the data. */
export const networkNames: readonly string[] = [
  ...Object.values(networks)
    .filter((network) => dataSets.some((data) => isFor(network, data)))
    .map(({ name }) => name),
  ...Object.keys(adaptiveNetworks),
];

function isFor(network: NetworkSpec, { inputShape, numClasses }: NamedDataSet): boolean {
  return inputShape !== null && numClasses !== null && fits(network, { inputShape, numClasses });
}

/**
 * The name of the first data set that a network by name fits. Of those that take their sizes from the data, language models have one of
 * their own and others the default one, as have networks that are unknown.
 */
export function usualDataOf(network: string): string {
  if (Object.hasOwn(adaptiveNetworks, network)) return adaptiveNetworks[network]!.usual?.data ?? dataSetNames[0]!;
  const spec = networks[network];
  const fitting = spec === undefined ? undefined : dataSets.find((data) => isFor(spec, data));
  return fitting?.name ?? dataSetNames[0]!;
}

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
 * @throws InputError for options that are wrong or that the reader does not take, for data that no reader knows, for those of a name
 *   that were not fetched, and for malformed data, with file, place and rule
 */
export function loadDataSet(request: DataRequest): DataSet<AnySplit> {
  const { named, options, parts } = asked(request);
  if (named !== undefined && !isFetched(named)) return packaged(named, options, parts);
  return assembled(sourceOf(request));
}

/**
 * Loads as `loadDataSet`, and does before what is needed once and takes minutes: fits the whitening of `standardise: "zca"` and keeps
 * it, with the whitened examples, in the cache folder. There is nothing to do for other requests, or a second time.
 *
 * Cost: see `fittedWhitening`; 12 kB on disk for each image of 3×32×32, and 75 MB.
 *
 * @throws InputError as `loadDataSet`, and where the cache folder cannot be written; Interruption after a signal
 */
export async function prepareDataSet(request: DataRequest, work: LongWork = {}): Promise<DataSet<AnySplit>> {
  if (request.standardise !== "zca") return loadDataSet(request);
  const source = sourceOf(request);
  await prepare(source, work);
  return assembled(source);
}

function asked({ data = null, validation, heldOut, ...others }: DataRequest) {
  return {
    options: checkedDataOptions({ ...others }),
    parts: { ...(validation == null ? {} : { validation }), ...(heldOut == null ? {} : { heldOut }) } as PartOptions,
    named: dataSets.find(({ name }) => name === (data ?? dataSetNames[0])),
  };
}

/** What is held out of a data set that is fetched where the user does not say, null for what its reader does; null for others. */
export function usualPartsOf(name: string | null): Required<PartOptions> | null {
  const named = fetchedNamed(name);
  return named === undefined ? null : { validation: null, heldOut: null, ...named.parts };
}

/** How the files of a data set that is fetched are read where the user does not say: for those who read them from another place. */
export function usualOptionsOf(name: string | null): DataOptions {
  return fetchedNamed(name)?.options ?? {};
}

/** @throws InputError if data that were read from a place are not those of a data set that is fetched */
export function requireDataOf(name: string, place: string, { checksum }: DataSet<AnySplit>): void {
  const named = fetchedNamed(name);
  if (named === undefined || checksum === named.checksum) return;
  const rule = `must hold the data of ${name}, with the SHA-256 ${named.checksum}`;
  throw new InputError({ path: place, rule, value: checksum, got: `found ${checksum}` });
}

/** The files of a request, read. @throws InputError for data that have none, and for others than those of the name */
function sourceOf(request: DataRequest): Source {
  const { named, options, parts } = asked(request);
  if (named === undefined) return fromFiles(listingOf(request.data!), options, parts);
  if (!isFetched(named)) throw inFilesOnly(named.name, "standardise");
  const files = { ...listingOf(fetchedFolder(named)), name: named.name };
  const source = fromFiles(files, { ...named.options, ...options }, { ...named.parts, ...parts });
  requireOriginal(named, files.path, source.read.checksum);
  return source;
}

function fromFiles(place: Listing, options: DataOptions, parts: PartOptions): Source {
  const reader = readerOf(place);
  requireTaken(options, reader.name, place.path);
  return { place, read: reader.read(place, options), usual: reader.usual, options: { ...options, ...parts } };
}

function inFilesOnly(path: string, name: string): InputError {
  return new InputError({ path, name, rule: "is an option of data in files; of this set there is augment" });
}

function packaged(named: PackagedDataSet, { augment, ...rest }: DataOptions, parts: PartOptions): DataSet<AnySplit> {
  for (const name of Object.keys(rest)) throw inFilesOnly(named.name, name);
  const loaded = named.load(parts as HoldOutOptions);
  if (augment === undefined || augment === null) return loaded;
  augmenter(augment, loaded.train.inputShape, 0);
  return { ...loaded, augment };
}

/**
 * Fetches the files of a data set by name into the cache folder, from which `loadDataSet` takes them.
 *
 * @returns their folder
 * @throws InputError for a name that is none, or of data that come with the packages; as `download` for another file than the known
 *   one; Interruption after a signal
 */
export async function fetchDataSet(name: string, options: FetchOptions = {}): Promise<string> {
  const named = fetchedNamed(name);
  if (named !== undefined) return await fetchFiles(named, options);
  const known = fetched.map((data) => data.name).join(", ");
  throw new InputError({ name: "data", rule: `only data of these names are fetched: ${known}`, value: name });
}
