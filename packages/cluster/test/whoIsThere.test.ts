/** What a replica tells of the others: for whom it waits, who is not in a mean and why, and which settings differ. */
import {
  exchangeMean,
  jetStreamExchange,
  joinReplicas,
  type Member,
  missingFrom,
  type Waiting,
} from "entropy-sgd-cluster";
import { describe, expect, test } from "vitest";
import { hasServer } from "./natsServer.ts";
import { runsForTests } from "./runsForTests.ts";

// No lease lapses while a test runs.
const { connections, newRun, exchangeOn, backends } = runsForTests("there", 60_000);
const of = (value: number): Float32Array => new Float32Array([value]);

describe.each(backends)("on an exchange %s", (_, openRun) => {
  test("one that waits tells who is there, again when others have come", async () => {
    const open = openRun();
    const told: Waiting[] = [];
    const onWait = (waiting: Waiting): unknown => told.push(waiting);
    const first = joinReplicas(await open(), { count: 3, numbers: [2], onWait });
    await expect.poll(() => told).toEqual([{ replica: 2, there: [2], absent: [0, 1], ended: [] }]);
    const second = joinReplicas(await open(), { count: 3 });
    await expect.poll(() => told).toHaveLength(2);
    expect(told[1]).toEqual({ replica: 2, there: [0, 2], absent: [1], ended: [] });
    // The last to come waits for nobody.
    const last = await joinReplicas(await open(), { count: 3, onWait: () => expect.unreachable() });
    await Promise.all([await first, await second, last].map((member) => member.leave()));
    expect(told).toHaveLength(2);
  });

  test("those who are not in a mean are named, with the reason and the time since they were heard of", async () => {
    const open = openRun();
    const join = async (replica: number) => (await open()).join(replica);
    const [one, two, three] = [await join(0), await join(1), await join(2)];
    const share = (version: number, members = [one, two, three]) =>
      Promise.all(members.map((member) => exchangeMean(member, version, of(1))));
    const [whole] = await share(0);
    expect(missingFrom(one, 3, whole!)).toEqual([]);
    await two.leave({ hasEnded: true });
    await three.leave();
    const [alone] = await share(1, [one]);
    const seconds = expect.any(Number);
    expect(missingFrom(one, 4, alone!)).toEqual([
      { replica: 1, why: "ended", secondsAgo: seconds },
      { replica: 2, why: "silent", secondsAgo: seconds },
      { replica: 3, why: "silent", secondsAgo: null },
    ]);
    // Another with the number of one that has ended comes from behind.
    const late = await join(1);
    await late.publish(0, of(9));
    const [again] = await share(2, [one]);
    expect(missingFrom(one, 2, again!)).toEqual([{ replica: 1, why: "behind", secondsAgo: seconds }]);
    expect(missingFrom(one, 2, again!)[0]!.secondsAgo).toBeGreaterThanOrEqual(0);
    await Promise.all([one, late].map((member) => member.leave()));
  });

  test("one that dies before its first exchange has not ended as the one that had its number in an earlier run", async () => {
    const open = openRun();
    const joinBoth = async () => Promise.all([0, 1].map(async (replica) => (await open()).join(replica)));
    const earlier = await joinBoth();
    await Promise.all(earlier.map((member) => exchangeMean(member, 0, of(1))));
    await Promise.all(earlier.map((member) => member.leave({ hasEnded: true })));
    const [one, two] = (await joinBoth()) as [Member, Member];
    expect([await one.hasEnded(1), await one.members()]).toMatchObject([true, [{ version: null }, { version: null }]]);
    await two.leave();
    const why = async (version: number): Promise<unknown> =>
      missingFrom(one, 2, await exchangeMean(one, version, of(1))).map((absent) => absent.why);
    expect(await why(0)).toEqual(["silent"]);
    // One that comes back when all was done has ended, though it has shared nothing.
    const back = await (await open()).join(1);
    await one.members();
    await back.leave({ hasEnded: true });
    expect(await why(1)).toEqual(["ended"]);
    await one.leave();
  });
});

describe.skipIf(!hasServer)("details", () => {
  const opened = (details: object): unknown =>
    jetStreamExchange(connections[0]!, { run: "told", elements: 1, details: details as Record<string, string> });

  test("are strings, and as many as a lease holds", async () => {
    await exchangeOn("told");
    // {"a":"…"} is eight bytes; a blank is \u0020.
    for (const value of ["x".repeat(16_376), "é".repeat(8_188), " ".repeat(2_729)])
      expect(opened({ a: value })).toMatchObject({ elements: 1 });
    for (const value of ["x".repeat(16_377), "é".repeat(8_189), " ".repeat(2_730)])
      expect(() => opened({ a: value })).toThrow(RangeError);
    expect(() => opened({ a: "x".repeat(16_377) })).toThrow(
      /^jetStreamExchange: details must have at most 16384 bytes as JSON, got 16385$/,
    );
    expect(() => opened({ scope: 3 })).toThrow(TypeError);
    expect(() => opened({ scope: 3 })).toThrow(/^jetStreamExchange: details: scope must be a string, got 3$/);
    const settings = { seed: 3 as unknown as string };
    expect(() => jetStreamExchange(connections[0]!, { run: "told", elements: 1, settings })).toThrow(
      /^jetStreamExchange: settings: seed must be a string, got 3$/,
    );
  });
});

describe.skipIf(!hasServer)("one of other settings is told which, with both values,", () => {
  const settings = { seed: "3", optimizer: "0a1b" };
  const details = { seed: "3", innerLearningRate: "0.1", scope: "geometricScope(0.01, 1e-3)" };
  const opened = (run: string, own: object) => jetStreamExchange(connections[0]!, { run, elements: 1, ...own });

  test.each([
    [{ settings: { ...settings, seed: "4" } }, "seed must be 3, as that of the others of this run, got 4"],
    [{ settings: { ...settings, optimizer: "ffff" } }, "optimizer must be 0a1b, as that of the others of this run"],
    [
      { settings: { seed: "4", optimizer: "ffff" }, details: { seed: "4", innerLearningRate: "0.2", noise: "0" } },
      "seed must be 3, as that of the others of this run, got 4; innerLearningRate must be 0.1, got 0.2; " +
        "scope must be geometricScope(0.01, 1e-3), got none; noise must be none, got 0",
    ],
  ])("also where each number is taken (%#)", async (own, message) => {
    const run = newRun();
    await exchangeOn(run);
    const one = await opened(run, { settings, details }).join(0);
    const refused = async (replica: number) =>
      await expect(opened(run, own).join(replica)).rejects.toMatchObject({
        details: { code: "other-settings" },
        message: expect.stringContaining(`join: ${message}`),
      });
    for (const replica of [0, 1]) await refused(replica);
    await expect(opened(run, { settings, details }).join(0)).rejects.toMatchObject({ details: { code: "taken" } });
    // What is not compared is not told apart: a page tells no details.
    const page = await opened(run, { settings: { seed: "3" } }).join(1);
    await Promise.all([one, page].map((member) => member.leave()));
  });
});
