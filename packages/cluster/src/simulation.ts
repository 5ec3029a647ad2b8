/** What many machines would do, by models of their work, links and deaths: nothing is connected, nothing is trained. */
export {
  type ClusterModel,
  type SimulatedReplicas,
  type SimulationOptions,
  simulateReplicas,
} from "./simulation/simulateReplicas.ts";
export { type QueueModel, type SimulatedWorkers, simulateWorkers } from "./simulation/simulateWorkers.ts";
