// What is measured where a GPU is, in the order in which it is worth having: small batches first, and of each network our
// engine on the processor (whose gradient the others are compared with), on the GPU, and PyTorch on CUDA.

/** Networks of the measurement, the ones that take least first. */
export const gpuNetworks = ["lenet", "mnistfc-bn", "all-cnn-bn"];
export const gpuBatchSizes = [128, 1024];

/** Engines and devices, in turn; seconds after which one is given up. */
const turns = [
  { engine: "ours", device: "cpu", patience: 40 },
  { engine: "ours", device: "webgpu", patience: 50 },
  { engine: "pytorch", device: "cuda", patience: 50 },
];

/** The parts, each a process of its own, grouped by the work that they share. */
export function gpuPlan({ networks = gpuNetworks, batchSizes = gpuBatchSizes } = {}) {
  return batchSizes.flatMap((batchSize) => networks.map((network) => ({ network, batchSize, turns })));
}
