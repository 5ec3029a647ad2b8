/** Files as bytes: safetensors, checkpoints, tables, and JSON that is distrusted; for Node and browsers. */
export {
  type CheckpointCodec,
  type CheckpointContent,
  type CheckpointIdentity,
  type CheckpointSource,
  checkpointsBy,
  type FileToWrite,
  maxStateBytes,
  type NewCheckpointContent,
  type RunModel,
  type WeightsOrigin,
} from "./formats/checkpoint.ts";
export type { CheckpointFile, CheckpointState, Retreat } from "./formats/checkpointState.ts";
export { type CsvLayout, type CsvRow, type CsvTable, isNumber, parseCsv } from "./formats/csvTable.ts";
export {
  type Digester,
  type Digests,
  digestsBy,
  type FileDigest,
  fileDigestSchema,
  isHashed,
  requireDigest,
} from "./formats/digest.ts";
export { evaluationSchema, primarySchema } from "./formats/evaluationSchema.ts";
export type { CreateHash, Hash } from "./formats/hashing.ts";
export { type NamedTensor, type Safetensors, type SafetensorsCodec, safetensorsBy } from "./formats/safetensors.ts";
export { isRecord, type JsonRules, type Refuse, shownJson, strictJson } from "./formats/strictJson.ts";
