/** How a replica is trained: as by `entropy-sgd parle`, of which a test checks that it is the same. */
import { type CoupledOptimizer, type ParleReplicaState, parleReplica, stepSchedule } from "entropy-sgd";
import type { Plan } from "entropy-sgd-training";
import { batchSize, dropout, innerSteps, planFor, scopeFor } from "../figures/lenet/recipe.ts";

export { batchSize, innerSteps, planFor };

/** A network of the page. */
export type NetworkName = "mlp-49-16-10" | "lenet";

/** What a run of replicas depends on; the same for all of them. */
export interface ReplicaSettings {
  /** Address of the server, over WebSocket. */
  readonly server: string;
  readonly run: string;
  readonly network: NetworkName;
  readonly replicas: number;
  /** Of the training images the first ones. */
  readonly images: number;
  /** Effective epochs of each replica: passes over these images. */
  readonly budget: number;
  readonly seed: number;
}

/** Training images of MNIST, less the 5,000 that Node holds out for validation. */
export const allImages = 55_000;

export const dropouts: Readonly<Record<NetworkName, number>> = { "mlp-49-16-10": 0, lenet: dropout };
export const innerRates: Readonly<Record<NetworkName, number>> = { "mlp-49-16-10": 0.3, lenet: 0.1 };
/** The outer rate η falls to a tenth after 40 % of the budget. */
export const rates = { learningRate: 0.5, coupling: 1, noise: 1e-4, drops: [0.4], dropFactor: 0.1 };

/** The optimizer of one replica. */
export function optimizerFor(
  { network, seed }: Pick<ReplicaSettings, "network" | "seed">,
  replica: number,
  plan: Plan,
): CoupledOptimizer<ParleReplicaState> {
  const outerSteps = plan.totalGradients / innerSteps;
  const { learningRate: initial, dropFactor: factor, drops, coupling, noise } = rates;
  return parleReplica({
    learningRate: stepSchedule({ initial, factor, at: drops.map((share) => share * outerSteps) }),
    coupling,
    innerLearningRate: innerRates[network],
    innerSteps,
    scope: scopeFor(plan),
    noise,
    seed,
    replica,
  });
}

/** The command with which a machine joins the same run, at the server's usual port for TCP. */
export function commandOf({ server, run, network, images, replicas, budget, seed }: ReplicaSettings): string {
  const { hostname, protocol } = new URL(server);
  const nats = `${protocol === "wss:" ? "tls" : "nats"}://${hostname}:4222`;
  const same = `--network ${network} --replicas ${replicas} --budget ${budget} --seed ${seed}`;
  const few = images === allImages ? "" : ` --set trainExamples=${images}`;
  return `npx entropy-sgd parle ${same}${few} --nats ${nats} --run ${run}`;
}
