// Two recorded peers of bench/replica.ts: once replica 0 has shared a version they share theirs, the same vector each time.
import { jetStreamExchange } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";

const [, , address = "", run = "", elements = ""] = process.argv;
const connection = await connectNats(address);
const exchange = jetStreamExchange(connection, { run, elements: Number(elements) });
const members = [await exchange.join(1), await exchange.join(2)];
const recorded = Float32Array.from({ length: exchange.elements }, (_, i) => 0.01 * Math.sin(i));
for await (const { replica, version } of members[0]!.watch())
  if (replica === 0) await Promise.all(members.map((member) => member.publish(version, recorded)));
