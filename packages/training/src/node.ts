/** What training needs of Node: files of data, ONNX Runtime's native library, worker threads. */
export { dataSetNames, loadDataSet, networkNames } from "./node/dataSets.ts";
export { type LoadMnistOptions, loadMnist } from "./node/loadMnist.ts";
export { loadRuntime } from "./node/loadRuntime.ts";
export { nodePlatform } from "./node/nodePlatform.ts";
export {
  cannot,
  cannotRead,
  endOf,
  isMissing,
  isThere,
  maxAtOnce,
  piecesOf,
  type ReadOptions,
  readPlain,
  readPlainText,
} from "./node/plainFiles.ts";
export { spawnWorker } from "./node/spawnWorker.ts";
