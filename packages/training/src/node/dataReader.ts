/** What a reader of data is. */
import type { Preparation, Standardisation } from "../data/preparation.ts";
import type { Examples, HeldOut } from "../data/split.ts";
import type { RawSplit } from "../data/standardise.ts";
import type { DataOptions } from "./dataOptions.ts";
import type { Listing } from "./listing.ts";

/** What a reader makes of files, before examples are held out and inputs standardised. */
export interface ReadData {
  readonly train: RawSplit;
  /** Parts that the files have themselves. */
  readonly validation?: RawSplit;
  readonly test?: RawSplit;
  /** Without what is fitted on the training examples. */
  readonly preparation: Omit<Preparation, "standardisation">;
  /** SHA-256 of the data. */
  readonly checksum: string;
  /** How inputs are standardised: by means and deviations, by whitening, or, null, not at all. */
  readonly standardise: StandardisationPlan | "zca" | null;
}

/** What has means and deviations of its own. */
export interface StandardisationPlan {
  /** In how many equal parts an example falls; each has a mean and a deviation. */
  readonly numGroups: number;
  /** Whether a part stays as it is. */
  readonly isApart?: (group: number) => boolean;
  /** Means and deviations that are given instead of fitted. */
  readonly given: Standardisation | null;
}

/** New examples that are read by a preparation, before their inputs are standardised. */
export interface ReadExamples {
  /** With classes or targets where they were asked for. */
  readonly examples: Examples | RawSplit;
  readonly checksum: string;
  /** What an example is called: a line of a table, a file of a folder; its number otherwise. */
  readonly nameOf?: (index: number) => string;
}

/** A kind of data in files. */
export interface DataReader {
  readonly name: string;
  /** What it recognises, for messages. */
  readonly what: string;
  recognises(listing: Listing): boolean;
  /** What is held out where the user does not say. */
  readonly usual: { readonly validation: number; readonly test: number; readonly heldOut: HeldOut };
  /** @throws InputError with file, place and rule for malformed data */
  read(listing: Listing, options: DataOptions): ReadData;
  /** @param withTargets - whether targets must be there; they are not read otherwise */
  readExamples(listing: Listing, preparation: Preparation, withTargets: boolean): ReadExamples;
}
