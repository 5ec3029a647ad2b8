/** Commands on a server that does not allow them: one line, and nothing is left behind. */
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { hasServer, type NatsServer, startServer } from "../../cluster/test/natsServer.ts";
import { dataFolder, freshOut, run, small } from "./commandRunner.ts";

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
