/** The readers of data in files, in the order in which they are asked: each that is added has its file, and a line here. */
import { InputError } from "../inputError.ts";
import type { DataReader } from "./dataReader.ts";
import { type Listing, namesIn } from "./listing.ts";
import { npy, npz, safetensors } from "./readers/arraysReader.ts";
import { cifar } from "./readers/cifar.ts";
import { csv } from "./readers/csv.ts";
import { idx } from "./readers/idx.ts";
import { images } from "./readers/images.ts";
import { text } from "./readers/text.ts";

/** All of them. */
const dataReaders: readonly DataReader[] = [idx, cifar, csv, npy, npz, safetensors, images, text];

/** The reader that recognises what is at a path. @throws InputError that says what was found and what would be recognised */
export function readerOf(listing: Listing): DataReader {
  const reader = dataReaders.find((candidate) => candidate.recognises(listing));
  if (reader !== undefined) return reader;
  const known = dataReaders.map(({ what }) => what).join("; ");
  throw new InputError({
    path: listing.path,
    rule: `no data that are known; they are ${known}`,
    got: `found ${namesIn(listing)}`,
    value: namesIn(listing),
  });
}

/** The reader of a name. @throws InputError if there is none */
export function readerNamed(name: string): DataReader {
  const reader = dataReaders.find((candidate) => candidate.name === name);
  if (reader !== undefined) return reader;
  const rule = `must be one of ${dataReaders.map((known) => known.name).join(", ")}`;
  throw new InputError({ name: "format", rule, value: name });
}
