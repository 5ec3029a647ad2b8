/** A server for pages of tests, on this machine alone. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";

/** What is answered to a path. */
export interface Answer {
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Site {
  /** With a slash at the end. */
  readonly address: string;
  close(): void;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/**
 * Serves what `answer` gives, with the type of the path's ending; null is answered with status 404.
 *
 * @param answer - to a path without its query; a request's text comes with it
 */
export async function serve(
  answer: (path: string, request: IncomingMessage) => Answer | null | Promise<Answer | null>,
): Promise<Site> {
  const server = createServer(async (request, response) => {
    const path = request.url!.replace(/\?.*/, "");
    const given = await answer(path, request);
    if (given === null) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream");
    for (const [name, value] of Object.entries(given.headers ?? {})) response.setHeader(name, value);
    response.end(given.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
