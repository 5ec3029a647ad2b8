/** A short count of `npm run faults:cluster`. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { hasServer } from "../../packages/cluster/test/natsServer.ts";
import { hasNetwork } from "../../packages/cluster/test/network.ts";
import { clusterFaults } from "./clusterFaults.ts";
import { runClusterFaults } from "./runClusterFaults.ts";

describe.skipIf(!hasServer || !hasNetwork)("of the pieces of a queue", () => {
  test("none is lost or counted twice, whatever happens to a broker, workers and the planner", async () => {
    const count = clusterFaults.length;
    const [queue] = await runClusterFaults({ count, seed: 1, brokers: 1 });
    expect(queue).toMatchObject({ injected: count, lost: 0, twice: 0, stuck: [] });
    expect(queue!.planned).toBeGreaterThan(10 * count);
  });

  test("some are lost where workers acknowledge them before they are done", async () => {
    const [queue] = await runClusterFaults({ count: 4, seed: 1, brokers: 1, careless: true });
    expect(queue!.lost).toBeGreaterThan(0);
  });
});

test("the decisions tell the counts of the committed report", () => {
  const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
  const { injected, planned, lost, twice, stuck, queues } = JSON.parse(read("docs/results/faults-cluster.json"));
  const told = `${injected} faults, ${planned.toLocaleString("en")} pieces of work: ${lost} lost, ${twice} counted twice`;
  expect(read("docs/decisions/cluster.md").replace(/\s+/g, " ")).toContain(told);
  expect(stuck).toEqual([]);
  expect(Object.keys(queues[0].kinds)).toEqual(clusterFaults.map(({ name }) => name));
});
