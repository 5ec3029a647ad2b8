/** What both backends promise. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { outerStep, parle, parleReplica } from "entropy-sgd";
import {
  awaitMembers,
  type Exchange,
  exchangeMean,
  inProcessExchange,
  jetStreamExchange,
  joinReplicas,
  type Member,
} from "entropy-sgd-cluster";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { bundled } from "./bundled.ts";
import { hasServer } from "./natsServer.ts";
import { serverForTests } from "./serverForTests.ts";

const { server, connections, connected } = serverForTests();
let runs = 0;

beforeAll(async () => {
  for (let i = 0; hasServer && i < 3; i++) await connected();
});

/** Members of one run, each through an exchange of its own where there are machines between them. */
type Join = (elements: number, replicas: readonly number[]) => Promise<Member[]>;

const inProcess: Join = (elements, replicas) => {
  const exchange = inProcessExchange({ elements });
  return Promise.all(replicas.map((replica) => exchange.join(replica)));
};
const throughServer: Join = (elements, replicas) => {
  const run = `run-${runs++}`;
  const exchange = (at: number): Exchange => jetStreamExchange(connections[at % 3]!, { run, elements });
  return Promise.all(replicas.map((replica, i) => exchange(i).join(replica)));
};

const backends: [string, Join][] = [
  ["in process", inProcess],
  ...(hasServer ? [["on JetStream", throughServer] as [string, Join]] : []),
];

const leaveAll = (members: readonly Member[]) => Promise.all(members.map((member) => member.leave()));

describe.each(backends)("an exchange %s", (_, join) => {
  test("gives the newest two vectors of each replica", async () => {
    const [one, two] = (await join(3, [0, 4])) as [Member, Member];
    expect(await two.latest(0)).toBeNull();
    for (const version of [5, 6, 7]) await one.publish(version, new Float32Array([version, 0.1, -0]));
    expect(await two.latest(0)).toEqual({ replica: 0, version: 7, vector: new Float32Array([7, 0.1, -0]) });
    expect((await two.at(0, 6))?.vector[0]).toBe(6);
    expect(await two.at(0, 5)).toBeNull();
    expect(await one.members()).toEqual([
      { replica: 0, version: 7, before: 6 },
      { replica: 4, version: null },
    ]);
    await leaveAll([one, two]);
  });

  test("does not share what is written to a vector after it was published", async () => {
    const [one, two] = (await join(1, [0, 1])) as [Member, Member];
    const vector = new Float32Array([1]);
    await one.publish(0, vector);
    vector[0] = 2;
    expect((await two.latest(0))?.vector[0]).toBe(1);
    await leaveAll([one, two]);
  });

  test("tells commits as they come, until the signal is aborted", async () => {
    const [one, two] = (await join(1, [0, 1])) as [Member, Member];
    const abort = new AbortController();
    const commits = two.watch(abort.signal);
    for (const version of [0, 1]) await one.publish(version, new Float32Array(1));
    expect([(await commits.next()).value, (await commits.next()).value]).toEqual([
      { replica: 0, version: 0 },
      { replica: 0, version: 1 },
    ]);
    const next = commits.next();
    abort.abort();
    expect((await next).done).toBe(true);
    await leaveAll([one, two]);
  });

  test("gives a replica's number to one member at a time", async () => {
    const [one] = (await join(1, [0])) as [Member];
    await expect(join(1, [3, 3])).rejects.toMatchObject({ name: "ClusterError", details: { code: "taken" } });
    await one.leave();
    await one.leave();
    await expect(one.publish(0, new Float32Array(1))).rejects.toMatchObject({ details: { code: "left" } });
    await expect(one.members()).rejects.toThrow("members: replica 0 has left the exchange");
  });

  test("refuses versions that do not grow, and vectors of another length", async () => {
    const [one] = (await join(2, [0])) as [Member];
    await one.publish(3, new Float32Array(2));
    await expect(one.publish(3, new Float32Array(2))).rejects.toThrow("publish: version must grow from 3, got 3");
    await expect(one.publish(4, new Float32Array(1))).rejects.toThrow("publish: vector must have 2 elements, got 1");
    await expect(one.publish(0.5, new Float32Array(2))).rejects.toThrow(RangeError);
    await one.leave();
  });

  test("leaves vectors out that are not finite, and says so", async () => {
    const members = await join(2, [0, 1, 2]);
    const vectors = [new Float32Array([1, 2]), new Float32Array([Number.NaN, 0]), new Float32Array([3, 8])];
    const means = await Promise.all(members.map((member, i) => exchangeMean(member, 0, vectors[i]!)));
    for (const { mean, replicas } of means)
      expect([[...mean], replicas]).toEqual([
        [2, 5],
        [0, 2],
      ]);
    expect(members[0]!.refusals()).toEqual([{ replica: 1, version: 0, reason: "not-finite" }]);
    await leaveAll(members);
  });

  test("does not wait for a replica that has left, and waits for one that is behind until it is aborted", async () => {
    const members = await join(1, [0, 1, 2]);
    await members[2]!.leave();
    await exchangeMean(members[0]!, 0, new Float32Array([1]), AbortSignal.timeout(300)).then(
      () => expect.unreachable(),
      (error: Error) => expect(error.name).toBe("TimeoutError"),
    );
    const both = [
      exchangeMean(members[0]!, 1, new Float32Array([1])),
      exchangeMean(members[1]!, 1, new Float32Array([2])),
    ];
    for (const { mean, replicas } of await Promise.all(both)) expect([mean[0], replicas]).toEqual([1.5, [0, 1]]);
    await leaveAll(members);
  });

  test("asks for the members once where it hears of all that it waits for", async () => {
    const members = await join(1, [0, 1, 2]);
    // Who has joined is known from then on, as to all who wait until the others have.
    await members[0]!.members();
    let asked = 0;
    const counted: Member = {
      ...members[0]!,
      members(signal) {
        asked += 1;
        return members[0]!.members(signal);
      },
    };
    // Without timers nobody looks again.
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      for (const version of [0, 1, 2]) {
        const first = exchangeMean(counted, version, new Float32Array([1]));
        for (const member of members.slice(1)) await member.publish(version, new Float32Array([version]));
        const { mean, replicas } = await first;
        expect([mean[0], replicas, asked]).toEqual([Math.fround((1 + 2 * version) / 3), [0, 1, 2], version + 1]);
      }
    } finally {
      vi.useRealTimers();
    }
    await leaveAll(members);
  });

  test("waits until as many replicas are there as were asked for", async () => {
    const members = await join(1, [2, 0]);
    expect(await awaitMembers(members[0]!, 2)).toEqual([0, 2]);
    await expect(awaitMembers(members[0]!, 3, AbortSignal.timeout(20))).rejects.toMatchObject({ name: "TimeoutError" });
    await leaveAll(members);
  });

  test("trains three replicas of Parle to the bits of all in one", async () => {
    const [elements, rounds] = [11, 6];
    const options = { scope: 0.1, innerSteps: 4, innerLearningRate: 0.3, noise: 1e-2, coupling: 0.5, seed: 3 };
    // Noisy quadratics: each replica has data of its own, by its own count of gradients.
    const gradient = (replica: number, count: number, x: Float32Array): Float32Array =>
      x.map((value, i) => (i + 1) * 0.2 * (value - 2) + Math.sin(7 * i + 13 * count + 31 * replica));
    const start = Float32Array.from({ length: elements }, (_, i) => 5 - i);

    const together = parle({ ...options, replicas: 3 });
    let whole = together.init(start);
    let turns = 0;
    for (let t = 0; t < rounds; t++)
      whole = outerStep(together, whole, (x) => gradient(turns % 3, Math.floor(turns++ / 3), x as Float32Array));

    const members = await join(elements, [0, 1, 2]);
    const points = await Promise.all(
      members.map(async (member, replica) => {
        const optimizer = parleReplica({ ...options, replica });
        let state = optimizer.init(start);
        for (let t = 0, count = 0; t < rounds; t++) {
          for (let step = 0; step < options.innerSteps; step++)
            state = optimizer.step(gradient(replica, count++, optimizer.gradientPoint(state) as Float32Array), state);
          const { mean } = await exchangeMean(member, t, optimizer.contribution(state) as Float32Array);
          state = optimizer.couple(mean, state);
        }
        return [optimizer.evalPoint(state), optimizer.gradientPoint(state)];
      }),
    );
    for (const [replica, [point, own]] of points.entries()) {
      expect(point).toEqual(together.evalPoint(whole));
      expect(own).toEqual(whole.replicas[replica]!.innerParams);
    }
    await leaveAll(members);
  });
});

/** Exchanges of one run. */
type Meet = () => Exchange;
const meetings: [string, () => Meet][] = [
  [
    "in process",
    () => {
      const exchange = inProcessExchange({ elements: 1 });
      return () => exchange;
    },
  ],
];
if (hasServer)
  meetings.push([
    "on JetStream",
    () => {
      const run = `run-${runs++}`;
      return () => jetStreamExchange(connections[0]!, { run, elements: 1 });
    },
  ]);

describe.each(meetings)("joining a run %s", (_, meeting) => {
  test("takes the first free number, waits for all, and refuses who is one too many", async () => {
    const meet = meeting();
    const told: number[] = [];
    const onJoin = ({ replica }: Member): unknown => told.push(replica);
    const joining = [joinReplicas(meet(), { count: 2, numbers: [1, 0], onJoin })];
    await expect.poll(() => told).toEqual([1]);
    joining.push(joinReplicas(meet(), { count: 2, numbers: [1, 0], onJoin }));
    const members = await Promise.all(joining);
    expect([members.map(({ replica }) => replica), told]).toEqual([
      [1, 0],
      [1, 0],
    ]);
    await expect(joinReplicas(meet(), { count: 2 })).rejects.toThrow(
      "joinReplicas: each of 2 replicas is held by another member",
    );
    await leaveAll(members);
  });

  test("leaves again when it is stopped while it waits", async () => {
    const meet = meeting();
    const stop = new AbortController();
    const onJoin = (): void => stop.abort(new Error("stopped"));
    await expect(joinReplicas(meet(), { count: 2, onJoin, signal: stop.signal })).rejects.toThrow("stopped");
    const member = await meet().join(0);
    expect(await member.members()).toEqual([{ replica: 0, version: null }]);
    await member.leave();
  });
});

test.skipIf(!hasServer)(
  "a member whose vectors have another length than the run's is told before anything is shared",
  async () => {
    const run = `run-${runs++}`;
    const one = await jetStreamExchange(connections[0]!, { run, elements: 970 }).join(0);
    const other = jetStreamExchange(connections[1]!, { run, elements: 12 });
    await expect(other.join(1)).rejects.toMatchObject({
      details: { code: "other-length" },
      message: "join: elements must be 970, as that of the others of this run, got 12",
    });
    expect(await one.members()).toEqual([{ replica: 0, version: null }]);
    await one.leave();
    const free = await other.join(1);
    await free.leave();
  },
);

test.skipIf(!hasServer)("an exchange of three replicas asks a server eleven questions", async () => {
  // Heartbeats longer than the test.
  const settings = { run: "questions", elements: 1, heartbeat: 60_000 };
  const members = await Promise.all([0, 1, 2].map((at) => jetStreamExchange(connections[at]!, settings).join(at)));
  const share = (version: number) =>
    Promise.all(members.map((member) => exchangeMean(member, version, new Float32Array([1]))));
  await share(0);
  // Without timers there are no heartbeats, and nobody looks again.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const before = connections[0]!.stats().outMsgs;
    await share(1);
    // A chunk and a commit; which leases live, and the lease and newest commit of each; a chunk of each of the others.
    expect(connections[0]!.stats().outMsgs - before).toBe(2 + 1 + 2 * 3 + 2);
  } finally {
    vi.useRealTimers();
  }
  await leaveAll(members);
});

test.skipIf(!hasServer)("a member over WebSocket takes part like one over TCP", async () => {
  const one = await jetStreamExchange(connections[0]!, { run: "web", elements: 200_000 }).join(0);
  const program = fileURLToPath(new URL("webSocketMember.ts", import.meta.url));
  const flags = ["--experimental-websocket", "--no-warnings"];
  const child = spawn(process.execPath, [...flags, bundled(program), server().webAddress, "web"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const printed = text(child.stdout);
  await awaitMembers(one, 2);
  const { mean, replicas } = await exchangeMean(one, 0, new Float32Array(200_000).fill(1));
  expect([mean[199_999], replicas]).toEqual([2, [0, 1]]);
  expect(JSON.parse(await printed)).toEqual([2, [0, 1]]);
  await one.leave();
});
