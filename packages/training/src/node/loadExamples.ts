/** New examples, read as those of a run were. */
import { contrastNormalised } from "../data/contrast.ts";
import type { Preparation } from "../data/preparation.ts";
import type { AnySplit, Examples } from "../data/split.ts";
import { standardised } from "../data/standardise.ts";
import { readerNamed } from "./dataReaders.ts";
import { listingOf } from "./listing.ts";
import { whitenedBy } from "./whitening/whitenedData.ts";

/** How new examples are read. */
export interface LoadExamplesOptions {
  /** Whether classes or targets must be there and are read. */
  readonly withTargets: boolean;
}

/** Examples of a file or a folder. */
export interface LoadedExamples<E extends Examples> {
  readonly name: string;
  /** SHA-256 of what was read. */
  readonly checksum: string;
  readonly examples: E;
  /** What an example is called: a line of a table, a picture's file; its number otherwise. */
  nameOf(index: number): string;
}

/**
 * Reads examples by the preparation of a data set: the same columns, categories, sizes, means and deviations.
 *
 * @throws InputError for data of another format or shape, and for malformed data, with file, place and rule
 */
export function loadExamples(
  path: string,
  preparation: Preparation,
  options: { withTargets: true },
): LoadedExamples<AnySplit>;
export function loadExamples(
  path: string,
  preparation: Preparation,
  options: LoadExamplesOptions,
): LoadedExamples<Examples>;
export function loadExamples(
  path: string,
  preparation: Preparation,
  { withTargets }: LoadExamplesOptions,
): LoadedExamples<Examples> {
  const listing = listingOf(path);
  const reader = readerNamed(preparation.format);
  const { examples, checksum, nameOf = String } = reader.readExamples(listing, preparation, withTargets);
  const { standardisation, whitening } = preparation;
  const ready =
    whitening !== undefined
      ? whitenedBy(whitening, contrastNormalised(examples))
      : standardisation === null
        ? examples
        : standardised<Examples>(examples, standardisation);
  return {
    name: listing.name,
    checksum,
    examples: ready,
    nameOf,
  };
}
