import { expect, test } from "vitest";
import { gpuPlan } from "./plan.mjs";

test("small batches come first, and of each network the processor, whose gradient the others are compared with", () => {
  const plan = gpuPlan({ networks: ["lenet", "all-cnn-bn"], batchSizes: [128, 1024] });
  const groups = plan.map(
    ({ network, batchSize }: { network: string; batchSize: number }) => `${network} ${batchSize}`,
  );
  expect(groups).toEqual(["lenet 128", "all-cnn-bn 128", "lenet 1024", "all-cnn-bn 1024"]);
  for (const { turns } of plan) {
    expect(turns.map(({ engine, device }: { engine: string; device: string }) => `${engine} on ${device}`)).toEqual([
      "ours on cpu",
      "ours on webgpu",
      "pytorch on cuda",
    ]);
  }
});
