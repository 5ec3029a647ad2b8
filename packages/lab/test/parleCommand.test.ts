/** Replicas in threads of one process: `entropy-sgd parle`. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { jetStreamExchange } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import { describe, expect, test } from "vitest";
import { hasServer, startServer } from "../../cluster/test/natsServer.ts";
import { main } from "../src/commands/main.ts";
import { readRun, weightsOf } from "../src/runs/readRun.ts";
import { dataFolder, freshOut, inMemory, run, small } from "./commandRunner.ts";

const args = (out: string): string[] => [
  ...["parle", ...small, "--data", dataFolder(), "--replicas", "2", "--budget", "4", "--threads", "1"],
  ...["--set", "innerSteps=5", "--set", "coupling=0.5", "--seed", "3", "--out", out],
];
const weights = (out: string) =>
  [1, 2].map((n) => weightsOf(join(out, `replica-${n}`), readRun(join(out, `replica-${n}`))));
const numLines = (file: string): number => (existsSync(file) ? readFileSync(file, "utf8").split("\n").length : 0);

describe("parle", () => {
  const whole = freshOut();

  test("trains replicas that end at one point, each a run with batches of its own", async () => {
    const { code, stdout, stderr } = await run([...args(whole), "--json"]);
    expect([code, stderr]).toEqual([0, expect.stringContaining("[2/2] replica-2")]);
    const { replicas } = JSON.parse(stdout);
    expect(replicas).toHaveLength(2);
    const [one, other] = replicas;
    expect(one).toMatchObject({ optimizer: "parle", seed: 3, reason: "budget", testError: other.testError });
    expect(replicas).toEqual(replicas.map(() => expect.objectContaining({ incompleteMeans: 0 })));
    expect(one.gradientEvaluations % 5).toBe(0);
    const [first, second] = weights(whole);
    expect(first).toEqual(second);
    const records = [1, 2].map((n) => readRun(join(whole, `replica-${n}`)));
    expect(records.map(({ settings }) => settings.replica)).toEqual([0, 1]);
    expect(records[0]!.settings.options).toMatchObject({ replicas: 2, coupling: 0.5 });
    expect(records[0]!.outers.map(({ batchLoss }) => batchLoss)).not.toEqual(
      records[1]!.outers.map(({ batchLoss }) => batchLoss),
    );
    expect(existsSync(join(whole, "report.html"))).toBe(true);
  });

  test("goes on after a signal, to the same bits", async () => {
    const out = freshOut();
    const controller = new AbortController();
    const events = join(out, "replica-2", "events.jsonl");
    const watch = setInterval(() => numLines(events) > 8 && controller.abort("SIGINT"), 5);
    const { context, written } = inMemory({ signal: controller.signal });
    const code = await main(args(out), context);
    clearInterval(watch);
    expect([code, written.stderr]).toEqual([130, expect.stringContaining(`npx entropy-sgd resume ${out} goes on`)]);
    for (const [name, value] of [
      ["--parallel", "1"],
      ["--shard", "1/2"],
      ["--nats", "nats://127.0.0.1:1"],
    ] as const) {
      const { code, stderr } = await run(["resume", out, name, value]);
      const words = `error: ${name}: divides the 2 runs of this folder, which train together, got `;
      expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
    }
    const resumed = await run(["resume", out]);
    expect(resumed.code).toBe(0);
    expect(weights(out)).toEqual(weights(whole));
  });

  test.skipIf(!hasServer)(
    "meets on a NATS server, to the same bits; a run there takes no more than its replicas",
    async () => {
      const server = await startServer();
      try {
        const [one, other] = [freshOut(), freshOut()];
        const meeting = ["--nats", server.address, "--run", "one"];
        const runs = await Promise.all([one, other].map((out) => run([...args(out), ...meeting])));
        expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(
          runs.map(() => [0, expect.stringContaining("waiting until 2 replicas of one have joined")]),
        );
        const [first] = weights(whole);
        const ended = [one, other].map((out) => readdirSync(out).filter((name) => name.startsWith("replica-")));
        expect(ended.flat().sort()).toEqual(["replica-1", "replica-2"]);
        for (const [at, out] of [one, other].entries()) {
          const path = join(out, ended[at]![0]!);
          expect(weightsOf(path, readRun(path))).toEqual(first);
        }
        const mlp = await jetStreamExchange(await connectNats(server.address), { run: "two", elements: 12 }).join(0);
        const refused = await run([...args(freshOut()), "--nats", server.address, "--run", "two"]);
        expect([refused.code, refused.stderr]).toEqual([
          2,
          expect.stringMatching(
            /error: --run: is of another network: elements must be 12, .*; choose another name, got "two"/,
          ),
        ]);
        await mlp.leave();
        const resumed = await run(["resume", one]);
        expect([resumed.code, resumed.stderr]).toEqual([
          2,
          expect.stringContaining("the command that began it goes on"),
        ]);
      } finally {
        await server.stop();
      }
    },
  );

  test.skipIf(!hasServer)(
    "the same command twice in one folder is refused before it joins; a mean that lacks a replica is told",
    async () => {
      const server = await startServer();
      try {
        const [one, other] = [freshOut(), freshOut()];
        const meeting = ["--nats", server.address, "--run", "one"];
        const waits = run([...args(one), ...meeting, "--json"]);
        await expect.poll(() => existsSync(join(one, "lock"))).toBe(true);
        const again = await run([...args(one), ...meeting]);
        expect([again.code, again.stderr]).toEqual([2, expect.stringMatching(/: in use by process \d+ since /)]);
        expect(again.stderr).not.toContain("waiting");
        expect((await run([...args(other), ...meeting])).code).toBe(0);
        const { code, stdout } = await waits;
        const { replicas } = JSON.parse(stdout);
        expect([code, replicas]).toEqual([0, [expect.objectContaining({ incompleteMeans: 0 })]]);
        // One that joins and goes without having shared anything.
        const own = { run: "two", elements: replicas[0].numParams };
        const gone = await jetStreamExchange(await connectNats(server.address), own).join(1);
        const alone = run([...args(freshOut()), "--nats", server.address, "--run", "two"]);
        await expect.poll(async () => (await gone.members()).some(({ version }) => version === 0)).toBe(true);
        await gone.leave();
        expect([(await alone).code, (await alone).stderr]).toEqual([
          0,
          expect.stringMatching(
            /warning: 1 replica is not in the mean: .*\n(.*\n)*replica-1: \d+ means of fewer than 2 replicas/,
          ),
        ]);
      } finally {
        await server.stop();
      }
    },
  );

  test.skipIf(!hasServer)("a server that has no room ends it with one line", async () => {
    const server = await startServer({ limits: "max_memory_store: 300000" });
    const meeting = ["--nats", server.address, "--run", "one"];
    const lines = ({ stderr }: { stderr: string }) => stderr.split("\n").filter((line) => line.includes("failed: "));
    try {
      const ended = await Promise.all([0, 1].map(() => run([...args(freshOut()), ...meeting])));
      const room =
        /^\[1\/1\] replica-\d: failed: --nats: server: JetStream has no room \(insufficient resources\): raise /;
      expect(ended.map(({ code }) => code)).toEqual([2, 2]);
      expect(ended.map(lines)).toEqual([[expect.stringMatching(room)], [expect.stringMatching(room)]]);
    } finally {
      await server.stop();
    }
  });

  test.skipIf(!hasServer)("a server that has given its number to another member ends it with one line", async () => {
    const server = await startServer();
    try {
      const connection = await connectNats(server.address);
      const exchange = jetStreamExchange(connection, { run: "one", elements: 50_890 });
      const other = await exchange.join(1);
      const loses = run([...args(freshOut()), "--nats", server.address, "--run", "one"]);
      await expect.poll(async () => (await other.members()).some(({ version }) => version === 0)).toBe(true);
      // What a server that has lost its leases does.
      await connection.request("$JS.API.STREAM.PURGE.parle_one_leases");
      const taker = await exchange.join(0);
      const { code, stderr } = await loses;
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(
          /^\[1\/1\] replica-1: failed: --run: its number is held by another member now; the same command goes on/m,
        ),
      ]);
      await Promise.all([other.leave(), taker.leave()]);
    } finally {
      await server.stop();
    }
  });

  test.skipIf(!hasServer)("refuses replicas of other settings before they train", async () => {
    const server = await startServer();
    try {
      const controller = new AbortController();
      const meeting = ["--nats", server.address, "--run", "one"];
      const out = freshOut();
      const first = run([...args(out), ...meeting], { signal: controller.signal });
      const exchange = jetStreamExchange(await connectNats(server.address), { run: "one", elements: 50_890 });
      const watching = await exchange.join(9);
      await expect.poll(async () => (await watching.members()).length).toBe(2);
      await watching.leave();
      for (const [more, rule] of [
        [["--seed", "4"], "seed must be 3, as that of the others of this run, got 4"],
        [["--budget", "5"], "budget must be 4, "],
        [["--replicas", "3"], "replicas must be 2, "],
        [["--set", "batchSize=40"], "data must be "],
        [["--set", "validation=90"], "data must be "],
        [["--set", "innerLearningRate=0.07"], "optimizer must be "],
        [["--dropout", "0.3"], "network must be "],
      ] as const) {
        const { code, stderr } = await run([...args(freshOut()), ...meeting, ...more]);
        expect([code, stderr]).toEqual([2, expect.stringContaining(`error: --run: is of other settings: ${rule}`)]);
        expect(stderr).not.toContain("waiting");
      }
      controller.abort("SIGINT");
      expect((await first).code).toBe(130);
    } finally {
      await server.stop();
    }
  });

  test.skipIf(!hasServer)("comes back when the others have ended, and gives its result again", async () => {
    const server = await startServer();
    try {
      const out = freshOut();
      const [one, other] = [out, freshOut()].map((place) => [
        ...[...args(place), "--nats", server.address, "--run", "one"],
      ]) as [string[], string[]];
      const controller = new AbortController();
      const events = (n: number): number => numLines(join(out, `replica-${n}`, "events.jsonl"));
      // After exchanges with the other, which would wait for it otherwise.
      const watch = setInterval(() => events(1) + events(2) > 4 && controller.abort("SIGINT"), 5);
      const [halted, whole] = await Promise.all([run(one, { signal: controller.signal }), run(other)]);
      clearInterval(watch);
      expect([halted.code, whole.code]).toEqual([130, 0]);
      const back = await run([...one, "--json"]);
      expect([back.code, back.stderr]).toEqual([0, expect.stringContaining("1 of 2 replicas of one are there: ")]);
      const again = await run([...one, "--json"]);
      expect([again.code, again.stdout]).toEqual([0, back.stdout]);
      expect(again.stderr).not.toContain("waiting");
    } finally {
      await server.stop();
    }
  });

  test("says that no server answers", async () => {
    const out = freshOut();
    const { code, stderr } = await run([...args(out), "--nats", "nats://127.0.0.1:1", "--run", "one"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("error: --nats: no server answers there")]);
  });

  test("takes no password in an address, and prints none", async () => {
    const out = freshOut();
    const { code, stdout, stderr } = await run([...args(out), "--nats", "tls://me:secret@host", "--run", "one"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("error: --nats: must have no user and password in it, where logs keep them");
    expect(stderr).not.toContain("secret");
  });

  test("a replica alone says how it goes on", async () => {
    const out = freshOut();
    const stopped = await run(args(out), { stopAt: "replica-1 begins" });
    expect(stopped.code).toBe(130);
    const alone = await run(["resume", join(out, "replica-1")]);
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining("is one of several replicas")]);
  });

  test.each([
    [["--set", "replicas=3"], /^error: --set replicas: is --replicas here, got "3"\n$/],
    [["--set", "patience=2"], /^error: patience: must be null: replicas end together, got 2\n$/],
    [
      ["--set", "rollbacks=1"],
      /^error: rollbacks: must be 0: the others of a replica do not go back with it, got 1\n$/,
    ],
    [["--nats", "nats://host"], /^error: --run: is required with --nats: a name, the same on each machine\n$/],
    [
      ["--run", "a b"],
      /^error: option '--run <name>' argument 'a b' is invalid\. It must be 1 to 64 letters, digits, _ or -\.\n/,
    ],
    [["--run", "one"], /^error: --nats: is required with --run: the server where the replicas meet\n$/],
    [["--replicas", "0"], /--replicas/],
  ])("%j", async (more, message) => {
    const out = freshOut();
    const { code, stderr } = await run([...args(out), ...more]);
    expect(stderr).toMatch(message);
    expect([code, existsSync(out)]).toEqual([2, false]);
  });
});
