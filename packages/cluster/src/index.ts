/** Many machines: replicas of Parle that share their averages, in one process or through NATS JetStream, and a queue of work; without Node API. */
export { ClusterError, type ClusterErrorCode, type ClusterErrorDetails } from "./clusterError.ts";
export { connectWebSocket } from "./connectWebSocket.ts";
export type { Commit, Exchange, Heard, LeaveOptions, LivingReplica, Member, Published } from "./exchange/exchange.ts";
export { awaitMembers, type ExchangedMean, exchangeMean } from "./exchange/exchangeMean.ts";
export { type InProcessOptions, inProcessExchange } from "./exchange/inProcessExchange.ts";
export { type JoinReplicasOptions, joinReplicas, type Waiting } from "./exchange/joinReplicas.ts";
export { type MeanExchange, meanExchange } from "./exchange/meanExchange.ts";
export { type AbsentReplica, missingFrom } from "./exchange/missingFrom.ts";
export type { Refusal, RefusalReason } from "./exchange/refusals.ts";
export { type JetStreamExchangeOptions, jetStreamExchange } from "./jetstream/jetStreamExchange.ts";
export { type JetStreamQueueOptions, jetStreamQueue } from "./queue/jetStreamQueue.ts";
export { type QueuePiece, queuePieces } from "./queue/queuePieces.ts";
export {
  Declined,
  EndedElsewhere,
  type Json,
  type QueueEvent,
  type QueueFile,
  type QueueStatus,
  type QueueWorker,
  type WorkHandler,
  type WorkPiece,
  type WorkQueue,
} from "./queue/workQueue.ts";
export { type ClusterStatus, clusterStatus, type NamedQueueStatus } from "./status/clusterStatus.ts";
export { type RemoveRunOptions, type RunStatus, removeRun, runStatus } from "./status/runStatus.ts";
export type { Encoding } from "./wire/chunks.ts";
