/** Folders of pictures by class: class folders, or train/, test/ and perhaps validation/ with class folders in each. */
import { createHash, type Hash } from "node:crypto";
import { basename, join, relative } from "node:path";
import { type ImagePreparation, labelOf, type Preparation } from "../../data/preparation.ts";
import type { RawExamples, RawSplit } from "../../data/standardise.ts";
import { InputError } from "../../inputError.ts";
import { standardisationPlan } from "../assemble.ts";
import type { DataOptions } from "../dataOptions.ts";
import type { DataReader, ReadData, ReadExamples } from "../dataReader.ts";
import { fileIn, type Listing, listingOf, namesIn } from "../listing.ts";
import { partFolders } from "../partNames.ts";
import { channelsOf, hasColours, isPicture, type Picture, readPicture } from "./pictures.ts";
import { resized } from "./resizePicture.ts";

/** Pixels p as p/255, standardised by channel. */
export const images: DataReader = {
  name: "images",
  what: "a folder of pictures (.png, .jpg) in a folder for each class, or in train/ and test/ with one for each class",
  usual: { validation: 0.1, test: 0.2, heldOut: "stratified" },
  recognises: (listing) => {
    const [first] = classFolders(partFolders(listing).train ?? listing);
    return first?.files.some(isPicture) ?? false;
  },
  read: readClasses,
  readExamples: readNewPictures,
};

/** A picture's file and its class; null where it is not known. */
interface Entry {
  readonly path: string;
  readonly className: string | null;
}

function classFolders({ path, folders }: Listing): Listing[] {
  return folders.map((folder) => listingOf(join(path, folder)));
}

/** The pictures of class folders in order. @throws InputError for a folder without pictures, and other files in it */
function entriesOf(listing: Listing): Entry[] {
  return classFolders(listing).flatMap((folder) => {
    if (folder.files.length === 0) throw new InputError({ path: folder.path, rule: "there must be pictures in it" });
    return picturesIn(folder).map((path) => ({ path, className: basename(folder.path) }));
  });
}

function picturesIn(folder: Listing): string[] {
  const other = folder.files.find((file) => !isPicture(file));
  if (other === undefined) return folder.files.map((file) => fileIn(folder, file));
  throw new InputError({ path: folder.path, rule: "files must be pictures (.png, .jpg, .jpeg)", value: other });
}

function readClasses(listing: Listing, options: DataOptions): ReadData {
  const named = partFolders(listing);
  const folders = named.train ? named : { train: listing };
  const found = Object.entries(folders).map(([part, folder]) => ({ part, entries: entriesOf(folder) }));
  const classNames = options.classes ?? [...new Set(found[0]!.entries.map(({ className }) => className!))].sort();
  for (const { path, className } of found.flatMap(({ entries }) => entries)) labelOf(classNames, className!, path);
  const hash = createHash("sha256");
  const read = pictureReader(listing.path, hash, (options.imageSize as readonly [number, number]) ?? null);
  const parts = found.map(({ part, entries }) => ({ part, entries, pictures: entries.map(read) }));
  const pictures = parts.flatMap((part) => part.pictures);
  const channels = (options.channels ?? (pictures.some(hasColours) ? 3 : 1)) as 1 | 3;
  const image: ImagePreparation = {
    size: [pictures[0]!.height, pictures[0]!.width],
    channels,
    order: options.channelOrder ?? "rgb",
  };
  const inputShape = [channels, ...image.size];
  const splits = parts.map((part): [string, RawSplit] => [
    part.part,
    splitOf(part.pictures, part.entries, image, classNames),
  ]);
  return {
    ...(Object.fromEntries(splits) as { train: RawSplit }),
    preparation: { format: images.name, inputShape, classNames, targetShape: null, image },
    checksum: hash.digest("hex"),
    standardise: standardisationPlan(options, "channels", inputShape),
  };
}

/** Reads pictures and hashes their names and bytes. @param size - to which pictures are resized; null where all must have the size of the first */
function pictureReader(root: string, hash: Hash, size: readonly [number, number] | null): (entry: Entry) => Picture {
  let first: Picture | null = null;
  return ({ path }) => {
    const { bytes, ...picture } = readPicture(path);
    hash.update(`${relative(root, path)}\0${bytes.length}\0`).update(bytes);
    if (size !== null) return resized(picture, ...size);
    first ??= picture;
    if (picture.height === first.height && picture.width === first.width) return picture;
    const rule = `pictures must be ${first.height}×${first.width} as the first, unless imageSize says to which size they are resized`;
    throw new InputError({ path, rule, value: `${picture.height}×${picture.width}` });
  };
}

function examplesOf(pictures: readonly Picture[], { size, channels, order }: ImagePreparation): RawExamples {
  const bytes = pictures.map((picture) => channelsOf(picture, channels, order));
  return {
    numExamples: pictures.length,
    inputShape: [channels, ...size],
    readExampleInto(out, offset, index) {
      const pixels = bytes[index]!;
      for (let i = 0; i < pixels.length; i++) out[offset + i] = pixels[i]! / 255;
    },
  };
}

function splitOf(
  pictures: readonly Picture[],
  entries: readonly Entry[],
  image: ImagePreparation,
  classNames: readonly string[],
): RawSplit {
  const labels = entries.map(({ path, className }) => labelOf(classNames, className ?? "", path));
  return { ...examplesOf(pictures, image), numClasses: classNames.length, labelOf: (index) => labels[index]! };
}

function readNewPictures(listing: Listing, preparation: Preparation, withTargets: boolean): ReadExamples {
  const { image, classNames } = preparation;
  const folder = partFolders(listing).test ?? listing;
  const entries: Entry[] =
    folder.folders.length > 0
      ? entriesOf(folder)
      : picturesIn(folder).map((path) => ({ path, className: withTargets ? basename(folder.path) : null }));
  if (entries.length === 0) {
    throw new InputError({ path: folder.path, rule: `there must be pictures in it, found ${namesIn(folder)}` });
  }
  const hash = createHash("sha256");
  const pictures = entries.map(pictureReader(folder.path, hash, image!.size));
  return {
    examples: withTargets ? splitOf(pictures, entries, image!, classNames!) : examplesOf(pictures, image!),
    checksum: hash.digest("hex"),
    nameOf: (index) => relative(folder.path, entries[index]!.path) || folder.name,
  };
}
