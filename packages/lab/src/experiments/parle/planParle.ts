/** The runs of Parle: its replicas, which train side by side and exchange their averages. */
import { InputError } from "entropy-sgd-training";
import { resolveSettings, type SettingsRequest } from "../../settings/resolveSettings.ts";
import type { ExperimentPlan } from "../experiment.ts";

/** The run on several machines that replicas are of; null where all are in one process. */
export type ParleDetails = {
  readonly run: string;
  /** Arguments of the command that began the replica here, and lets it go on. */
  readonly args?: readonly string[] | undefined;
} | null;

/** What a replica is called, and its folder. @param number - from 0 */
export const replicaName = (number: number): string => `replica-${number + 1}`;

/** What Parle is asked for. */
export interface ParleRequest extends Omit<SettingsRequest, "optimizer"> {
  readonly replicas: number;
}

/**
 * The plan: replica-1 … replica-n, alike but for their number. The budget is that of each.
 *
 * @param details - of a run on several machines; null where all replicas are in one process
 * @throws InputError for settings that cannot be, and for early stopping and rollbacks, with which replicas part
 */
export function planParle(
  { replicas, set = [], ...request }: ParleRequest,
  details: ParleDetails,
): ExperimentPlan<ParleDetails> {
  const own = set.find((assignment) => assignment.startsWith("replicas="));
  if (own !== undefined)
    throw new InputError({ name: "--set replicas", rule: "is --replicas here", value: own.slice("replicas=".length) });
  const settings = resolveSettings({ ...request, optimizer: "parle", set: [...set, `replicas=${replicas}`] });
  const { patience, rollbacks, options } = settings;
  if (patience !== null)
    throw new InputError({ name: "patience", rule: "must be null: replicas end together", value: patience });
  if (rollbacks !== 0)
    throw new InputError({
      name: "rollbacks",
      rule: "must be 0: the others of a replica do not go back with it",
      value: rollbacks,
    });
  // Each run counts the gradients of one replica.
  const innerSteps = Number(options.innerSteps);
  const runs = Array.from({ length: replicas }, (_, replica) => ({
    name: replicaName(replica),
    condition: "parle",
    settings: { ...settings, innerSteps, replica },
  }));
  return { kind: "parle", runs, details };
}
