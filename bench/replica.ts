// What exchanges cost a replica's own thread: LeNet trained as one of three replicas of Parle, L = 25, with a broker on loopback and two
// recorded peers in another process.
//
//   npx tsx bench/replica.ts [exchanges] [inner steps]     prints one JSON object
//
// Goal: less than 2 % of the step time. The thread's time on a processor comes from Linux (schedstat), so that waiting for peers, for
// the broker and for other programs does not count. A replica that waits trains nothing meanwhile: `waitMs` has that too.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { awaitMembers, jetStreamExchange, meanExchange } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import { resolveSettings, runTraining } from "entropy-sgd-lab";
import { startServer } from "../packages/cluster/test/natsServer.ts";

const exchanges = Number(process.argv[2] ?? 12);
const innerSteps = Number(process.argv[3] ?? 25);
const network = "lenet";
const elements = 132_220;
const warmUp = 2;

const server = await startServer();
const connection = await connectNats(server.address);
const peersAt = fileURLToPath(new URL("replicaPeers.ts", import.meta.url));
const peers = spawn(process.execPath, ["--import", "tsx", peersAt, server.address, "bench", String(elements)], {
  stdio: ["ignore", "ignore", "inherit"],
});
const folder = mkdtempSync(join(tmpdir(), "bench-replica-"));
try {
  const member = await jetStreamExchange(connection, { run: "bench", elements }).join(0);
  await awaitMembers(member, 3);
  const exchange = meanExchange(member);
  const costs: { ownMs: number; waitMs: number; replicas: number }[] = [];
  const steps: number[] = [];
  const stop = new AbortController();
  const set = ["replicas=3", `innerSteps=${innerSteps}`];
  const settings = resolveSettings({ network, optimizer: "parle", budget: 20, seed: 1, set });
  await runTraining(
    { ...settings, innerSteps, replica: 0 },
    {
      ...{ out: join(folder, "run"), signal: stop.signal },
      async exchange(z, outerStep) {
        const [ownBefore, begun] = [threadMs(), performance.now()];
        const { mean, replicas } = await exchange(outerStep, z);
        const [ownMs, all] = [threadMs() - ownBefore, performance.now() - begun];
        costs.push({ ownMs, waitMs: all - ownMs, replicas: replicas.length });
        if (costs.length === exchanges + warmUp) stop.abort("SIGTERM");
        return { mean, missing: [] };
      },
      onEvent(event) {
        if (event.type === "gradient") steps.push(1000 * event.secondsPerGradient);
      },
    },
  );
  await member.leave();
  const kept = costs.slice(warmUp);
  const [ownMs, stepMs] = [median(kept.map((cost) => cost.ownMs)), median(steps.slice(warmUp * innerSteps))];
  const result = {
    ...{ network, innerSteps, elements, exchanges, stepMs, ownMs, share: ownMs / (innerSteps * stepMs) },
    ...{ waitMs: median(kept.map((cost) => cost.waitMs)), members: Math.min(...kept.map((cost) => cost.replicas)) },
    ...{ ownMsOfEach: kept.map((cost) => cost.ownMs), node: process.version, load: loadavg()[0] },
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  peers.kill();
  await connection.close();
  await server.stop();
  rmSync(folder, { recursive: true });
}

/** Milliseconds that this thread, the first of its process, has been on a processor. */
function threadMs(): number {
  const text = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8");
  return Number(text.split(" ")[0]) / 1e6;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
