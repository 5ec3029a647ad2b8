// Does the model of `cluster simulate` give the times that are measured? Replicas in processes of their own meet on a broker behind a
// link of known rate, where the bytes take far longer than anybody's work.
//
//   sudo npx tsx bench/exchangeModel.ts [rounds]     prints one JSON object: seconds of an exchange, measured and by the model
//
// Needs nats-server, ip and tc, and the right to make a network namespace; nothing outside of it is changed but one virtual link.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { awaitMembers, exchangeMean, jetStreamExchange } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import { simulateReplicas } from "entropy-sgd-cluster/simulation";

const elements = 400_000;
const megabits = 200;
const [, file = "", first = "6", address, run = "", replica = "", count = ""] = process.argv;
const rounds = Number(first);

if (address === undefined) await measureAll();
else await takePart();

/** One replica: exchanges at once, again and again, and says when each exchange was done. */
async function takePart(): Promise<void> {
  const connection = await connectNats(address!);
  const member = await jetStreamExchange(connection, { run, elements }).join(Number(replica));
  await awaitMembers(member, Number(count));
  const vector = Float32Array.from({ length: elements }, (_, i) => Math.sin(i));
  const ends: number[] = [];
  for (let version = 0; version < rounds; version++) {
    await exchangeMean(member, version, vector);
    ends.push(performance.timeOrigin + performance.now());
  }
  await member.leave();
  await connection.close();
  process.stdout.write(JSON.stringify(ends));
}

async function measureAll(): Promise<void> {
  const broker = startBroker();
  try {
    const cases = [];
    for (const replicas of [2, 3, 4, 6]) cases.push(await measured(broker.address, replicas));
    process.stdout.write(`${JSON.stringify({ elements, megabits, rounds, node: process.version, cases }, null, 2)}\n`);
  } finally {
    broker.stop();
  }
}

async function measured(at: string, replicas: number): Promise<object> {
  const ends = await Promise.all(
    Array.from({ length: replicas }, (_, replica) =>
      outputOf([String(rounds), at, `n${replicas}`, `${replica}`, `${replicas}`]),
    ),
  );
  // A round ends when its last replica has the mean; the first one has the start of the processes in it.
  const last = Array.from({ length: rounds }, (_, round) => Math.max(...ends.map((own) => own[round]!)));
  const seconds = last.slice(1).map((end, round) => (end - last[round]!) / 1000);
  const rate = (megabits * 1e6) / 8;
  // Of the bytes on the wire, TCP, IP and the frames take 1448 of 1514 for what is sent.
  const link = (rate * 1448) / 1514;
  const model = { gradientTime: 1e-9, innerSteps: 1, vectorBytes: 4 * elements, latency: 0 };
  const rates = { sendRate: link, receiveRate: link, brokerIn: link, brokerOut: link };
  const { exchanging } = simulateReplicas({ ...model, ...rates }, { replicas, outerSteps: 1 });
  const sorted = [...seconds].sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1]!;
  return { replicas, simulated: exchanging, measured: median, ratio: median / exchanging, seconds };
}

function outputOf(args: readonly string[]): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", fileURLToPath(import.meta.url), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    child.stdout.on("data", (data) => {
      text += data;
    });
    child.once("close", (code) =>
      code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`${file} ended with ${code}`)),
    );
  });
}

/** nats-server in a network namespace, behind a link of so many megabits each way. */
function startBroker(): { readonly address: string; stop(): void } {
  const [name, here, there] = [`model-${process.pid}`, "10.98.71.1", "10.98.71.2"];
  const [outer, inner] = [`mo${process.pid}`.slice(0, 15), `mi${process.pid}`.slice(0, 15)];
  const command = (text: string): void => void execFileSync(text.split(" ")[0]!, text.split(" ").slice(1));
  const folder = mkdtempSync(join(tmpdir(), "nats-"));
  const shaped = `rate ${megabits}mbit burst 64kb latency 200ms`;
  command(`ip netns add ${name}`);
  command(`ip link add ${outer} type veth peer name ${inner} netns ${name}`);
  command(`ip addr add ${here}/24 dev ${outer}`);
  command(`ip link set ${outer} up`);
  command(`ip -n ${name} addr add ${there}/24 dev ${inner}`);
  command(`ip -n ${name} link set ${inner} up`);

  command(`tc qdisc add dev ${outer} root tbf ${shaped}`);
  command(`tc -n ${name} qdisc add dev ${inner} root tbf ${shaped}`);
  const config = join(folder, "server.conf");
  writeFileSync(config, `listen: "${there}:4222"\njetstream { store_dir: "${folder}/store" }`);
  const child = spawn("ip", ["netns", "exec", name, "nats-server", "-c", config], { stdio: "ignore" });
  return {
    address: `nats://${there}:4222`,
    stop() {
      child.kill("SIGKILL");
      command(`ip netns del ${name}`);
      rmSync(folder, { recursive: true });
    },
  };
}
