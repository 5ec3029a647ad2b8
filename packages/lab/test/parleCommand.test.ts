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
const whoOf = (stderr: string): string => /this is (replica-\d) of one: all/.exec(stderr)?.[1] ?? "";
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
        expect(runs.map(({ code }) => code)).toEqual([0, 0]);
        const told = runs.map(({ stderr }) => stderr).sort((a, b) => whoOf(a).localeCompare(whoOf(b)));
        for (const [at, stderr] of told.entries()) {
          const own = `replica-${at + 1}`;
          expect(stderr).toContain(`this is ${own} of one: all 2 replicas are there\n`);
          expect(stderr).toContain(`${own} of 2 of the run one, trained here: `);
          expect(stderr).toContain(`${own} of 2 begins: parle\n`);
          expect(stderr).not.toContain("[1/1]");
        }
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
        // Of one that has ended its result is given again.
        expect((await run(["resume", one, "--json"])).code).toBe(0);
        // A machine too many waits, and says that the run has ended.
        const late = await run([...args(freshOut()), ...meeting], { stopAt: "waiting for replica-2" });
        expect([late.code, late.stderr]).toEqual([
          130,
          expect.stringContaining(
            "the run one has ended; this is replica-1 of a new one of that name, " +
              "waiting for replica-2: 1 of 2 replicas is there (replica-1)\n",
          ),
        ]);
        expect(late.stderr).toMatch(
          /\ninterrupted while it waited for the others: npx entropy-sgd parle .* goes on\n$/,
        );
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
            /warning: the mean lacks replica-2 \(does not answer\); the others go on\n(.*\n)*replica-1: \d+ means of fewer than 2 replicas/,
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
      const room = /^replica-\d of 2: failed: --nats: server: JetStream has no room \(insufficient resources\): raise /;
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
          /^replica-1 of 2: failed: --run: its number is held by another member now; the same command goes on/m,
        ),
      ]);
      await Promise.all([other.leave(), taker.leave()]);
    } finally {
      await server.stop();
    }
  });

  test.skipIf(!hasServer)(
    "names the settings of a replica that differ, before it trains, and before who is at work",
    async () => {
      const server = await startServer();
      try {
        const controller = new AbortController();
        const meeting = ["--nats", server.address, "--run", "one"];
        const out = freshOut();
        const first = run([...args(out), ...meeting], { signal: controller.signal });
        const connection = await connectNats(server.address);
        const exchange = jetStreamExchange(connection, { run: "one", elements: 50_890 });
        // It waits for the other, and tells how many the run has.
        const status = async () => (await run(["cluster", "status", "--nats", server.address])).stdout;
        const lines = "\nParle one: 1 of 2 replicas at work\n  replica-1: at work, no exchange yet\n";
        await expect.poll(status, { timeout: 30_000 }).toContain(lines);
        const differing = async (rule: string, ...more: readonly string[]): Promise<void> => {
          const { code, stderr } = await run([...args(freshOut()), ...meeting, ...more]);
          expect([code, stderr]).toEqual([
            2,
            expect.stringMatching(
              new RegExp(`^error: --run: is of other settings: ${rule}; replicas of a run have `, "m"),
            ),
          ]);
          expect(stderr).not.toContain("waiting");
        };
        const than = ", as that of the others of this run, got";
        await differing(`seed must be 3${than} 4`, "--seed", "4");
        await differing(`budget must be 4${than} 5`, "--budget", "5");
        await differing(`replicas must be 2${than} 3`, "--replicas", "3");
        await differing(`batchSize must be 50${than} 40`, "--set", "batchSize=40");
        await differing(`validation must be 100${than} 90`, "--set", "validation=90");
        await differing(`innerLearningRate must be 0\\.\\d+${than} 0\\.07`, "--set", "innerLearningRate=0.07");
        await differing(`dropout must be \\S+${than} 0\\.3`, "--dropout", "0.3");
        await differing(
          `seed must be 3${than} 4; batchSize must be 50, got 40`,
          "--seed",
          "4",
          "--set",
          "batchSize=40",
        );
        await differing(`innerSteps must be 5${than} 4`, "--set", "innerSteps=4");
        // Where both numbers are taken the settings come first.
        const second = await exchange.join(1);
        await differing(`batchSize must be 50${than} 40`, "--set", "batchSize=40");
        const third = await run([...args(freshOut()), ...meeting]);
        const taken = 'error: --run: each of its 2 replicas is at work, and a run takes no more, got "one"\n';
        expect([third.code, third.stderr]).toEqual([2, expect.stringContaining(taken)]);
        controller.abort("SIGINT");
        expect((await first).code).toBe(130);
        await second.leave();
        await connection.close();
      } finally {
        await server.stop();
      }
    },
  );

  test.skipIf(!hasServer)(
    "one of several machines says after a signal, and when resumed, by which command it goes on",
    async () => {
      const server = await startServer();
      try {
        const out = join(freshOut(), "with a blank");
        const own = [...args(out), "--nats", server.address, "--run", "one"];
        const connection = await connectNats(server.address);
        const other = await jetStreamExchange(connection, { run: "one", elements: 50_890 }).join(1);
        const controller = new AbortController();
        const printed: string[] = [];
        const stream = { write: (text: string) => printed.push(text) };
        const training = main(own, { stdout: stream, stderr: stream, signal: controller.signal });
        await expect.poll(async () => (await other.members()).some(({ version }) => version === 0)).toBe(true);
        controller.abort("SIGINT");
        expect(await training).toBe(130);
        const words = printed.join("");
        const command = `npx entropy-sgd ${own.map((word) => (word === out ? `'${out}'` : word)).join(" ")}`;
        const inOrder = [
          "replica-1 of 2: interrupted\n",
          "Of replica-1, which was interrupted, at the mean of the points",
          `\nWhat is done is kept: ${command} goes on\n`,
        ];
        const places = inOrder.map((line) => words.indexOf(line));
        expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
        expect(places).toEqual([...places].sort((a, b) => a - b));
        expect(words.endsWith(inOrder.at(-1)!)).toBe(true);
        const resumed = await run(["resume", out]);
        const rule = `is of the run one, which several machines train; on each the command that began it goes on, here: ${command}`;
        expect([resumed.code, resumed.stderr]).toEqual([2, `error: ${out}: ${rule}\n`]);
        await other.leave();
        await connection.close();
      } finally {
        await server.stop();
      }
    },
  );

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
      expect([back.code, back.stderr]).toEqual([
        0,
        expect.stringMatching(/1 of 2 replicas of one is there: replica-\d has ended; replica-\d, this one, goes on\n/),
      ]);
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

  test("names what a network may be where none is given, or its file is not there", async () => {
    const without = await run(["parle", "--budget", "1"]);
    const names = "mnistfc, .*, or a file: \\.onnx, ";
    const required = new RegExp(`^error: required option '--network <name>' not specified: ${names}`);
    expect([without.code, without.stderr]).toEqual([2, expect.stringMatching(required)]);
    for (const command of ["parle", "train"]) {
      const missing = await run([command, "--network", "none.onnx", "--budget", "1", "--out", freshOut()]);
      const rule = /^error: .*none\.onnx: missing: the network must be a file that is there, or one of mnistfc, .*\n$/;
      expect([missing.code, missing.stderr]).toEqual([2, expect.stringMatching(rule)]);
      const noData = await run([command, ...small, "--data", "nowhere", "--budget", "1", "--out", freshOut()]);
      const there = /^error: .*nowhere: there is no such folder or file\n$/;
      expect([noData.code, noData.stderr]).toEqual([2, expect.stringMatching(there)]);
    }
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
