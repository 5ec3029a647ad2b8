/** What an augmentation is. */

/** Changes the examples of a batch in place. */
export type Augmenter = (inputs: Float32Array, batch: number) => void;

/** Which augmentation of a list, of which examples. */
export interface AugmentationPlace {
  readonly seed: number;
  /** Its place in the list, so that two of a kind draw differently. */
  readonly place: number;
  /** Shape of one example. */
  readonly shape: readonly number[];
}

/** A kind of augmentation. */
export interface Augmentation {
  readonly name: string;
  /** What it does, in a sentence. */
  readonly doc: string;
  /** The rule of its number; null for those without one. */
  readonly number: NumberRule | null;
  /** Whether examples must be images [channels, height, width]. */
  readonly ofImages: boolean;
  make(value: number, place: AugmentationPlace): Augmenter;
}

/** What the number of an augmentation must be. */
export interface NumberRule {
  /** In words, as messages say it. */
  readonly rule: string;
  readonly keeps: (value: number) => boolean;
}
