/** Commands on a server that does not allow them, or has no room: one line, and nothing is left behind. */
import { jetStreamQueue } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { documentedRights } from "../../cluster/test/documentedRights.ts";
import { hasServer, type NatsServer, startServer } from "../../cluster/test/natsServer.ts";
import { main } from "../src/commands/main.ts";
import { dataFolder, freshOut, inMemory, run, small } from "./commandRunner.ts";

/** A user who may do nothing but be told so. */
const settings = `authorization { users = [
  { user: "guest", password: "secret of guest", permissions: { publish: ["$JS.API.INFO"], subscribe: ["_INBOX.>"] } }
] }`;

describe.skipIf(!hasServer)("a user without rights", () => {
  let server: NatsServer;
  beforeAll(async () => {
    if (!hasServer) return;
    server = await startServer({ settings });
    vi.stubEnv("NATS_USER", "guest");
    vi.stubEnv("NATS_PASSWORD", "secret of guest");
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server?.stop();
  });
  const data = (): string[] => [...small, "--data", dataFolder(), "--budget", "1", "--threads", "1"];

  test.each<[string, () => string[]]>([
    ["worker", () => ["--out", freshOut()]],
    ["cluster status", () => []],
    ["compare", () => [...data(), "--optimizers", "sgd", "--seeds", "1", "--out", freshOut()]],
    ["parle", () => [...data(), "--run", "first", "--replicas", "2", "--out", freshOut()]],
  ])("is told by %s what is not among them", async (name, args) => {
    const { code, stdout, stderr } = await run([...name.split(" "), "--nats", server.address, ...args()]);
    expect([code, stdout]).toEqual([2, ""]);
    const words = /(error|failed): --nats: server: publishing to \$JS\.API\.\S+ is not among the rights of this user\n/;
    expect(stderr).toMatch(words);
    expect(stderr).not.toContain("secret");
  });
});

describe.skipIf(!hasServer)("a server without room", { timeout: 300_000 }, () => {
  let server: NatsServer;
  beforeAll(async () => {
    if (hasServer) server = await startServer({ limits: "max_file_store: 100000" });
  });
  afterAll(() => server?.stop());
  const rule =
    "--nats: server: JetStream has no room (insufficient resources): raise max_file_store or max_memory_store ";

  test("ends a worker that has trained, and a planner, with one line each", async () => {
    const compared = [...["compare", ...small, "--data", dataFolder(), "--budget", "1", "--threads", "1"]];
    const place = ["--nats", server.address];
    const [written, stop] = [inMemory(), new AbortController()];
    const queued = ["--optimizers", "sgd", "--seeds", "1", ...place, "--out", freshOut()];
    const planner = main([...compared, ...queued], { ...written.context, signal: stop.signal });
    const worker = await run(["worker", ...place, "--out", freshOut()]);
    expect([worker.code, worker.stderr]).toEqual([2, expect.stringContaining(`\nerror: ${rule}`)]);
    stop.abort("SIGINT");
    expect(await planner).toBe(130);
    expect(written.written.stderr).not.toContain("failed");
    const connection = await connectNats(server.address);
    const others = jetStreamQueue(connection, { name: "others" });
    const filling = (async () => {
      for (let piece = 0; ; piece++) await others.enqueue(`${piece}`, "x".repeat(10_000));
    })();
    await expect(filling).rejects.toThrow("has no room");
    await connection.close();
    const { code, stderr } = await run([
      ...compared,
      ...["--optimizers", "adam", "--seeds", "1"],
      ...place,
      "--out",
      freshOut(),
    ]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`adam-1: failed: ${rule}`)]);
  });
});

describe.skipIf(!hasServer)("a server with the documented users", () => {
  let server: NatsServer;
  beforeAll(async () => {
    if (hasServer) server = await startServer({ settings: documentedRights() });
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server?.stop();
  });
  const statusFor = async (user: string) => {
    vi.stubEnv("NATS_USER", user);
    vi.stubEnv("NATS_PASSWORD", `secret of ${user}`);
    return run(["cluster", "status", "--nats", server.address]);
  };

  test("shows how all stands to the user who looks, and tells a user of one queue what that takes", async () => {
    const connection = await connectNats(server.address, { user: "sweep", pass: "secret of sweep" });
    await jetStreamQueue(connection, { name: "sweep" }).enqueue("a", 1);
    await connection.close();
    const shown = await statusFor("status");
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining("\nQueue sweep: 1 run waiting, 0 at work")]);
    const denied = "error: --nats: server: publishing to $JS.API.STREAM.NAMES is not among the rights of this user\n";
    expect(await statusFor("sweep")).toMatchObject({ code: 2, stdout: "", stderr: denied });
  });
});
