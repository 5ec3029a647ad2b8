/** What a replica of a run on several machines says of itself and the others when it joins. */
import type { Waiting } from "entropy-sgd-cluster";
import { counted } from "../../statistics/words.ts";
import { replicaName } from "./planParle.ts";

/** Which run, and of how many replicas. */
export interface JoinedRun {
  readonly run: string;
  readonly count: number;
}

/**
 * Of one that waits for others: which it is, how many are there and wanted, and whether those it waits for have ended.
 *
 * @param comesBack - whether it has begun before
 */
export function waitingWords(
  { run, count }: JoinedRun,
  { replica, there, absent, ended }: Waiting,
  comesBack: boolean,
): string {
  const isOver = ended.length === count;
  const own = replicaName(replica);
  const who = isOver
    ? `the run ${run} has ended; this is ${own} of a new one of that name`
    : `this is ${own} of ${run}`;
  const whom = `waiting for ${listed(absent)}: ${shareOf(there.length, count)} there (${listed(there)})`;
  const gone = isOver ? [] : ended.filter((number) => absent.includes(number));
  const verb = gone.length === 1 ? "has ended, and comes" : "have ended, and come";
  const inVain =
    "; it goes on when their commands are given again. Have they ended, which the server does not know of a run that was removed from it, " +
    "it would wait for ever: stop it then";
  const then =
    gone.length > 0
      ? `; ${listed(gone)} ${verb} only if the run begins anew`
      : comesBack && there.length === 1
        ? inVain
        : "";
  return `${who}, ${whom}${then}`;
}

/** Of one that waits no longer. @param ended - those of the absent that have ended */
export function readyWords(
  { run, count }: JoinedRun,
  { replica, there, absent, ended }: Pick<Waiting, "replica" | "there" | "absent" | "ended">,
): string {
  const own = replicaName(replica);
  if (absent.length === 0) return `this is ${own} of ${run}: all ${counted(count, "replica")} are there`;
  const silent = absent.filter((number) => !ended.includes(number));
  const gone = [
    ...(ended.length === 0 ? [] : [`${listed(ended)} ${ended.length === 1 ? "has" : "have"} ended`]),
    ...(silent.length === 0 ? [] : [`${listed(silent)} ${silent.length === 1 ? "does" : "do"} not answer`]),
  ];
  return `${shareOf(there.length, count, ` of ${run}`)} there: ${gone.join(", ")}; ${own}, this one, goes on`;
}

function shareOf(some: number, count: number, of = ""): string {
  return `${some} of ${counted(count, "replica")}${of} ${some === 1 ? "is" : "are"}`;
}

/** Replicas by their names: "replica-1, replica-2 and replica-3". */
function listed(numbers: readonly number[]): string {
  const names = numbers.map(replicaName);
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
