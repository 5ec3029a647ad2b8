/** Machines for tests: network namespaces that are joined by a bridge, whose links can be cut and made slow. On Linux, as root. */
import { type ChildProcess, execFileSync, type SpawnOptions, spawn, spawnSync } from "node:child_process";

/** Whether namespaces and queueing disciplines can be made; in continuous integration they must be. */
export const hasNetwork: boolean = process.env.CI !== undefined || canMakeNamespaces();
if (!hasNetwork)
  console.warn("SKIPPED: replicas and brokers in network namespaces. They need Linux, root and iproute2 (ip, tc).");

/** A machine of its own, as far as its network goes. */
export interface Machine {
  /** Its address; the others of the network reach it there, and nobody else. */
  readonly address: string;
  /** Starts a program there. */
  start(program: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
  /** From now on nothing comes or goes; whoever is connected is not told. */
  cut(): void;
  heal(): void;
  /** Lets so many kilobits pass in a second each way, null as many as can. */
  limit(kilobits: number | null): void;
}

export interface Network {
  readonly machines: readonly Machine[];
  /** Ends it; the programs that were started there are to have ended. */
  remove(): void;
}

let networks = 0;

/** A network of so many machines. Nothing of it is seen from outside of it. */
export function makeNetwork(size: number): Network {
  const name = `es-${process.pid}-${networks++}`;
  const bridge = `${name}-b`;
  const names = Array.from({ length: size }, (_, i) => `${name}-${i}`);
  try {
    ip([`netns add ${bridge}`, `-n ${bridge} link add bridge type bridge`, `-n ${bridge} link set bridge up`]);
    return { machines: names.map((one, i) => machine(one, bridge, i)), remove };
  } catch (error) {
    remove();
    throw error;
  }

  function remove(): void {
    for (const one of [bridge, ...names]) spawnSync("ip", ["netns", "del", one]);
  }
}

function machine(name: string, bridge: string, index: number): Machine {
  const [port, address] = [`port${index}`, `10.0.0.${index + 1}`];
  ip([
    `netns add ${name}`,
    `-n ${bridge} link add ${port} type veth peer name eth0 netns ${name}`,
    `-n ${name} address add ${address}/24 dev eth0`,
    ...["lo", "eth0"].map((device) => `-n ${name} link set ${device} up`),
    `-n ${bridge} link set ${port} up master bridge`,
  ]);
  const ends = [
    [bridge, port],
    [name, "eth0"],
  ] as const;
  return {
    address,
    // `ip` becomes the program: signals reach it.
    start: (program, args, options = {}) => spawn("ip", ["netns", "exec", name, program, ...args], options),
    cut: () => ip([`-n ${bridge} link set ${port} nomaster`]),
    heal: () => ip([`-n ${bridge} link set ${port} master bridge`]),
    limit(kilobits) {
      for (const [namespace, device] of ends) {
        const at = ["-n", namespace, "qdisc"];
        if (kilobits === null) execFileSync("tc", [...at, "del", "dev", device, "root"]);
        // A bucket of two packets: what is longer waits, for as long as 400 ms.
        else execFileSync("tc", [...at, ..."replace dev".split(" "), device, ...bucket(kilobits)]);
      }
    },
  };
}

function bucket(kilobits: number): string[] {
  return `root tbf rate ${kilobits}kbit burst 3200 latency 400ms`.split(" ");
}

function ip(commands: readonly string[]): void {
  for (const command of commands) execFileSync("ip", command.split(" "), { stdio: ["ignore", "ignore", "pipe"] });
}

function canMakeNamespaces(): boolean {
  const name = `es-${process.pid}-probe`;
  const made = spawnSync("ip", ["netns", "add", name]).status === 0;
  const can = made && spawnSync("tc", ["-n", name, "qdisc", "add", "dev", "lo", ...bucket(1000)]).status === 0;
  if (made) spawnSync("ip", ["netns", "del", name]);
  return can;
}
