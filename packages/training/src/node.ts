/** What training needs of Node: files of data, ONNX Runtime's native library, worker threads. */
export type { PartOptions } from "./node/assemble.ts";
export {
  checkedDataOptions,
  type DataOptionKind,
  type DataOptionName,
  type DataOptionSpec,
  type DataOptions,
  dataOptionFrom,
  dataOptionNames,
  dataOptions,
} from "./node/dataOptions.ts";
export {
  type DataRequest,
  dataSetNames,
  fetchDataSet,
  loadDataSet,
  networkNames,
  prepareDataSet,
  requireDataOf,
  textNames,
  usualDataOf,
  usualOptionsOf,
  usualPartsOf,
} from "./node/dataSets.ts";
export type { DownloadOptions } from "./node/download.ts";
export { arePictures, exampleSheet } from "./node/exampleSheet.ts";
export type { FetchOptions } from "./node/fetchDataSet.ts";
export { type LoadExamplesOptions, type LoadedExamples, loadExamples } from "./node/loadExamples.ts";
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
export { promptTokens, textOfTokens } from "./node/readers/textUnits.ts";
export { spawnWorker } from "./node/spawnWorker.ts";
export { type VulkanFacts, vulkanFacts } from "./node/vulkanFacts.ts";
export type { LongWork } from "./node/whitening/fitWhitening.ts";
