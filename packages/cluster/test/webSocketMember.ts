// A member as in a page: over WebSocket. Node 20 has one under a flag: see exchanges.test.ts. Arguments: address and run.
import { connectWebSocket, exchangeMean, jetStreamExchange } from "entropy-sgd-cluster";

const [, , servers = "", run = ""] = process.argv;
const connection = await connectWebSocket(servers);
const member = await jetStreamExchange(connection, { run, elements: 200_000 }).join(1);
const { mean, replicas } = await exchangeMean(member, 0, new Float32Array(200_000).fill(3));
await member.leave();
await connection.close();
process.stdout.write(JSON.stringify([mean[199_999], replicas]));
