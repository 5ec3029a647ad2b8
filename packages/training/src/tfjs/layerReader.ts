/** What the reader of a class of layers is given, and how the options of layers are read. */
import type { Value } from "onnx-grad";
import type { NetworkContext } from "onnx-grad/layers";
import type { LayerTensor, Order } from "./layout.ts";

/** Options of a layer, as its `getConfig` gives them. */
export type LayerConfig = Readonly<Record<string, unknown>>;

/** One call of a layer. */
export interface LayerReading {
  readonly inputs: readonly [LayerTensor, ...LayerTensor[]];
  readonly config: LayerConfig;
  readonly context: NetworkContext;
  /** Of the layer in the network. */
  readonly name: string;
  /** Whether its `trainable`, or that of a model around it, is false. */
  readonly isFrozen: boolean;
  /**
   * The layer's weight of this name, such as `kernel`, in the order that is made of its stored shape: a parameter where it is
   * trainable, a constant otherwise; undefined where the layer has none.
   */
  weight(name: string, order?: OrderOf): Value | undefined;
  /** Whether the layer has a weight of this name that training moves. */
  isTrainable(name: string): boolean;
  /** Keeps the layer's weights as the running mean and variance of the batch norm `name`. */
  keepStatistics(mean: string, variance: string, order: OrderOf): void;
}

/** The order of a weight by its stored shape. */
export type OrderOf = (shape: readonly number[]) => Order;

/** A class of layers. */
export interface LayerReader {
  /** What is not supported about its options or inputs, by their names: in words, or undefined. */
  refusal?(config: LayerConfig, ranks: readonly number[]): string | undefined;
  read(reading: LayerReading): LayerTensor;
}

/** Readers by the names of classes. */
export type LayerReaders = Readonly<Record<string, LayerReader>>;

/** Two numbers from one or two. */
export function pairOf(option: unknown): readonly [number, number] {
  const [rows, columns] = [option].flat() as number[];
  return [rows!, columns ?? rows!];
}
