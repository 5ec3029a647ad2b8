// What an exchange between replicas costs on loopback: one vector of 6.4 MB shared, and read by two others.
//
//   npx tsx bench/exchange.ts [rounds]     prints one JSON object: milliseconds per round, after three that warm up
//
// Goal: publish and two reads in less than 60 ms with float32. All three members are in one process, whose thread does the work of
// three; a replica's own share is one publish and two reads as well.
import { loadavg } from "node:os";
import { type Exchange, inProcessExchange, jetStreamExchange, type Member } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import { startServer } from "../packages/cluster/test/natsServer.ts";

const elements = 1_600_000;
const rounds = Number(process.argv[2] ?? 15);
const warmUp = 3;

interface Times {
  readonly publish: number;
  readonly reads: number;
}

const server = await startServer();
const connections = await Promise.all([0, 1, 2].map(() => connectNats(server.address)));
try {
  const [first] = connections;
  const served = (encoding: "float32" | "float16"): Exchange[] =>
    connections.map((one) => jetStreamExchange(one, { run: encoding, elements, encoding }));
  const shared = inProcessExchange({ elements });
  const results = {
    "in process": await measured([shared, shared, shared]),
    "jetstream float32": await measured(served("float32")),
    "jetstream float16": await measured(served("float16")),
  };
  const server = first?.info?.version;
  process.stdout.write(
    `${JSON.stringify({ elements, rounds, server, node: process.version, load: loadavg()[0], results })}\n`,
  );
} finally {
  for (const connection of connections) await connection.close();
  await server.stop();
}

async function measured(exchanges: readonly Exchange[]): Promise<object> {
  const members = await Promise.all(exchanges.map((exchange, replica) => exchange.join(replica)));
  const vector = Float32Array.from({ length: elements }, (_, i) => Math.sin(i));
  const times: Times[] = [];
  for (let version = 0; version < rounds + warmUp; version++) times.push(await round(members, version, vector));
  for (const member of members) await member.leave();
  const kept = times.slice(warmUp);
  const totals = kept.map(({ publish, reads }) => publish + reads);
  return {
    ...{ publish: median(kept.map(({ publish }) => publish)), reads: median(kept.map(({ reads }) => reads)) },
    ...{ total: median(totals), least: Math.min(...totals), most: Math.max(...totals), totals },
  };
}

async function round([one, two, three]: readonly Member[], version: number, vector: Float32Array): Promise<Times> {
  const start = performance.now();
  await one!.publish(version, vector);
  const published = performance.now();
  const read = await Promise.all([two!, three!].map((member) => member.at(0, version)));
  const end = performance.now();
  for (const found of read) if (found?.vector.length !== elements) throw new Error(`version ${version} was not read`);
  return { publish: published - start, reads: end - published };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
