/** `train --serve`: the dashboard beside the training, in its process, for as long as it lasts. */
import { spawn } from "node:child_process";
import { resolve, sep } from "node:path";
import { InputError, printable } from "entropy-sgd-training";
import type { RunningServer } from "../serve/listen.ts";
import type { CommandContext } from "./context.ts";
import { internalErrorTo } from "./serve.ts";

/** Does the work of a command beside a dashboard of the folder `runs`, or of the run alone where it lies elsewhere. */
export async function besideDashboard<Result>(
  out: string | undefined,
  context: CommandContext,
  work: () => Promise<Result>,
): Promise<Result> {
  const server = await dashboardOf(folderOf(out), context);
  try {
    return await work();
  } finally {
    await server?.close();
  }
}

/** Other folders may hold anything, which would be searched for runs. */
function folderOf(out: string | undefined): string {
  return out === undefined || resolve(out).startsWith(resolve("runs") + sep) ? "runs" : out;
}

/** Null where none can be had: the training does not need it. */
async function dashboardOf(folder: string, context: CommandContext): Promise<RunningServer | null> {
  const { startServer } = await import("../serve/listen.ts");
  const { stderr } = context;
  try {
    const onError = internalErrorTo(context);
    const server = await startServer({ folder, host: "127.0.0.1", port: null, token: null, onError });
    stderr.write(`The dashboard is at ${server.address} until the run ends\n`);
    if (stderr.isTTY === true) openBrowser(server.address);
    return server;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    stderr.write(`warning: there is no dashboard (${printable(error.message)})\n`);
    return null;
  }
}

/** What opens an address in the reader's browser. */
const openers: Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Tries to; whether there is a browser cannot be known. */
function openBrowser(address: string): void {
  const [program, ...args] = openers[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...args, address], { stdio: "ignore", detached: true });
  child.on("error", () => {});
  child.unref();
}
