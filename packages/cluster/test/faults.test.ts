/** What goes wrong between machines: members that die, messages that come twice, late or damaged, a server that forgets. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { JetStreamError, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { awaitMembers, exchangeMean, jetStreamExchange, type Member } from "entropy-sgd-cluster";
import { describe, expect, test } from "vitest";
import { insistent } from "../src/jetstream/insistent.ts";
import { encodeVector, type VectorHeader } from "../src/wire/chunks.ts";
import { hasServer } from "./natsServer.ts";
import { serverForTests } from "./serverForTests.ts";

describe.skipIf(!hasServer)("on JetStream", () => {
  const { server, connections, connected } = serverForTests();
  let runs = 0;
  const newRun = (): string => `faults-${runs++}`;
  const joined = async (run: string, replica: number, elements = 2): Promise<Member> =>
    // Leases of a second: long enough for a busy machine.
    jetStreamExchange(await connected(), { run, elements, heartbeat: 333 }).join(replica);
  /** A message that no member has sent. */
  const forged = async (subject: string, data: Uint8Array | string): Promise<void> => {
    await jetstream(connections[0]!).publish(subject, data);
  };

  test("a member that dies without leaving blocks the others for a lease at most, and its number can be taken again", async () => {
    const run = newRun();
    const one = await joined(run, 0);
    const two = await joined(run, 1);
    const both = [one, two].map((member, i) => exchangeMean(member, 0, new Float32Array([1 + 2 * i, 0])));
    for (const { mean, replicas } of await Promise.all(both)) expect([mean[0], replicas]).toEqual([2, [0, 1]]);
    // Dead: no more of it comes through.
    await connections.at(-1)!.close();
    const second = await exchangeMean(one, 1, new Float32Array([5, 5]));
    expect([second.replicas, second.mean[0]]).toEqual([[0], 5]);
    const again = await joined(run, 1);
    expect(await awaitMembers(one, 2)).toEqual([0, 1]);
    // Started anew, it may count from where its checkpoint was.
    await again.publish(0, new Float32Array([7, 7]));
    expect((await one.latest(1))?.vector[0]).toBe(7);
    expect((await one.at(1, 0))?.vector[0]).toBe(7);
    await Promise.all([one.leave(), again.leave()]);
  });

  test("a member that leaves after its lease has lapsed leaves that of the next", async () => {
    const run = newRun();
    // It renews nothing while the test runs.
    const slow = { run, elements: 2, heartbeat: 60_000 };
    const first = await jetStreamExchange(await connected(), slow).join(0);
    const manager = await jetstreamManager(connections[0]!);
    await manager.streams.purge(`parle_${run}_leases`);
    const second = await jetStreamExchange(await connected(), slow).join(0);
    await first.leave();
    await expect(jetStreamExchange(await connected(), slow).join(0)).rejects.toMatchObject({
      details: { code: "taken" },
    });
    await second.leave();
  });

  test("commits that come twice are told once, those that go back are refused", async () => {
    const run = newRun();
    const [one, two] = [await joined(run, 0), await joined(run, 1)];
    const subject = `parle.${run}.1.commit`;
    const sent: Uint8Array[] = [];
    const subscription = connections.at(-1)!.subscribe(subject, {
      callback: (_, { data }) => {
        sent.push(new Uint8Array(data));
      },
    });
    const commits = one.watch();
    for (const version of [0, 1]) await two.publish(version, new Float32Array([version, 0]));
    for (const data of [sent[1]!, sent[0]!, new TextEncoder().encode("{}"), sent[1]!]) await forged(subject, data);
    await two.publish(2, new Float32Array([2, 0]));
    const told = [await commits.next(), await commits.next(), await commits.next()];
    expect(told.map(({ value }) => value.version)).toEqual([0, 1, 2]);
    expect(one.refusals()).toEqual([
      { replica: 1, version: 0, reason: "version-went-back" },
      { replica: 1, version: null, reason: "unreadable" },
    ]);
    expect((await one.latest(1))?.vector[0]).toBe(2);
    subscription.unsubscribe();
    await Promise.all([one.leave(), two.leave()]);
  });

  test("damaged, late and foreign chunks are refused, and the exchange goes on", async () => {
    const run = newRun();
    const [one, two] = [await joined(run, 0), await joined(run, 1)];
    const header: VectorHeader = { run, replica: 1, version: 0, elements: 2, encoding: "float32" };
    const chunkOf = (change: Partial<VectorHeader>): Uint8Array =>
      encodeVector(new Float32Array([9, 9]), { ...header, ...change }).chunks[0]!;
    const damaged = chunkOf({});
    damaged[35]! ^= 1;
    const bad = [
      [damaged, "damaged"],
      [chunkOf({ run: "other", version: 1 }), "wrong-run"],
      [chunkOf({ version: 0 }), "missing"],
    ] as const;
    for (const [version, [chunk, reason]] of bad.entries()) {
      await two.publish(version, new Float32Array([1, 1]));
      await forged(`parle.${run}.1.${version % 2}.0`, chunk);
      expect(await one.latest(1)).toBeNull();
      expect(one.refusals().at(-1)).toEqual({ replica: 1, version, reason });
    }
    await two.publish(3, new Float32Array([4, 4]));
    const { mean, replicas } = await exchangeMean(one, 3, new Float32Array([2, 2]));
    expect([mean[0], replicas]).toEqual([3, [0, 1]]);
    await Promise.all([one.leave(), two.leave()]);
  });

  test("a pull whose server was silent is made again, other errors are thrown", async () => {
    const insist = insistent(await connected(), async () => {});
    let tries = 0;
    const pull = async (): Promise<string> => {
      if (tries++ < 2) throw new JetStreamError("heartbeats missed");
      return "piece";
    };
    expect([await insist(pull), tries]).toEqual(["piece", 3]);
    const failing = async (): Promise<never> => {
      throw new RangeError("bad");
    };
    await expect(insist(failing)).rejects.toThrow("bad");
  });

  test("an answer that was given is not kept until the connection is lost", async () => {
    const insist = insistent(await connected(), async () => {});
    const answered = async () => new WeakRef(await insist(async () => new Uint8Array(1_000)));
    const answers = [await answered(), await answered()];
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    // What was looked at stays until the turn ends.
    await new Promise((resolve) => setTimeout(resolve, 10));
    collect();
    expect(answers.map((answer) => answer.deref())).toEqual([undefined, undefined]);
  });

  test("a vector of another length is refused before it is fetched", async () => {
    const run = newRun();
    // Of an earlier run of that name: those who live at the same time are told when they join.
    const two = await joined(run, 1, 3);
    await two.publish(0, new Float32Array(3));
    await two.leave();
    const one = await joined(run, 0);
    expect(await one.latest(1)).toBeNull();
    expect(one.refusals()).toEqual([{ replica: 1, version: 0, reason: "wrong-length" }]);
    await one.leave();
  });

  test("a member of another training is refused when it joins; what one of two does not tell is not compared", async () => {
    const run = newRun();
    const joining = async (replica: number, settings: Record<string, string>) =>
      jetStreamExchange(await connected(), { run, elements: 2, heartbeat: 333, settings }).join(replica);
    const one = await joining(0, { seed: "1", data: "a1b2" });
    await expect(joining(1, { seed: "1", data: "c3" })).rejects.toMatchObject({
      message: "join: data must be a1b2, as that of the others of this run, got c3",
      details: { code: "other-settings" },
    });
    // Its lease is given back.
    const two = await joining(1, { seed: "1", network: "d4" });
    const three = await joined(run, 2);
    expect(await awaitMembers(one, 3)).toEqual([0, 1, 2]);
    await expect(joining(3, { seed: "a b" })).rejects.toThrow(
      'settings must be names and values of 1 to 64 letters, digits, ".", "_", "+" or "-", got "a b"',
    );
    await Promise.all([one, two, three].map((member) => member.leave()));
  });

  test.each([false, true])(
    "a server that comes back without its memory is told again (disk lost: %s)",
    async (loseDisk) => {
      const run = newRun();
      const members = [await joined(run, 0), await joined(run, 1)] as const;
      const meansOf = (version: number) =>
        Promise.all(members.map((member, i) => exchangeMean(member, version, new Float32Array([version, i]))));
      await meansOf(0);
      await server().restart({ loseDisk });
      // Shared before, asked for after.
      expect((await shared(members[0], 1))?.vector[1]).toBe(1);
      await awaitMembers(members[0], 2);
      for (const { mean, replicas } of await meansOf(1))
        expect([[...mean], replicas]).toEqual([
          [1, 0.5],
          [0, 1],
        ]);
      await Promise.all(members.map((member) => member.leave()));
    },
  );
});

/** The newest vector of a replica once there is one. */
async function shared(member: Member, replica: number) {
  for (;;) {
    const found = await member.latest(replica);
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
