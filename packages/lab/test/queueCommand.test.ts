/** Experiments whose runs workers train: `--nats` and `entropy-sgd worker`. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Json, jetStreamExchange, jetStreamQueue } from "entropy-sgd-cluster";
import { connectNats } from "entropy-sgd-cluster/node";
import { beforeAll, describe, expect, test } from "vitest";
import { hasServer } from "../../cluster/test/natsServer.ts";
import { main } from "../src/commands/main.ts";
import { type RunFile, sentFilesOf } from "../src/experiments/placeRun.ts";
import { pieceId, pieceIn, pieceJson } from "../src/experiments/queue/piece.ts";
import { readRun } from "../src/runs/readRun.ts";
import { dataFolder, freshOut, inMemory, run, small } from "./commandRunner.ts";
import { runNames, weightsIn, withWorkers } from "./queueWorkers.ts";
import { settingsOf } from "./runsOnDisk.ts";
import { writeSmallImages } from "./smallImages.ts";
import { untimed } from "./untimed.ts";

const compared = (out: string, ...more: string[]): string[] => [
  ...["compare", ...small, "--data", dataFolder(), "--optimizers", "sgd,adam", "--seeds", "1", "--budget", "2"],
  ...["--threads", "1", "--out", out, "--json", ...more],
];

const moduleOf = (width: number): string => `import { relu } from "onnx-grad";
import { layers } from "onnx-grad/layers";
export default ({ inputShape, outputShape }) => ({
  inputShape,
  outputShape,
  define: () => (context, x) =>
    layers.dense(context, "out", relu(layers.dense(context, "hidden", layers.flatten(x), ${width})), outputShape[0]),
});
`;

test("a piece is what was planned, and has the name of its training on its data", () => {
  const settings = settingsOf([], "sgd");
  const piece = { settings, dataChecksum: "a1", folder: null };
  expect(pieceIn(pieceJson(piece))).toEqual(piece);
  const id = pieceId({ name: "sgd-1" }, piece);
  expect(id).toMatch(/^sgd-1-[0-9a-f]{16}$/);
  // Where the data are, and with how many threads, makes no other training.
  expect(pieceId({ name: "sgd-1" }, { ...piece, settings: { ...settings, data: "/elsewhere", threads: 3 } })).toBe(id);
  for (const other of [{ dataChecksum: "b2" }, { folder: "x/sgd-1" }, { settings: { ...settings, seed: 9 } }])
    expect(pieceId({ name: "sgd-1" }, { ...piece, ...other })).not.toBe(id);
  const json = pieceJson(piece) as Readonly<Record<string, Json>>;
  expect(() => pieceIn({ ...json, version: 2 })).toThrow("the work is of version 2, this worker of 1");
  expect(() => pieceIn({ ...json, settings: { network: 3 } })).toThrow("the work: ");
  for (const malformed of [null, 1, {}, { ...json, folder: "../x" }, { ...json, folder: "/x" }, { ...json, more: 1 }])
    expect(() => pieceIn(malformed)).toThrow("the work is malformed: ");
});

// Each run is a process, which takes its time to begin where others compute.
describe.skipIf(!hasServer)("experiments on a queue", { timeout: 300_000 }, () => {
  const { newQueue, worker, address } = withWorkers();
  const local = freshOut();
  let table: string;
  beforeAll(async () => {
    table = (await run(compared(local))).stdout;
  }, 300_000);

  test("a comparison is the local one, bit for bit; on the worker its runs stay", async () => {
    const [queue, out, own] = [newQueue(), freshOut(), freshOut()];
    const one = worker(...queue, "--out", own, "--threads", "1");
    const found = await run(compared(out, ...queue));
    expect([found.code, found.stderr]).toEqual([0, expect.stringMatching(/\[1\/2\] sgd-1 begins on /)]);
    expect(found.stderr).toMatch(/\[2\/2\] adam-1 epoch 3\.3: /);
    expect(untimed(found.stdout)).toEqual(untimed(table));
    expect(weightsIn(out)).toEqual(weightsIn(local));
    expect(readdirSync(out).sort()).toEqual(readdirSync(local).sort());
    for (const name of runNames) {
      const [here, there] = [out, local].map((folder) => readRun(join(folder, name)));
      expect(here!.settings).toEqual(there!.settings);
      expect(here!.seal).toEqual({ sealed: true, edits: [] });
    }
    const status = await run(["cluster", "status", "--nats", address()]);
    expect([status.code, status.stdout]).toEqual([
      0,
      expect.stringMatching(
        /^NATS server .*\nQueue queue-\d+: 0 runs waiting, 0 at work, 0 ended .*\n {2}worker .*: free\n/,
      ),
    ]);
    expect([await one.stop(), one.written.stderr]).toEqual([143, expect.stringMatching(/adam-1-[0-9a-f]{16} ended/)]);
    expect(readdirSync(own)).toHaveLength(2);
  });

  test("workers of one machine may have one folder, and the same run of two queues, which one of them trains", async () => {
    const own = freshOut();
    const [first, second] = [newQueue(), newQueue()];
    const planned = (queue: readonly string[], budget: string) => {
      const { context, written } = inMemory();
      const out = freshOut();
      const args = ["compare", ...small, "--data", dataFolder(), "--optimizers", "sgd", "--seeds", "1"];
      const code = main([...args, "--budget", budget, "--threads", "1", "--out", out, ...queue], context);
      return { code, written, out };
    };
    const says = ({ written }: { readonly written: { readonly stderr: string } }, words: RegExp) =>
      expect.poll(() => written.stderr, { timeout: 200_000 }).toMatch(words);
    const removed = (queue: readonly string[]) => run(["cluster", "remove", ...queue, "--yes"]);
    const one = worker(...first, "--out", own, "--threads", "1");
    // So long that it is at work until it is removed.
    const long = planned(first, "100000");
    await says(long, /sgd-1 epoch /);
    const [other, waits] = [worker(...second, "--out", own, "--threads", "1"), planned(second, "100000")];
    await says(waits, /sgd-1 declined by \S+: \S+: in use by process \d+ since /);
    // What the other trains is not its own.
    expect(other.written.stderr + waits.written.stderr).not.toMatch(/ begins| epoch /);
    await other.stop();
    await removed(first);
    expect(await long.code).toBe(1);
    await says(one, /sgd-1-\S+ stopped: it was removed from the queue; what is done is kept in /);
    const next = worker(...second, "--out", own, "--threads", "1");
    await says(next, /sgd-1-\S+ goes on from a checkpoint\n/);
    await removed(second);
    expect(await waits.code).toBe(1);
    // What one has trained the other gives to its queue too.
    const results = [planned(first, "2")];
    expect(await results[0]!.code).toBe(0);
    results.push(planned(second, "2"));
    expect(await results[1]!.code).toBe(0);
    for (const { out } of results) expect(weightsIn(out, ["sgd-1"])).toEqual(weightsIn(local, ["sgd-1"]));
    expect(readRun(join(results[1]!.out, "sgd-1")).resumes).toHaveLength(1);
    await Promise.all([one.stop(), next.stop()]);
    expect(next.written.stderr).not.toContain(" begins");
  });

  test("a worker that asks for another heartbeat than the queue's is refused in one line", async () => {
    const queue = newQueue();
    worker(...queue, "--out", freshOut());
    const status = async (): Promise<string> => (await run(["cluster", "status", "--nats", address()])).stdout;
    await expect.poll(status).toMatch(new RegExp(`Queue ${queue.at(-1)}: .*\\n {2}worker .*: free\\n`));
    const { code, stderr } = await run(["worker", ...queue, "--heartbeat", "9", "--out", freshOut()]);
    const rule = "must be 300 ms (0.3 s), that of the workers of this queue, or absent, got 9000 ms (9 s)";
    expect([code, stderr]).toEqual([2, expect.stringContaining(`\nerror: --heartbeat: ${rule}\n`)]);
  });

  test("a planner that was stopped goes on watching by resume; what has ended is not trained again", async () => {
    const [queue, out, own] = [newQueue(), freshOut(), freshOut()];
    const stopped = await run(compared(out, ...queue), { stopAt: "2 runs on the queue" });
    expect([stopped.code, stopped.stderr]).toEqual([
      130,
      expect.stringContaining(
        `npx entropy-sgd resume ${out} ${queue.join(" ")} goes on watching, npx entropy-sgd cluster remove RUN ${queue.join(" ")} --yes takes a run off it\n`,
      ),
    ]);
    const one = worker(...queue, "--out", own, "--threads", "1");
    // What somebody has put into a run's folder stays there.
    await expect.poll(() => readdirSync(own).length).toBeGreaterThan(0);
    writeFileSync(join(own, readdirSync(own)[0]!, "notes (1).txt"), "slow");
    await expect.poll(() => one.written.stderr.match(/ ended\n/g)?.length, { timeout: 200_000 }).toBe(2);
    await one.stop();
    // Nobody works any more: the results wait on the queue.
    const resumed = await run(["resume", out, ...queue, "--json"]);
    expect(resumed.code).toBe(0);
    expect(untimed(resumed.stdout)).toEqual(untimed(table));
    expect(weightsIn(out)).toEqual(weightsIn(local));
    const again = await run(["resume", out, ...queue, "--json"]);
    expect([again.code, again.stderr.match(/ended before/g)?.length]).toEqual([0, 2]);
  });

  test("a worker declines data that are not those of the experiment, and the planner says so; another does it", async () => {
    const [queue, out, others] = [newQueue(), freshOut(), freshOut()];
    writeSmallImages(others, { noisy: true });
    worker(...queue, "--out", freshOut(), "--data", others);
    const { context, written } = inMemory();
    const planner = main(compared(out, ...queue), context);
    await expect.poll(() => written.stderr, { timeout: 200_000 }).toMatch(/the worker on the queue .* has declined/);
    worker(...queue, "--out", freshOut(), "--threads", "1");
    expect(await planner).toBe(0);
    const declined = written.stderr.match(
      /sgd-1 declined by .*: .*the data must be those the run began with, SHA-256/g,
    );
    expect(declined).toHaveLength(1);
    expect(weightsIn(out)).toEqual(weightsIn(local));
    // One that declines begins nothing: the other's is the first attempt, however often the run was given to it before.
    expect(written.stderr.match(/ begins on .*/g)).toEqual([
      expect.not.stringContaining("attempt"),
      expect.not.stringContaining("attempt"),
    ]);
  });

  test("a worker whose shared folder is not the planner's is told so, before it trains or after", async () => {
    const [queue, shared, others] = [newQueue(), freshOut(), freshOut()];
    for (const folder of [shared, others]) mkdirSync(folder);
    const one = worker(...queue, "--shared", others, "--out", freshOut(), "--threads", "1");
    const { context, written } = inMemory();
    const planner = main(compared(join(shared, "rates"), ...queue, "--shared", shared), context);
    const rule = `--shared of planner and worker must be the same folder, this worker's is ${others}`;
    const declines = `: rates, which the planner has in its --shared, is not there: ${rule}\n`;
    await expect.poll(() => written.stderr, { timeout: 200_000 }).toContain(declines);
    await one.stop();
    // By chance one of that name is.
    mkdirSync(join(others, "rates"));
    const two = worker(...queue, "--shared", others, "--out", freshOut(), "--threads", "1");
    expect(await planner).toBe(1);
    await two.stop();
    expect(written.stderr).toContain(
      `sgd-1: failed: what came back of it is refused: a worker has trained it in rates/sgd-1 in its --shared, and ` +
        `${join(shared, "rates", "sgd-1")} holds no whole run: --shared of both must be the same folder, here it is ${shared}, 3 times in a row\n`,
    );
  });

  test("a sweep says that the queue's workers train its runs, not how many go on here", async () => {
    const [queue, out, file] = [newQueue(), freshOut(), join(freshOut(), "rates.json")];
    mkdirSync(dirname(file));
    const content = { network: "small-mnistfc", budget: 1, optimizer: "sgd", seeds: 4, data: dataFolder() };
    writeFileSync(file, JSON.stringify({ ...content, parameters: {}, set: { batchSize: 50, validation: 100 } }));
    const { code, stderr } = await run(["sweep", file, "--out", out, ...queue], { stopAt: "4 runs on the queue" });
    const how = `4 runs, trained by the workers of the queue ${queue[3]}, in ${out}\n`;
    expect([code, stderr]).toEqual([130, expect.stringContaining(how)]);
    expect(stderr).not.toContain("at a time");
  });

  test("a module is executed by a worker only that allows it, and is the one of the experiment", async () => {
    const [queue, out, folder, models] = [newQueue(), freshOut(), freshOut(), freshOut()];
    for (const place of [folder, models]) mkdirSync(place);
    const net = join(folder, "net.mjs");
    writeFileSync(net, moduleOf(8));
    writeFileSync(join(models, "net.mjs"), moduleOf(9));
    worker(...queue, "--out", freshOut());
    const { context, written } = inMemory();
    const args = ["compare", "--network", net, ...small.slice(2), "--data", dataFolder(), "--optimizers", "sgd"];
    const planner = main([...args, "--seeds", "1", "--budget", "1", "--out", out, ...queue], context);
    const says = (words: RegExp) => expect.poll(() => written.stderr, { timeout: 200_000 }).toMatch(words);
    await says(/sgd-1 declined by .*: needs --allow-modules: its network is a module, which would be executed/);
    worker(...queue, "--out", freshOut(), "--allow-modules", "--models", models);
    await says(/sgd-1 declined by .*net\.mjs: the network must be the one the run began with, SHA-256/);
    worker(...queue, "--out", freshOut(), "--allow-modules");
    expect(await planner).toBe(0);
    expect(readRun(join(out, "sgd-1")).settings.networkFile).toBe(net);
  });

  test("replicas of Parle stand in the status of the server", async () => {
    const connection = await connectNats(address());
    const status = async (...more: string[]) => (await run(["cluster", "status", "--nats", address(), ...more])).stdout;
    const settings = { seed: "3", replicas: "3" };
    const place = jetStreamExchange(connection, { run: "one", elements: 2, settings });
    const [member, other] = [await place.join(1), await place.join(0)];
    await member.publish(4, Float32Array.of(1, 2));
    const second = "  replica-2: at work, newest exchange: 5\n";
    expect(await status()).toContain(
      `Parle one: 2 of 3 replicas at work\n  replica-1: at work, no exchange yet\n${second}`,
    );
    await other.leave();
    expect(await status()).toContain(`Parle one: 1 of 3 replicas at work\n${second}`);
    const replica = { replica: 1, hasEnded: false, version: 4 };
    expect(JSON.parse(await status("--json")).runs).toEqual([
      { run: "one", settings, replicas: [{ ...replica, living: true }] },
    ]);
    await member.leave();
    // Nobody is there who would tell how many the run has.
    expect(await status()).toContain(
      "Parle one: 0 at work of 1 replica that joined\n  replica-2: gone, newest exchange: 5\n",
    );
    expect(JSON.parse(await status("--json")).runs).toEqual([
      { run: "one", settings: {}, replicas: [{ ...replica, living: false }] },
    ]);
    await connection.close();
  });

  test("a run that nobody can read ends as a failure of its own, and the worker goes on", async () => {
    const queue = newQueue();
    const connection = await connectNats(address());
    const own = jetStreamQueue(connection, { name: queue.at(-1)! });
    await own.enqueue("bad", { version: 1 });
    worker(...queue, "--out", freshOut(), "--threads", "1");
    const stop = new AbortController();
    for await (const event of own.follow(stop.signal)) {
      expect(event).toEqual({ kind: "failure", id: "bad", message: expect.stringContaining("the work is malformed") });
      stop.abort();
    }
    await connection.close();
    const out = freshOut();
    const { code } = await run(compared(out, ...queue));
    expect([code, weightsIn(out)]).toEqual([0, weightsIn(local)]);
  });

  test("what comes back as no whole run is refused with the reason, forgotten, and trained anew", async () => {
    const [queue, out] = [newQueue(), freshOut()];
    const connection = await connectNats(address());
    // With the heartbeat of the worker that comes after it.
    const own = jetStreamQueue(connection, { name: queue.at(-1)!, heartbeat: 300 });
    const whole = join(local, "sgd-1");
    const files = sentFilesOf(whole).map((path): RunFile => ({ path, bytes: readFileSync(join(whole, path)) }));
    /** The run's files, of which one is other bytes. */
    const withOther = (name: string, other: (bytes: Uint8Array) => Uint8Array): RunFile[] =>
      files.map(({ path, bytes }) => ({ path, bytes: path === name ? other(bytes) : bytes }));
    const flipped = (bytes: Uint8Array): Uint8Array =>
      bytes.map((byte, i) => (i === bytes.length - 9 ? byte ^ 1 : byte));
    const wrongs: [readonly RunFile[], RegExp][] = [
      [withOther("weights.safetensors", flipped), /weights\.safetensors: .*seal\.json/],
      [withOther("events.jsonl", () => new TextEncoder().encode("[]\n")), /events\.jsonl:1: malformed event/],
      [
        [...files, { path: "config.json/more", bytes: new Uint8Array(1) }],
        /config\.json\/more: cannot be written beside/,
      ],
      [
        [...files, { path: "network/model.onnx", bytes: new Uint8Array(1) }],
        /network\/model\.onnx: is none of the files/,
      ],
      [[], /its files are not on the queue/],
    ];
    let sent = 0;
    const stop = new AbortController();
    const working = own.work(async ({ send }) => {
      if (sent === wrongs.length) stop.abort();
      stop.signal.throwIfAborted();
      for (const { path, bytes } of wrongs[sent++]![0]) await send(path, bytes);
      return null;
    }, stop.signal);
    // Three of them are a failure of the run, and end the command; given again it trains.
    const args = ["compare", ...small, "--data", dataFolder(), "--optimizers", "sgd", "--seeds", "1", "--budget", "2"];
    const first = await run([...args, "--threads", "1", "--out", out, ...queue]);
    expect([first.code, sent]).toEqual([1, 3]);
    const again = main(["resume", out, ...queue], inMemory().context);
    await working;
    worker(...queue, "--out", freshOut(), "--threads", "1");
    expect(await again).toBe(0);
    for (const [, why] of wrongs.slice(0, 3)) expect(first.stderr).toMatch(why);
    expect(first.stderr).toMatch(/failed: what came back of it is refused: .*, 3 times in a row\n/);
    expect(weightsIn(out, ["sgd-1"])).toEqual(weightsIn(local, ["sgd-1"]));
    expect(await own.status()).toMatchObject({ waiting: 0, ended: 0 });
    await connection.close();
  });

  test("a server without JetStream is refused in one line", async () => {
    const folder = freshOut();
    mkdirSync(folder);
    const child = spawn("nats-server", ["-a", "127.0.0.1", "-p", "-1", "--ports_file_dir", folder], {
      stdio: "ignore",
    });
    try {
      const file = join(folder, `nats-server_${child.pid}.ports`);
      await expect.poll(() => existsSync(file) && readFileSync(file, "utf8").trimEnd().endsWith("}")).toBe(true);
      const [plain] = (JSON.parse(readFileSync(file, "utf8")) as { nats: string[] }).nats;
      for (const command of [
        ["cluster", "status"],
        ["worker", "--out", freshOut()],
      ]) {
        const { code, stderr } = await run([...command, "--nats", plain!]);
        const rule = "error: --nats: the server there has no JetStream: nats-server -js";
        expect([code, stderr]).toEqual([2, expect.stringContaining(rule)]);
      }
    } finally {
      child.kill("SIGKILL");
    }
  });

  test.each([
    [["worker", "--nats", "nats://127.0.0.1:1"], /^error: --nats: no server answers there/],
    [["cluster", "status", "--nats", "nats://127.0.0.1:1"], /^error: --nats: no server answers there/],
    [
      ["worker", "--nats", "nats://127.0.0.1:1", "--shared", "nowhere"],
      /^error: --shared: must be a folder that is there/,
    ],
    [
      ["worker", "--nats", "nats://127.0.0.1:1", "--data", "nowhere"],
      /^error: --data: must be a folder or file that is there, got "?nowhere/,
    ],
    [
      ["worker", "--nats", "http://127.0.0.1:1"],
      /^error: --nats: must be nats:\/\/host:port, or tls:\/\/host:port, got "?http:/,
    ],
    [["worker", "--nats", "nats://127.0.0.1:1", "--queue", "a b"], /It must be 1 to 64 letters, digits, _ or -/],
    [["worker"], /required option '--nats <address>'/],
  ])("%j", async (args, message) => {
    const { code, stderr } = await run([...args, ...(args[0] === "worker" ? ["--out", freshOut()] : [])]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  });
});
