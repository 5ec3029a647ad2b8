import { once } from "node:events";
import { InputError, printable } from "entropy-sgd-training";
import { scanFolder } from "../runs/scanFolder.ts";
import { type CommandDefinition, inFolder, json } from "./commandDefinition.ts";
import { type CommandContext, interruptionCode, writeJson } from "./context.ts";
import { integerFrom } from "./options.ts";

/** Options of `entropy-sgd serve`. */
export interface ServeCommand {
  readonly port?: number;
  readonly host?: string;
  readonly token?: string;
  readonly json?: boolean;
}

/** `entropy-sgd serve`. */
export const definition: CommandDefinition = {
  examples: ["", "runs/four --port 8080", "--host 0.0.0.0"],
  declare: (command, context, done) =>
    inFolder(json(command))
      .description("Show the runs in a folder in a browser, those that are running as they go; until a signal ends it.")
      .option("--port <n>", "the port; default: 6116, or the next that is free", integerFrom(0))
      .option("--host <address>", "listen on another address than loopback's: whoever has the token sees the runs")
      .option("--token <text>", "what a browser must know; default: a new one where --host is not loopback")
      .action(async (folder: string, options: ServeCommand) => done(await serveCommand(folder, options, context))),
};

/** Serves the dashboard of a folder until a signal. Gives the exit code. @throws InputError if it is no folder, or cannot be served */
export async function serveCommand(
  folder: string,
  { port, host = "127.0.0.1", token, json: asJson = false }: ServeCommand,
  context: CommandContext,
): Promise<number> {
  if (port !== undefined && port > 65_535)
    throw new InputError({ name: "--port", rule: "must be at most 65535", value: port });
  scanFolder(folder);
  const { startServer } = await import("../serve/listen.ts");
  const server = await startServer({
    folder,
    host,
    port: port ?? null,
    token: token ?? null,
    onError: internalErrorTo(context),
  });
  try {
    if (asJson) writeJson(context, { address: server.address });
    else context.stdout.write(`${printable(folder)} is shown at ${server.address} until Ctrl-C\n`);
    if (!context.signal.aborted) await once(context.signal, "abort");
  } finally {
    await server.close();
  }
  return interruptionCode(context.signal);
}

/** Prints errors of the server itself, which goes on. */
export function internalErrorTo({ stderr }: CommandContext): (error: unknown) => void {
  return (error) => {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    stderr.write(`internal error: ${printable(words)}\n`);
  };
}
