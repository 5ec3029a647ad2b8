/** Runs a page in a headless Chromium and gives what the page posts to `/result`. */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { executablePath, flags } from "./chromiumFlags.mjs";
import { newFolder } from "./consumer.ts";
import { serve } from "./serve.ts";

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
  const site = await serve(async (path, request) => {
    if (request.method === "POST") {
      let text = "";
      for await (const chunk of request) text += chunk;
      post(text);
      return { body: "" };
    }
    const file = join(folder, path === "/" ? "/index.html" : path);
    if (!existsSync(file)) return null;
    const type = path === "/" ? { "Content-Type": "text/html" } : {};
    return { body: readFileSync(file), headers: { ...type, "Content-Security-Policy": policy } };
  });
  const profile = `--user-data-dir=${newFolder()}`;
  const browser = spawn(executablePath, ["--headless", ...flags, profile, site.address], { stdio: "ignore" });
  try {
    const failed = new Promise<never>((_, reject) => {
      browser.on("error", reject);
      browser.on("exit", (code) => reject(new Error(`chromium ended with ${code} before the page gave a result`)));
      setTimeout(() => reject(new Error("the page gave no result in 60 seconds")), 60_000).unref();
    });
    return await Promise.race([posted, failed]);
  } finally {
    browser.kill("SIGKILL");
    site.close();
  }
}
