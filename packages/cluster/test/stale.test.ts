/** Whose vectors are in a mean: of those who live when it is taken, whatever was heard before. */
import { setTimeout as delay } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import {
  type ExchangedMean,
  exchangeMean,
  inProcessExchange,
  jetStreamExchange,
  type Member,
} from "entropy-sgd-cluster";
import { describe, expect, test } from "vitest";
import { hasServer } from "./natsServer.ts";
import { runsForTests } from "./runsForTests.ts";

// No lease lapses, and nobody finds out that his is lost, while a test runs.
const { connections, newRun, exchangeOn } = runsForTests("stale", 60_000);
const joined = async (run: string, replica: number): Promise<Member> => (await exchangeOn(run)).join(replica);
/** What a server does that has lost the lease. */
const forget = async (run: string, replica: number): Promise<void> => {
  const { streams } = await jetstreamManager(connections[0]!);
  await streams.purge(`parle_${run}_leases`, { filter: `parle.${run}.${replica}.lease` });
};
const of = (value: number): Float32Array => new Float32Array([value]);
const valueAndReplicas = ({ mean, replicas }: ExchangedMean) => [mean[0], replicas.join()];
const leaveAll = (members: readonly Member[]) => Promise.all(members.map((member) => member.leave()));
/** Long enough to hear of what is done before, were it heard at all. */
const aMoment = (): Promise<void> => delay(50);

test("one that joins while others wait for their first exchange is waited for", async () => {
  const exchange = inProcessExchange({ elements: 1 });
  const [one, two] = [await exchange.join(0), await exchange.join(1)];
  const waiting = exchangeMean(one, 0, of(1));
  await aMoment();
  const three = await exchange.join(2);
  const means = [waiting, exchangeMean(two, 0, of(2)), exchangeMean(three, 0, of(30))];
  expect((await Promise.all(means)).map(valueAndReplicas)).toEqual(means.map(() => [11, "0,1,2"]));
});

describe.skipIf(!hasServer)("on a server", () => {
  test("one that leaves while its lease is being renewed leaves none behind", async () => {
    const run = newRun();
    await exchangeOn(newRun());
    await exchangeOn(newRun());
    const [connection, other] = connections.slice(-2);
    const own = new Proxy(connection!, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== "request") return typeof value === "function" ? value.bind(target) : value;
        return (subject: string, ...rest: []) => {
          const answer = target.request(subject, ...rest);
          // The first takes it, the second renews it.
          if (subject === `parle.${run}.0.lease` && ++leases === 2) leaving = one.leave();
          return answer;
        };
      },
    });
    let [leases, leaving] = [0, Promise.resolve()];
    const options = { run, elements: 1, heartbeat: 50 };
    const two = await jetStreamExchange(other!, options).join(1);
    const one = await jetStreamExchange(own, options).join(0);
    await expect.poll(() => leases).toBe(2);
    await leaving;
    expect((await two.members()).map(({ replica }) => replica)).toEqual([1]);
    await two.leave();
  });

  test("one that has left while another waits is in no mean", async () => {
    const run = newRun();
    const [one, two, three] = [await joined(run, 0), await joined(run, 1), await joined(run, 2)];
    await two.publish(0, of(1000));
    const waiting = exchangeMean(one, 0, of(1));
    await aMoment();
    await two.leave();
    const means = await Promise.all([waiting, exchangeMean(three, 0, of(5))]);
    expect(means.map(valueAndReplicas)).toEqual(means.map(() => [3, "0,2"]));
    await leaveAll([one, three]);
  });

  test("what one still shares whose number another has taken is not taken for the other's", async () => {
    const run = newRun();
    const [one, dead] = [await joined(run, 0), await joined(run, 1)];
    for (const version of [0, 7, 8]) await dead.publish(version, of(1000));
    await forget(run, 1);
    const other = await joined(run, 1);
    expect(await one.members()).toEqual([0, 1].map((replica) => ({ replica, version: null })));
    const waiting = exchangeMean(one, 5, of(1));
    await aMoment();
    await dead.publish(9, of(1000));
    await aMoment();
    const means = await Promise.all([waiting, exchangeMean(other, 5, of(3))]);
    expect(means.map(valueAndReplicas)).toEqual(means.map(() => [2, "0,1"]));
    await leaveAll([one, other]);
  });

  test("nor is what it shares over a vector of the other", async () => {
    const run = newRun();
    const [one, dead, three] = [await joined(run, 0), await joined(run, 1), await joined(run, 2)];
    for (const version of [0, 1]) await dead.publish(version, of(1000));
    await forget(run, 1);
    const other = await joined(run, 1);
    for (const version of [4, 5]) await other.publish(version, of(3));
    for (const member of [one, three]) await member.publish(4, of(0));
    const waiting = exchangeMean(one, 5, of(1));
    await aMoment();
    await dead.publish(2, of(1000));
    const third = exchangeMean(three, 5, of(5));
    await aMoment();
    // Which tells where its vector of version 5 is.
    await other.publish(6, of(7));
    const means = await Promise.all([waiting, third]);
    expect(means.map(valueAndReplicas)).toEqual(means.map(() => [3, "0,1,2"]));
    await leaveAll([one, other, three]);
  });

  test("what an earlier run of its name has left is in no mean of the next", async () => {
    for (let again = 0; again < 20; again++) {
      const run = newRun();
      const earlier = await joined(run, 1);
      await earlier.publish(0, of(1000));
      await earlier.leave();
      const members = await Promise.all([0, 1].map((replica) => joined(run, replica)));
      const means = await Promise.all(members.map((member, i) => exchangeMean(member, 0, of([1, 3][i]!))));
      expect(means.map(valueAndReplicas)).toEqual(means.map(() => [2, "0,1"]));
      await leaveAll(members);
    }
  });
});
