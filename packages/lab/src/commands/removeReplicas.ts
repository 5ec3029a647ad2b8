/** `entropy-sgd cluster remove --run`: what a server keeps of a run of Parle. */
import type { ClusterErrorDetails, RunStatus } from "entropy-sgd-cluster";
import { InputError, printable } from "entropy-sgd-training";
import { replicaName } from "../experiments/parle/planParle.ts";
import { counted } from "../statistics/words.ts";
import { type CommandContext, exitCodes, writeJson } from "./context.ts";

/** Which run goes from which server. */
export interface ReplicasRemoval {
  readonly nats: string;
  readonly run: string;
  /** Without it, the command only says what it would remove. */
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Removes what a server keeps of a run of Parle, or says how it stands. Gives the exit code. */
export async function removeReplicas(removal: ReplicasRemoval, context: CommandContext): Promise<number> {
  const { nats, run, yes = false, json = false } = removal;
  const { ClusterError, removeRun } = await import("entropy-sgd-cluster");
  const { withServer } = await import("../experiments/serverConnection.ts");
  const status = await withServer(nats, async (connection) => {
    try {
      const found = await removeRun(connection, run, { isTrial: !yes });
      if (found !== null) return found;
      throw new InputError({ name: "--run", rule: `there is no run ${run} of Parle on ${nats}` });
    } catch (error) {
      throw error instanceof ClusterError && error.details.code === "taken" ? atWork(run, error.details) : error;
    }
  });
  if (json) writeJson(context, { ...status, removed: yes });
  else context.stdout.write(`${removalLines(removal, status).map(printable).join("\n")}\n`);
  return exitCodes.ok;
}

function atWork(value: string, { replicas = [] }: ClusterErrorDetails): InputError {
  const rule = `${replicas.map(replicaName).join(", ")} of it at work: stop them first`;
  return new InputError({ name: "--run", rule, value });
}

/** What was or would be removed, and who would come back in vain. */
function removalLines({ nats, run, yes = false }: ReplicasRemoval, status: RunStatus): string[] {
  const { length } = status.replicas;
  const what = `the run ${run} of Parle, ${length === 0 ? "without an exchange" : counted(length, "replica")}`;
  const left = leftBehind(status, yes);
  if (yes) return [`Removed from ${nats}: ${what}`, ...left];
  const how = left.length === 0 ? [] : ["Let it end first, unless nobody wants it any more"];
  return [`Would be removed from ${nats}: ${what}; nothing was: give --yes`, ...left, ...how];
}

/** Of each replica that has not ended what awaits it: that others have ended is known by what is removed alone. */
function leftBehind({ replicas }: RunStatus, isRemoved: boolean): string[] {
  const named = (isWanted: boolean): string[] =>
    replicas.filter(({ hasEnded }) => hasEnded === isWanted).map(({ replica }) => replicaName(replica));
  const ended = named(true);
  if (ended.length === 0) return [];
  const whom = `${ended.join(", ")}, which ${ended.length === 1 ? "has" : "have"} ended`;
  const when = `${isRemoved ? "had" : "has"} not ended: if it comes back from its checkpoint ${isRemoved ? "now" : "after that"}`;
  return named(false).map((name) => `${name} ${when}, it waits in vain for ${whom}`);
}
