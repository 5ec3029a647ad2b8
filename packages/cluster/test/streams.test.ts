/** When streams are made: by several connections at the same moment, and again only where they are lost. */
import { jetstreamManager } from "@nats-io/jetstream";
import { errors } from "@nats-io/nats-core";
import { expect, test } from "vitest";
import { jetStreamExchange, jetStreamQueue } from "../src/index.ts";
import { openStreams, type Streams, storeAfter } from "../src/jetstream/streams.ts";
import { hasServer } from "./natsServer.ts";
import { serverForTests } from "./serverForTests.ts";

const { server, connected } = serverForTests();

test.runIf(hasServer)("replicas that are the first of their run at once share its streams", async () => {
  const connections = await Promise.all(Array.from({ length: 6 }, connected));
  for (let run = 0; run < 20; run++) {
    const joining = connections.map((one, replica) =>
      jetStreamExchange(one, { run: `run-${run}`, elements: 1 }).join(replica),
    );
    const members = await Promise.all(joining);
    expect((await members[0]!.members()).map(({ replica }) => replica)).toEqual([0, 1, 2, 3, 4, 5]);
    await Promise.all(members.map((member) => member.leave()));
  }
});

test.runIf(hasServer)("a stream of others that has the run's subjects is an error", async () => {
  const connection = await connected();
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: "others", subjects: ["parle.foreign.>"] });
  await expect(jetStreamExchange(connection, { run: "foreign", elements: 1 }).join(0)).rejects.toThrow(
    "subjects overlap with an existing stream",
  );
});

test.runIf(hasServer)("a stream that outlives its server is not made again, one that does not is", async () => {
  const connection = await connected();
  const ask = connection.request.bind(connection);
  const made: string[] = [];
  connection.request = (subject, ...rest) => {
    if (subject.includes("STREAM.CREATE")) made.push(subject.split(".").at(-1)!);
    return ask(subject, ...rest);
  };
  const streams = await openStreams(connection, [
    { name: "lasting", subjects: ["lasting.*"], storage: "file" },
    { name: "passing", subjects: ["passing.*"], storage: "memory" },
  ]);
  const stored = () =>
    streams.insist(async () => [await streams.store("lasting.a", "1"), await streams.store("passing.a", "1")]);
  expect(await stored()).toEqual([1, 1]);
  const first = streams.created("lasting");
  expect(made.sort()).toEqual(["lasting", "passing"]);
  await server().restart();
  expect(await stored()).toEqual([2, 1]);
  expect([made.slice(2), streams.created("lasting")]).toEqual([["passing"], first]);
  await server().restart({ loseDisk: true });
  expect(await stored()).toEqual([1, 1]);
  expect(made.slice(3).sort()).toEqual(["lasting", "passing"]);
  expect(streams.created("lasting")).not.toBe(first);
});

test.runIf(hasServer)(
  "a queue or a run with other settings than it has on the server is refused by what differs",
  async () => {
    const [one, two] = [await connected(), await connected()];
    await jetStreamQueue(one, { name: "kept", keep: 60_000 }).enqueue("a", 1);
    await expect(jetStreamQueue(two, { name: "kept", keep: 90_000 }).enqueue("b", 1)).rejects.toMatchObject({
      message:
        "server: stream queue_kept_told is there with max_age 60000 ms, not 90000 ms; who shares it has the same settings, or another name",
      details: { code: "other-settings" },
    });
    await jetStreamExchange(one, { run: "slow", elements: 1, heartbeat: 2_000 }).join(0);
    await expect(jetStreamExchange(two, { run: "slow", elements: 1, heartbeat: 1_000 }).join(1)).rejects.toThrow(
      "stream parle_slow_leases is there with max_age 6000 ms, not 3000 ms, duplicate_window 6000 ms, not 3000 ms;",
    );
  },
);

test.runIf(hasServer)("actions that find no answer together have their streams asked for once", async () => {
  const connection = await connected();
  const streams = await openStreams(connection, [{ name: "common", subjects: ["common.*"] }]);
  await streams.insist(() => streams.store("common.a", "1"));
  const ask = connection.request.bind(connection);
  const asked: string[] = [];
  connection.request = (subject, ...rest) => {
    asked.push(subject);
    return ask(subject, ...rest);
  };
  const actions = Array.from({ length: 50 }, () => {
    let tries = 0;
    return streams.insist(async () => {
      if (++tries === 1) throw new errors.TimeoutError();
      return tries;
    });
  });
  expect(await Promise.all(actions)).toEqual(Array(50).fill(2));
  expect(asked).toEqual(["$JS.API.STREAM.INFO.common"]);
});

test.each([
  { haveCopies: true, stored: 5, tries: 1, answer: null },
  { haveCopies: true, stored: null, tries: 2, answer: 6 },
  { haveCopies: false, stored: 5, tries: 2, answer: 6 },
])(
  "what had no answer is stored again by $tries tries where several servers keep it ($haveCopies) and hold $stored",
  async ({ haveCopies, stored, tries, answer }) => {
    let numTries = 0;
    const streams: Pick<Streams, "haveCopies" | "insist" | "newest" | "store"> = {
      haveCopies,
      // As `insistent`: once more where there was no answer.
      insist: (action) => action().catch(action),
      newest: async (_, subject) => (stored === null ? null : { seq: stored, subject, data: new Uint8Array() }),
      async store() {
        if (++numTries === 1) throw new errors.TimeoutError();
        return 6;
      },
    };
    expect(await storeAfter(streams as Streams, "stream", 0, "subject", "data", undefined)).toBe(answer);
    expect(numTries).toBe(tries);
  },
);
