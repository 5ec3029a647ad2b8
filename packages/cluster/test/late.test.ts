/** Replicas that join late, or come back behind the others: nobody waits for them, and they pull nobody back. */
import { type Exchange, exchangeMean, type Member, meanExchange } from "entropy-sgd-cluster";
import { describe, expect, test } from "vitest";
import { band, elements, lossOf, roundsToRest, start } from "./quadratic.ts";
import { runsForTests } from "./runsForTests.ts";
import { type Round, trainQuadratic } from "./trainQuadratic.ts";

const { backends } = runsForTests("late");

describe.each(backends)("an exchange %s", (_, open) => {
  const joined = async (exchange: () => Promise<Exchange>, replica: number): Promise<Member> =>
    (await exchange()).join(replica);
  const shareAll = (members: readonly Member[], version: number) =>
    Promise.all(members.map((member, i) => exchangeMean(member, version, new Float32Array([version + i]))));

  test("does not wait for a replica that begins after others, and gives it their mean", async () => {
    const exchange = open(1);
    const both = [await joined(exchange, 0), await joined(exchange, 1)];
    for (const version of [0, 1, 2, 3]) await shareAll(both, version);
    const late = await joined(exchange, 2);
    const { mean, ...rest } = await exchangeMean(late, 0, new Float32Array([1e6]));
    expect([mean[0], rest]).toEqual([3.5, { replicas: [0, 1], version: 3 }]);
    // It says nothing more.
    for (const version of [4, 5]) {
      const means = await shareAll(both, version);
      expect(means.map(({ mean, ...rest }) => [mean[0], rest])).toEqual(
        both.map(() => [version + 0.5, { replicas: [0, 1], version }]),
      );
    }
    await Promise.all([...both, late].map((member) => member.leave()));
  });

  test("takes nothing that an earlier run of this name has shared, and waits for those who have shared nothing yet", async () => {
    const exchange = open(1);
    const earlier = [await joined(exchange, 0), await joined(exchange, 1)];
    for (const version of [0, 1, 2]) await shareAll(earlier, version + 100);
    await Promise.all(earlier.map((member) => member.leave()));
    const [one, two] = [await joined(exchange, 0), await joined(exchange, 1)];
    expect(await one.members()).toEqual([0, 1].map((replica) => ({ replica, version: null })));
    const first = exchangeMean(one, 0, new Float32Array([1]));
    await expect.poll(() => one.members(), { interval: 5 }).toContainEqual({ replica: 0, version: 0 });
    expect(await Promise.all([first, exchangeMean(two, 0, new Float32Array([4]))])).toEqual(
      [0, 1].map(() => ({ mean: new Float32Array([2.5]), replicas: [0, 1], version: 0 })),
    );
    await Promise.all([one, two].map((member) => member.leave()));
  });

  test("lets a late replica take part once it is where the others are, and they stay there", async () => {
    const exchange = open(elements);
    const both = [await joined(exchange, 0), await joined(exchange, 1)];
    const lines: Round[][] = [[], [], []];
    const isOver = (): boolean => lines[2]!.filter(({ replicas }) => replicas.length === 3).length > roundsToRest;
    const train = async (member: Member): Promise<void> => {
      for await (const round of trainQuadratic(member, 1)) {
        lines[member.replica]!.push(round);
        if (isOver()) break;
      }
      await member.leave();
    };
    const training = both.map(train);
    while (lines[0]!.length <= roundsToRest) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all([...training, train(await joined(exchange, 2))]);
    const [one, two, late] = lines as [Round[], Round[], Round[]];
    expect(late.slice(0, 10).map(({ replicas }) => replicas.join())).toEqual(Array(10).fill("0,1"));
    expect(late[0]!.version).toBeGreaterThan(late[0]!.round);
    // Its start is far away, and was in no mean.
    expect(lossOf(start)).toBeGreaterThan(100 * band);
    for (const { loss } of [...one.slice(roundsToRest), ...two.slice(roundsToRest)]) expect(loss).toBeLessThan(band);
    expect(late.at(-1)!.loss).toBeLessThan(band);
  });

  test("a replica that follows goes on where the others come back behind it", async () => {
    const exchange = open(1);
    const earlier = [await joined(exchange, 0), await joined(exchange, 1)];
    for (const version of [18, 19, 20]) await shareAll(earlier, version);
    const late = await joined(exchange, 2);
    const exchangeOfLate = meanExchange(late);
    const follow = (version: number) => exchangeOfLate(version, new Float32Array([version]));
    for (const version of [12, 13, 14, 15, 16, 17, 18]) expect((await follow(version)).replicas).toEqual([0, 1]);
    await Promise.all(earlier.map((member) => member.leave()));
    const again = [await joined(exchange, 0), await joined(exchange, 1)];
    for (const version of [5, 6, 7]) {
      await Promise.all(again.map((member) => member.publish(version, new Float32Array([1]))));
    }
    for (const version of [19, 20, 21]) expect((await follow(version)).replicas).toEqual([0, 1]);
    // Its versions cannot go back to theirs: it is ahead of them, and takes part from there.
    expect((await follow(22)).replicas).toContain(2);
    // It has the steps that they lost, and they follow it, though they are two.
    for (const one of again) {
      const { mean: _, ...rest } = await exchangeMean(one, 8, new Float32Array([1]));
      expect(rest).toEqual({ replicas: [2], version: 22 });
    }
    await Promise.all([...again, late].map((member) => member.leave()));
  });

  test("waits for all where a run is resumed, also for one whose checkpoint is older", async () => {
    const exchange = open(1);
    const before = [await joined(exchange, 0), await joined(exchange, 1)];
    for (const version of [0, 1, 2, 3, 4, 5]) await shareAll(before, version);
    await Promise.all(before.map((member) => member.leave()));
    const [one, two] = [await joined(exchange, 0), await joined(exchange, 1)];
    const ahead = exchangeMean(two, 4, new Float32Array([40]));
    while ((await one.latest(1))?.version !== 4) await new Promise((resolve) => setTimeout(resolve, 5));
    const exchangeOfOne = meanExchange(one);
    const means = [];
    for (const version of [2, 3, 4]) {
      const { mean, ...rest } = await exchangeOfOne(version, new Float32Array([10 * version]));
      means.push([mean[0], rest]);
    }
    // What the other shares stays the same until both are there.
    const rest = (version: number) => ({ replicas: [0, 1], version });
    expect(means).toEqual([
      [30, rest(2)],
      [35, rest(3)],
      [40, rest(4)],
    ]);
    expect((await ahead).replicas).toEqual([0, 1]);
    await Promise.all([one, two].map((member) => member.leave()));
  });
});
