/** Where the messages of a run are: everything under `parle.RUN.`, which is all that the run's account needs. */
import { checkName } from "../clusterError.ts";

export interface RunSubjects {
  /** One chunk of one of a replica's two slots. */
  chunk(replica: number, slot: number, place: number): string;
  /** What a replica has shared last. */
  commit(replica: number): string;
  lease(replica: number): string;
  readonly every: { readonly chunk: string; readonly commit: string; readonly lease: string };
  /** Names of the three streams. */
  readonly streams: { readonly vectors: string; readonly commits: string; readonly leases: string };
  /** The replica that a subject is about. */
  replicaOf(subject: string): number;
}

/** @throws RangeError for a name that has no place in a subject */
export function runSubjects(path: string, run: string): RunSubjects {
  checkName(path, "run", run, /^[\w-]{1,64}$/, "1 to 64 letters, digits, _ or -");
  const of = (replica: number | "*", ...rest: readonly (string | number)[]): string =>
    ["parle", run, replica, ...rest].join(".");
  return {
    chunk: (replica, slot, place) => of(replica, slot, place),
    commit: (replica) => of(replica, "commit"),
    lease: (replica) => of(replica, "lease"),
    every: { chunk: of("*", "*", "*"), commit: of("*", "commit"), lease: of("*", "lease") },
    streams: { vectors: `parle_${run}_vectors`, commits: `parle_${run}_commits`, leases: `parle_${run}_leases` },
    replicaOf: (subject) => Number(subject.split(".")[2]),
  };
}
