/** `npm run faults:cluster -- --count 200`: is a piece of work lost, or counted twice, whatever happens to brokers and workers? */
import { writeFileSync } from "node:fs";
import { cpus, loadavg, release, type } from "node:os";
import { parseArgs } from "node:util";
import { hasServer } from "../../packages/cluster/test/natsServer.ts";
import { hasNetwork } from "../../packages/cluster/test/network.ts";
import { runClusterFaults } from "./runClusterFaults.ts";

const usage =
  "usage: npm run faults:cluster -- [--count 20] [--seed 1] [--brokers 1|3|both] [--careless] [--out report.json]";

function refuse(why: string): never {
  process.stderr.write(`${why}\n${usage}\n`);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      options: {
        count: { type: "string", default: "20" },
        seed: { type: "string", default: "1" },
        brokers: { type: "string", default: "both" },
        careless: { type: "boolean", default: false },
        out: { type: "string" },
      },
    }).values;
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

const { out, ...given } = options();
const [count, seed] = [Number(given.count), Number(given.seed)];
if (!(Number.isInteger(count) && count > 0 && Number.isInteger(seed)))
  refuse("--count and --seed must be whole numbers");
const brokers = { "1": 1, "3": 3, both: "both" } as const;
if (!Object.hasOwn(brokers, given.brokers)) refuse(`--brokers must be 1, 3 or both, got ${given.brokers}`);
if (!hasServer || !hasNetwork) refuse("it needs nats-server, and network namespaces: Linux, root and iproute2");

const queues = await runClusterFaults({
  ...{ count, seed, careless: given.careless, brokers: brokers[given.brokers as keyof typeof brokers] },
  onFault: (line) => process.stderr.write(`${line}\n`),
});
const total = (name: "injected" | "planned" | "lost" | "twice" | "begunAgain" | "restarted"): number =>
  queues.reduce((sum, queue) => sum + queue[name], 0);
const totals = {
  ...{ injected: total("injected"), planned: total("planned"), lost: total("lost"), twice: total("twice") },
  ...{ begunAgain: total("begunAgain"), restarted: total("restarted") },
};
const stuck = queues.flatMap((queue) => queue.stuck);
process.stdout.write(`${JSON.stringify({ ...totals, stuck })}\n`);
if (out !== undefined) {
  const machine = {
    ...{ processor: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0] },
    ...{ node: process.version, system: `${type()} ${release()}` },
  };
  const asked = { count, seed, brokers: given.brokers };
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(out, `${JSON.stringify({ asked, date, machine, ...totals, stuck, queues }, null, 2)}\n`);
}
process.exitCode = totals.lost + totals.twice + stuck.length > 0 ? 1 : 0;
