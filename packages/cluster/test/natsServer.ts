/** A NATS server for tests: at a free port, on loopback or on a machine of the test's network, its store in a temporary folder. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Machine } from "./network.ts";

/** Whether nats-server is installed; in continuous integration it must be. */
export const hasServer: boolean = process.env.CI !== undefined || spawnSync("nats-server", ["--version"]).status === 0;
if (!hasServer)
  console.warn("SKIPPED: exchanges and queues on NATS JetStream. They need nats-server (apt-get install nats-server).");

export interface NatsServer {
  /** `nats://HOST:PORT`, the same after a restart. */
  readonly address: string;
  /** `ws://HOST:PORT`, or `wss://HOST:PORT`. */
  readonly webAddress: string;
  /** Kills it. */
  kill(): Promise<void>;
  /** Kills it and starts it at the same address; what was in memory is lost, and what was on the disk too where asked. */
  restart(options?: { readonly loseDisk?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Where it runs; this one, on loopback, when absent. */
  readonly machine?: Machine;
  /** More lines of its configuration. */
  readonly settings?: string;
  /** What secures WebSocket; without it anyone can read along. */
  readonly webTls?: string;
  /** Limits of its store, as in its configuration. */
  readonly limits?: string;
}

export async function startServer({
  machine,
  settings = "",
  webTls = "no_tls: true",
  limits = "",
}: ServerOptions = {}): Promise<NatsServer> {
  const host = machine?.address ?? "127.0.0.1";
  const folder = mkdtempSync(join(tmpdir(), "nats-"));
  const [config, store] = [join(folder, "server.conf"), join(folder, "store")];
  const configure = (port: string, webPort: string): void =>
    writeFileSync(
      config,
      `listen: "${host}:${port}"
       websocket { listen: "${host}:${webPort}", ${webTls} }
       jetstream { store_dir: "${store}", ${limits} }
       ports_file_dir: "${folder}"
       ${settings}`,
    );
  configure("-1", "-1");
  const start = (): Promise<Started> => started(machine?.start ?? spawn, config, folder);
  let server = await start();
  const [address, webAddress] = [server.ports.nats[0]!, server.ports.websocket[0]!];
  configure(new URL(address).port, new URL(webAddress).port);
  return {
    address,
    webAddress,
    kill: () => killed(server.child),
    async restart({ loseDisk = false } = {}) {
      await killed(server.child);
      if (loseDisk) rmSync(store, { recursive: true });
      server = await start();
    },
    async stop() {
      await killed(server.child);
      rmSync(folder, { recursive: true });
    },
  };
}

interface Ports {
  readonly nats: string[];
  readonly websocket: string[];
}

interface Started {
  readonly child: ChildProcess;
  readonly ports: Ports;
}

async function started(start: Machine["start"], config: string, folder: string): Promise<Started> {
  const child = start("nats-server", ["-c", config], { stdio: "ignore" });
  const file = join(folder, `nats-server_${child.pid}.ports`);
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nats-server ended with exit code ${child.exitCode}`);
    // Written in one go, but not at once.
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    if (text.trimEnd().endsWith("}")) return { child, ports: JSON.parse(text) as Ports };
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  if (child.exitCode === null && child.signalCode === null && child.kill("SIGKILL")) await ended;
}
