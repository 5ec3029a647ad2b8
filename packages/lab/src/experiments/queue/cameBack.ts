/** What comes back of a queue for a run that has ended there: put in its place, or refused. */
import { ClusterError, type WorkQueue } from "entropy-sgd-cluster";
import type { RunResult } from "entropy-sgd-training";
import { placeRun, UnfitFiles } from "../placeRun.ts";
import { endedResult } from "../runAll.ts";
import type { Piece } from "./piece.ts";

/** Where a run comes back to. */
export interface RunPlace {
  readonly path: string;
  /** The folder that planner and workers share; undefined for none. */
  readonly shared: string | undefined;
  readonly requireHeld: () => void;
}

/** A run that is in its place now, or why what came back is none. */
export type CameBack =
  | { readonly kind: "run"; readonly result: RunResult }
  | { readonly kind: "refused"; readonly why: string };

/** Puts what came back in its place. @throws what keeps this machine from it, such as a full disk */
export async function cameBack(
  queue: WorkQueue,
  { id, piece }: { readonly id: string; readonly piece: Piece },
  { path, requireHeld, shared }: RunPlace,
  signal: AbortSignal,
): Promise<CameBack> {
  const { settings, dataChecksum: checksum, folder } = piece;
  if (folder !== null) {
    const result = endedResult(path, settings, checksum);
    if (result !== null) return { kind: "run", result };
    const rule = `--shared of both must be the same folder, here it is ${shared}`;
    return {
      kind: "refused",
      why: `a worker has trained it in ${folder} in its --shared, and ${path} holds no whole run: ${rule}`,
    };
  }
  let numFiles = 0;
  async function* files() {
    for await (const file of queue.files(id, signal)) {
      numFiles += 1;
      yield file;
    }
  }
  try {
    return { kind: "run", result: await placeRun(path, files(), { settings, checksum }, requireHeld) };
  } catch (error) {
    const isDamaged = error instanceof ClusterError && error.details.code === "damaged";
    // Another planner of the same run has taken them.
    if (numFiles === 0 && error instanceof UnfitFiles)
      return { kind: "refused", why: "its files are not on the queue" };
    if (isDamaged || error instanceof UnfitFiles) return { kind: "refused", why: error.message };
    throw error;
  }
}
