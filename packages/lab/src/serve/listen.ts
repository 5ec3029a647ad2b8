/** The server of the dashboard on a port of this machine. */
import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { getRequestListener } from "@hono/node-server";
import { InputError } from "entropy-sgd-training";
import { type AppOptions, app } from "./app.ts";
import type { Access } from "./guard.ts";
import { builtPage } from "./pageFiles.ts";

/** Where the dashboard is served, and of what. */
export interface ServeOptions {
  /** The folder of runs. */
  readonly folder: string;
  /** The address to listen on: any but loopback's is asked for by name, and has a token. */
  readonly host: string;
  /** Null for the usual one or the next that is free. */
  readonly port: number | null;
  /** Null for none on loopback, and a new one elsewhere. */
  readonly token: string | null;
  readonly onError: (error: unknown) => void;
  /** The folder of the page; the package's when absent. */
  readonly page?: string;
  /** The usual ones when absent. */
  readonly times?: AppOptions["times"];
}

/** A server that listens. */
export interface RunningServer {
  /** The address to open, with the token where there is one. */
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/** The port where none is asked for, and how many after it are tried. */
const usualPort = 6116;
const numPorts = 20;

const minTokenLength = 16;

const usualTimes: AppOptions["times"] = { look: 1000, rest: 20, most: 5000, tick: 400, heartbeat: 15_000 };

/** @throws InputError if the address or the port cannot be had, or the token is short */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  const { folder, host, page = builtPage, times = usualTimes, onError } = options;
  const token = options.token ?? (isLoopback(host) ? null : randomBytes(18).toString("base64url"));
  if (token !== null && token.length < minTokenLength) {
    throw new InputError({
      name: "--token",
      rule: `must have at least ${minTokenLength} characters`,
      value: token.length,
    });
  }
  const ending = new AbortController();
  let access: Access = { hosts: new Set(), token, cookie: "" };
  const { fetch } = app({ folder, page, times, accessOf: () => access, ending: ending.signal, onError });
  const server = createServer(getRequestListener(fetch, { overrideGlobalObjects: false }));
  const port = await listenSomewhere(server, host, options.port);
  access = { hosts: hostsOf(host, port), token, cookie: `entropy-sgd-${port}` };
  return {
    address: `http://${bracketed(host)}:${port}/${token === null ? "" : `?token=${encodeURIComponent(token)}`}`,
    port,
    close: () =>
      new Promise((resolve) => {
        ending.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Whether an address is this machine's own, that no other can reach. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

async function listenSomewhere(server: Server, host: string, port: number | null): Promise<number> {
  const ports = port === null ? Array.from({ length: numPorts }, (_, i) => usualPort + i) : [port];
  for (const candidate of ports) {
    const found = await listen(server, host, candidate);
    if (found !== null) return found;
  }
  const last = ports.at(-1)!;
  const rule = ports.length === 1 ? "is taken by another program" : `is taken, as are those up to ${last}`;
  throw new InputError({ name: "--port", rule, value: ports[0]! });
}

/** The port that it listens on; null if it is taken. @throws InputError if that is impossible */
function listen(server: Server, host: string, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      if (error.code === "EADDRINUSE") {
        resolve(null);
        return;
      }
      const name = error.code === "EACCES" ? "--port" : "--host";
      reject(
        new InputError({ name, rule: `cannot be listened on (${error.code})`, value: name === "--port" ? port : host }),
      );
    };
    server.once("error", failed);
    server.listen(port, host, () => {
      server.off("error", failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** What browsers name the server in their requests. */
function hostsOf(host: string, port: number): Set<string> {
  const isAny = host === "0.0.0.0" || host === "::";
  const interfaces = Object.values(networkInterfaces()).flatMap((own) => own?.map(({ address }) => address) ?? []);
  const own = isLoopback(host)
    ? ["localhost", "127.0.0.1", "[::1]", host]
    : isAny
      ? [hostname(), "localhost", ...interfaces]
      : [host];
  const names = own.map((name) => bracketed(name).toLowerCase());
  return new Set(names.flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])));
}

function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
