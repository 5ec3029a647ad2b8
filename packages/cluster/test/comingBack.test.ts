/** Replicas that come back to their run after a kill: as which replica, and for whom they wait. */
import { setTimeout as delay } from "node:timers/promises";
import {
  type Exchange,
  exchangeMean,
  inProcessExchange,
  jetStreamExchange,
  joinReplicas,
  type Member,
} from "entropy-sgd-cluster";
import { describe, expect, test } from "vitest";
import { hasServer } from "./natsServer.ts";
import { serverForTests } from "./serverForTests.ts";

const { connections, connected } = serverForTests();
let runs = 0;

type Open = () => Promise<Exchange>;
const backends: [string, () => Open][] = [["in process", () => async () => inProcess]];
const inProcess = inProcessExchange({ elements: 1 });
if (hasServer) {
  backends.push([
    "on JetStream",
    () => {
      const run = `back-${runs++}`;
      // Leases of a second: long enough for a busy machine.
      return async () => jetStreamExchange(await connected(), { run, elements: 1, heartbeat: 333 });
    },
  ]);
}

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
      const first = joinReplicas(await open(), { count: 2, begunAs }).then((member) => {
        hasBegun = true;
        return member;
      });
      await delay(300);
      expect(hasBegun).toBe(false);
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
  const options = { run: "lapse", elements: 1, heartbeat: 333 };
  const one = await jetStreamExchange(await connected(), options).join(0);
  await jetStreamExchange(await connected(), options).join(1);
  // Dead: no more of it comes through.
  await connections.at(-1)!.close();
  const exchange = jetStreamExchange(await connected(), options);
  await expect(exchange.join(1)).rejects.toMatchObject({ details: { code: "taken" } });
  const back = await joinReplicas(exchange, { count: 2, begunAs: 1 });
  expect(back.replica).toBe(1);
  // Where another has the number and keeps it, it takes another.
  const other = await joinReplicas(jetStreamExchange(await connected(), options), {
    ...{ count: 3, numbers: [1, 2], begunAs: 1 },
  });
  expect(other.replica).toBe(2);
  await Promise.all([one, back, other].map((member) => member.leave()));
});
