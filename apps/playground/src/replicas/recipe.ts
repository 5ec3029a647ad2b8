/** How a replica is trained: as by `entropy-sgd parle`, of which a test checks that it is the same. */
import { type CoupledOptimizer, type ParleReplicaState, parleReplica, stepSchedule } from "entropy-sgd";
import { type Plan, planOf } from "entropy-sgd-training";
import { batchSize, dropout, innerSteps, scopeFor } from "../figures/lenet/recipe.ts";

export { batchSize, innerSteps };

/** A network of the page. */
export type NetworkName = "mlp-49-16-10" | "lenet";

/** What a run of replicas depends on; the same for all of them. */
export interface ReplicaSettings {
  /** Address of the server, over WebSocket. */
  readonly server: string;
  readonly run: string;
  readonly network: NetworkName;
  readonly replicas: number;
  /** Effective epochs of each replica. */
  readonly budget: number;
  readonly seed: number;
}

/** Of MNIST, less the 5,000 that Node holds out for validation. */
const numExamples = 55_000;

export const dropouts: Readonly<Record<NetworkName, number>> = { "mlp-49-16-10": 0, lenet: dropout };
const innerRates: Readonly<Record<NetworkName, number>> = { "mlp-49-16-10": 0.3, lenet: 0.1 };

/** How many gradients a replica takes. */
export const planFor = ({ budget }: Pick<ReplicaSettings, "budget">): Plan =>
  planOf(numExamples, batchSize, innerSteps, budget);

/** The optimizer of one replica; the outer rate falls to a tenth after 40 % of the budget. */
export function optimizerFor(
  { network, seed }: Pick<ReplicaSettings, "network" | "seed">,
  replica: number,
  plan: Plan,
): CoupledOptimizer<ParleReplicaState> {
  const outerSteps = plan.totalGradients / innerSteps;
  return parleReplica({
    learningRate: stepSchedule({ initial: 0.5, factor: 0.1, at: [0.4 * outerSteps] }),
    coupling: 1,
    innerLearningRate: innerRates[network],
    innerSteps,
    scope: scopeFor(plan),
    noise: 1e-4,
    seed,
    replica,
  });
}

/** The command with which a machine joins the same run, at the server's usual port for TCP. */
export function commandOf({ server, run, network, replicas, budget, seed }: ReplicaSettings): string {
  const { hostname, protocol } = new URL(server);
  const nats = `${protocol === "wss:" ? "tls" : "nats"}://${hostname}:4222`;
  const same = `--network ${network} --replicas ${replicas} --budget ${budget} --seed ${seed}`;
  return `npx entropy-sgd parle ${same} --nats ${nats} --run ${run}`;
}
