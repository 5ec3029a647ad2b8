/** How the numbers of a data set were made of its files: what a run keeps, so that new examples are treated alike. */
import { InputError } from "../inputError.ts";

/** A shift and a scale of the inputs: (x − mean)/deviation. */
export interface Standardisation {
  /** One for each group of `size / means.length` numbers of an example: a column, or a channel of an image. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
}

/** A column of a table that is an input. */
export interface InputColumn {
  readonly name: string;
  /** Its texts in the order of their one-hot numbers; null for a column of numbers. */
  readonly categories: readonly string[] | null;
}

/** How a table is read. */
export interface TablePreparation {
  readonly separator: string;
  readonly header: boolean;
  /** The inputs in their order. */
  readonly columns: readonly InputColumn[];
  /** Names of the target columns. */
  readonly targets: readonly string[];
}

/** How a picture becomes numbers. */
export interface ImagePreparation {
  /** Height and width to which pictures are resized. */
  readonly size: readonly [number, number];
  readonly channels: 1 | 3;
  readonly order: "rgb" | "bgr";
}

/** What one token of a text is. */
export interface TextPreparation {
  readonly unit: "characters" | "bytes" | "words";
}

/** Everything that is needed to read new examples as the training examples were read; plain JSON. */
export interface Preparation {
  /** Name of the reader, such as `csv`. */
  readonly format: string;
  /** Shape of one example. */
  readonly inputShape: readonly number[];
  /** Names of the classes in the order of their labels, of a text its vocabulary; null where targets are numbers. */
  readonly classNames: readonly string[] | null;
  /** Shape of one target that is numbers, or several classes as of a text; null where targets are one class. */
  readonly targetShape: readonly number[] | null;
  /** Fitted on the training examples, or given; null where the inputs are as the reader gives them. */
  readonly standardisation: Standardisation | null;
  /** The key of the whitening in the cache folder, which follows normalising each example's contrast; absent where there is none. */
  readonly whitening?: string;
  /** Of tables. */
  readonly table?: TablePreparation;
  /** Of pictures. */
  readonly image?: ImagePreparation;
  /** Of texts. */
  readonly text?: TextPreparation;
}

/** Names of classes that are known by number only: "0", "1", … @param from - the label of the first class in the files */
export function numberedClasses(numClasses: number, from = 0): string[] {
  return Array.from({ length: numClasses }, (_, i) => String(i + from));
}

/** The label of a class by its name. @throws InputError naming the place, where there is no such class */
export function labelOf(classNames: readonly string[], name: string, path: string): number {
  const label = classNames.indexOf(name);
  if (label >= 0) return label;
  const rule = `the class must be one of ${classNames.slice(0, 20).join(", ")}${classNames.length > 20 ? ", …" : ""}`;
  throw new InputError({ path, rule, value: name });
}
