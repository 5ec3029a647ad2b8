/** Every class of layers that is read: each that is added has a line in one of these tables. */
import type { LayerReader, LayerReaders } from "./layerReader.ts";
import { activationLayers } from "./layers/activations.ts";
import { normalisationLayers } from "./layers/normalisation.ts";
import { poolingLayers } from "./layers/pooling.ts";
import { shapeLayers } from "./layers/shapes.ts";
import { weightedLayers } from "./layers/weighted.ts";

const readers: LayerReaders = {
  ...weightedLayers,
  ...normalisationLayers,
  ...activationLayers,
  ...poolingLayers,
  ...shapeLayers,
};

/** The reader of a class; undefined where there is none. */
export const readerOf = (className: string): LayerReader | undefined =>
  Object.hasOwn(readers, className) ? readers[className] : undefined;
