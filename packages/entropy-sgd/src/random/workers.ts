/** Workers that draw normals ahead, and how a host starts one. */
import type { NormalsAhead } from "./draw.ts";

/** A source with its worker. */
export interface NormalsWorker extends NormalsAhead {
  /** The worker rests, so that another use of the cores is not disturbed. */
  pause(): void;
  resume(): void;
  /** Ends the worker; later draws are made where they are used. */
  close(): void;
}

/** A worker that was started. */
export interface SpawnedWorker {
  /** Sends a message; the buffers in `transfer` go with it and are empty here afterwards. */
  send(message: object, transfer: readonly ArrayBuffer[]): void;
  /** `listener` gets the worker's messages, when the event loop turns. */
  receive(listener: (message: unknown) => void): void;
  terminate(): void;
}

/**
 * Starts a worker that runs the program `source`: a script that finds `data` in the global of this name and has functions
 * `send` and `receive` as a `SpawnedWorker` has. `data` is structured-cloneable.
 */
export type SpawnWorker = (source: string, data: object) => SpawnedWorker;
