/** `serve` and `train --serve`. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../src/commands/main.ts";
import type { RunList } from "../src/serve/api.ts";
import { freshOut, inMemory, run, trainArgs } from "./commandRunner.ts";
import { temporaryFolder, writeRun } from "./storeFolders.ts";

const folder = temporaryFolder();
writeRun(join(folder, "one"));

/** Serves in memory until the signal; gives the exit code and what `look` found at the address meanwhile. */
async function served<Seen>(args: readonly string[], look: (address: string) => Promise<Seen>, by: string) {
  const ending = new AbortController();
  const { context, written } = inMemory({ signal: ending.signal });
  let seen: Promise<Seen> | undefined;
  const stdout = {
    write(text: string): void {
      written.stdout += text;
      const address = /http:\/\/[^\s"]+/.exec(written.stdout)?.[0];
      if (address === undefined) return;
      seen ??= look(address).finally(() => ending.abort(by));
    },
  };
  const code = await main(["serve", ...args, "--port", "0"], { ...context, stdout });
  return { code, ...written, seen: await seen };
}

const rowsAt = async (address: string): Promise<RunList> =>
  (await (await fetch(new URL("/api/runs", address))).json()) as RunList;

test("serve prints its address, answers there, and ends by a signal with its exit code", async () => {
  const { code, stdout, stderr, seen } = await served(
    [folder],
    async (address) => [address, await rowsAt(address)] as const,
    "SIGTERM",
  );
  const [address, list] = seen!;
  expect(stdout).toBe(`${folder} is shown at ${address} until Ctrl-C\n`);
  expect(list.runs.map(({ id }) => id)).toEqual(["one"]);
  expect([code, stderr]).toEqual([143, ""]);
  await expect(fetch(address)).rejects.toThrow("fetch failed");
});

test("serve ends while somebody listens, and prints JSON alone where that is asked for", async () => {
  let ended: Promise<string> | undefined;
  const { code, stdout } = await served(
    [folder, "--json"],
    async (address) => {
      const events = await fetch(new URL("/api/events", address));
      ended = events.text().catch(() => "cut off");
    },
    "SIGINT",
  );
  expect(code).toBe(130);
  expect(JSON.parse(stdout)).toEqual({ address: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/) });
  expect(await ended).toMatch(/connected|cut off/);
});

test("serve on other addresses prints one with a token, without which nothing is answered", async () => {
  const { seen } = await served(
    [folder, "--host", "0.0.0.0"],
    async (address) => {
      const { port, searchParams } = new URL(address);
      const local = `http://127.0.0.1:${port}/api/runs`;
      const headers = { Authorization: `Bearer ${searchParams.get("token")}` };
      return [(await fetch(local)).status, (await fetch(local, { headers })).status];
    },
    "SIGINT",
  );
  expect(seen).toEqual([401, 200]);
});

test.each([
  [[join(folder, "absent")], `${join(folder, "absent")}: there is no such folder`],
  [[folder, "--port", "70000"], "--port: must be at most 65535, got 70000"],
  [[folder, "--token", "short"], "--token: must have at least 16 characters, got 5"],
  [[folder, "--host", ""], "--host: must not be empty"],
])("serve %j is refused with exit code 2", async (args, words) => {
  const { code, stderr } = await run(["serve", ...args]);
  expect([code, stderr]).toEqual([2, `error: ${words}\n`]);
});

test("train --serve shows the run while it is trained, and ends with it", async () => {
  const { context, written } = inMemory();
  const place: { address: string | undefined; rows?: Promise<RunList> } = { address: undefined };
  const write = context.stderr.write.bind(context.stderr);
  const stderr = {
    write(text: string): void {
      write(text);
      place.address ??= /The dashboard is at (\S+)/.exec(written.stderr)?.[1];
      if (place.address !== undefined && text.includes("effective epochs")) place.rows ??= rowsAt(place.address);
    },
  };
  const out = freshOut();
  expect(await main(trainArgs(out, "--budget", "1", "--serve"), { ...context, stderr })).toBe(0);
  expect((await place.rows)!.runs).toMatchObject([{ id: ".", status: "running" }]);
  await expect(fetch(place.address!)).rejects.toThrow("fetch failed");
});
