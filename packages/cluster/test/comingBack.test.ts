/** Replicas that come back to their run after a kill: as which replica, and for whom they wait. */
import { setTimeout as delay } from "node:timers/promises";
import { exchangeMean, joinReplicas, type Member, type Waiting } from "entropy-sgd-cluster";
import { describe, expect, test } from "vitest";
import { hasServer } from "./natsServer.ts";
import { runsForTests } from "./runsForTests.ts";

// Leases of a second: long enough for a busy machine.
const { connections, newRun, exchangeOn, backends } = runsForTests("back", 333);

const shareAll = (members: readonly Member[], version: number) =>
  Promise.all(members.map((member) => exchangeMean(member, version, new Float32Array([member.replica]))));

describe.each(backends)("an exchange %s", (_, openRun) => {
  test("one that comes back goes on alone where the others have ended, one that begins waits for all", async () => {
    const open = openRun();
    const [one, two] = [await (await open()).join(0), await (await open()).join(1)];
    for (const version of [0, 1]) await shareAll([one, two], version);
    await one.leave();
    await two.leave({ hasEnded: true });
    const back = await joinReplicas(await open(), { count: 2, begunAs: 0 });
    expect([back.replica, await back.hasEnded(0), await back.hasEnded(1)]).toEqual([0, false, true]);
    expect((await exchangeMean(back, 2, new Float32Array([5]))).replicas).toEqual([0]);
    await back.leave({ hasEnded: true });
    // A later run of this name; where its first has come back already, too.
    for (const begunAs of [null, 0]) {
      let hasBegun = false;
      const told: Waiting[] = [];
      const onWait = (waiting: Waiting): unknown => told.push(waiting);
      const first = joinReplicas(await open(), { count: 2, begunAs, onWait }).then((member) => {
        hasBegun = true;
        return member;
      });
      // Told once, with those of the earlier run who have ended.
      await expect.poll(() => told).toEqual([{ replica: 0, there: [0], absent: [1], ended: [0, 1] }]);
      await delay(300);
      expect([hasBegun, told.length]).toEqual([false, 1]);
      const both = await Promise.all([first, joinReplicas(await open(), { count: 2, numbers: [1] })]);
      if (begunAs === 0) await shareAll(both, 0);
      expect(await both[0].hasEnded(1)).toBe(begunAs === null);
      await Promise.all(both.map((member) => member.leave()));
    }
  });

  test("one that comes back to a run under way does not wait for those who died", async () => {
    const open = openRun();
    const members = [await (await open()).join(0), await (await open()).join(1), await (await open()).join(2)];
    await shareAll(members, 0);
    const [one, two, three] = members as [Member, Member, Member];
    await two.leave();
    await three.leave();
    await exchangeMean(one, 1, new Float32Array([7]));
    const back = await joinReplicas(await open(), { count: 3, begunAs: 1 });
    expect(back.replica).toBe(1);
    await Promise.all([one, back].map((member) => member.leave()));
  });
});

test.skipIf(!hasServer)("one that comes back before its lease has lapsed is the replica that it was", async () => {
  const run = newRun();
  const one = await (await exchangeOn(run)).join(0);
  await (await exchangeOn(run)).join(1);
  // Dead: no more of it comes through.
  await connections.at(-1)!.close();
  const exchange = await exchangeOn(run);
  await expect(exchange.join(1)).rejects.toMatchObject({ details: { code: "taken" } });
  const back = await joinReplicas(exchange, { count: 2, begunAs: 1 });
  expect(back.replica).toBe(1);
  // Where another has the number and keeps it, it takes another.
  const other = await joinReplicas(await exchangeOn(run), { count: 3, numbers: [1, 2], begunAs: 1 });
  expect(other.replica).toBe(2);
  await Promise.all([one, back, other].map((member) => member.leave()));
});
