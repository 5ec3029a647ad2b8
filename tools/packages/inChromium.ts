/** Runs a page in a headless Chromium and gives what the page posts to `/result`. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { executablePath, flags } from "./chromiumFlags.mjs";
import { newFolder } from "./consumer.ts";

const types: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

/**
 * Serves `folder`, whose index.html posts its result as text.
 *
 * @param policy - the page's content security policy
 * @throws Error if nothing is posted in 60 seconds or the browser ends before
 */
export async function inChromium(folder: string, policy: string): Promise<string> {
  let post: (text: string) => void = () => {};
  const posted = new Promise<string>((resolve) => {
    post = resolve;
  });
  const server = createServer(async (request, response) => {
    if (request.method === "POST") {
      let text = "";
      for await (const chunk of request) text += chunk;
      response.end();
      post(text);
      return;
    }
    const path = request.url === "/" ? "/index.html" : request.url!;
    try {
      const file = readFileSync(join(folder, path));
      response.setHeader("Content-Type", types[extname(path)] ?? "application/octet-stream");
      response.setHeader("Content-Security-Policy", policy);
      response.end(file);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = spawn(executablePath, ["--headless", ...flags, `--user-data-dir=${newFolder()}`, address], {
    stdio: "ignore",
  });
  try {
    const failed = new Promise<never>((_, reject) => {
      browser.on("error", reject);
      browser.on("exit", (code) => reject(new Error(`chromium ended with ${code} before the page gave a result`)));
      setTimeout(() => reject(new Error("the page gave no result in 60 seconds")), 60_000).unref();
    });
    return await Promise.race([posted, failed]);
  } finally {
    browser.kill("SIGKILL");
    server.closeAllConnections();
    server.close();
  }
}
