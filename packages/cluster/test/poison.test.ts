/** A member that shares what is bad, or what a newer program would: refused, recorded, and training goes on as without it. */
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { jetStreamExchange, type Member, type RefusalReason } from "entropy-sgd-cluster";
import { describe, expect, test } from "vitest";
import { decodeCommit, encodeCommit } from "../src/jetstream/commitRecord.ts";
import { encodeVector, type VectorHeader } from "../src/wire/chunks.ts";
import { hasServer } from "./natsServer.ts";
import { band, elements, roundsToRest } from "./quadratic.ts";
import { serverForTests } from "./serverForTests.ts";
import { type Round, trainQuadratic } from "./trainQuadratic.ts";

/** What the bad member shares in place of a round's vector. */
interface Poison {
  readonly reason: RefusalReason;
  readonly share: (by: Poisoner, round: number, send: Send) => unknown;
}

interface Poisoner {
  readonly member: Member;
  readonly run: string;
  /** That of its member: commits under another would not be this member's. */
  readonly lease: string;
}

/** Sends a message of the bad member's number. */
type Send = (subject: string, data: Uint8Array | string) => Promise<void>;

const bad = 3;
const poisons: Readonly<Record<string, Poison>> = {
  NaN: { reason: "not-finite", share: ({ member }, round) => member.publish(round, vectorWith(Number.NaN)) },
  "an infinity": { reason: "not-finite", share: ({ member }, round) => member.publish(round, vectorWith(-1 / 0)) },
  "another length": {
    reason: "wrong-length",
    share: ({ lease }, round, send) => {
      const slot = (version: number) =>
        ({ slot: version % 2, version, elements: elements + 1, encoding: "float32" }) as const;
      const before = round > 0 ? [slot(round - 1)] : [];
      return send("commit", encodeCommit({ lease, slots: [slot(round), ...before] }));
    },
  },
  "vectors of another run": { reason: "wrong-run", share: chunkOf({ run: "another" }) },
  "vectors of another replica": { reason: "wrong-run", share: chunkOf({ replica: 0 }) },
  "chunks of a newer program": {
    reason: "newer-format",
    share: chunkOf({}, (chunk) => {
      chunk[31] = 1;
    }),
  },
  // Who follows the others would count on from there, to where numbers are no longer exact.
  "commits of versions beyond any count": {
    reason: "implausible-version",
    share: ({ lease }, round, send) => {
      const version = Number.MAX_SAFE_INTEGER - 2 * roundsToRest + 2 * round;
      const slots = [{ slot: 0, version, elements, encoding: "float32" }] as const;
      return send("commit", encodeCommit({ lease, before: version - 1, slots }));
    },
  },
  "commits of a newer program": {
    reason: "newer-format",
    share: (_, round, send) => send("commit", JSON.stringify({ format: 1, newest: round, lease: "of tomorrow" })),
  },
};

test("versions may be 2³² ahead of the reader's own, and no further", () => {
  const at = (version: number, before: number): string => {
    const slots = [{ slot: 0, version, elements, encoding: "float32" }] as const;
    const found = decodeCommit(new TextEncoder().encode(encodeCommit({ lease: "one", before, slots })), 5);
    return typeof found === "string" ? found : "taken";
  };
  const last = 2 ** 32 + 5;
  expect([at(last, 0), at(last, last), at(last + 1, 0), at(6, last + 1)]).toEqual([
    ...["taken", "taken", "implausible-version", "implausible-version"],
  ]);
});

describe.skipIf(!hasServer)("on JetStream", () => {
  const { connected } = serverForTests();

  test.each(Object.entries(poisons))("three replicas train beside a member that shares %s", async (name, poison) => {
    const run = name.replaceAll(" ", "-");
    const connection = await connected();
    const joined = (replica: number): Promise<Member> => jetStreamExchange(connection, { run, elements }).join(replica);
    const good = [await joined(0), await joined(1), await joined(2)];
    const member = await joined(bad);
    const [, ...rounds] = await Promise.all([sharePoison(member, poison, run, connection), ...good.map(roundsOf)]);
    for (const own of rounds) {
      expect(own.map(({ replicas }) => replicas.join())).toEqual(own.map(() => "0,1,2"));
      expect(own.at(-1)!.loss).toBeLessThan(band);
    }
    const isOfCommits = name.startsWith("commits");
    const versions = isOfCommits ? [null] : Array.from({ length: roundsToRest + 1 }, (_, round) => round);
    for (const one of good) {
      const expected = versions.map((version) => ({ replica: bad, version, reason: poison.reason }));
      expect(one.refusals()).toEqual(expected);
    }
    await Promise.all([...good, member].map((one) => one.leave()));
  });
});

async function roundsOf(member: Member): Promise<Round[]> {
  const rounds: Round[] = [];
  for await (const round of trainQuadratic(member, 0)) {
    rounds.push(round);
    if (round.round === roundsToRest) break;
  }
  return rounds;
}

/** In step with the others, so that each reads each version. */
async function sharePoison(member: Member, { share }: Poison, run: string, connection: NatsConnection): Promise<void> {
  const client = jetstream(connection);
  const manager = await jetstreamManager(connection);
  const held = await manager.streams.getMessage(`parle_${run}_leases`, { last_by_subj: `parle.${run}.${bad}.lease` });
  const lease = held!.string().split(" ")[0]!;
  const send: Send = async (subject, data) => {
    await client.publish(`parle.${run}.${bad}.${subject}`, data);
  };
  for (let round = 0; round <= roundsToRest; round++) {
    await share({ member, run, lease }, round, send);
    const isBehind = async (): Promise<boolean> =>
      (await member.members()).some(({ replica, version }) => replica !== bad && (version ?? -1) < round);
    while (await isBehind()) await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function vectorWith(value: number): Float32Array {
  return new Float32Array(elements).fill(value, 7, 8);
}

/** A chunk that is not what its commit says. */
function chunkOf(header: Partial<VectorHeader>, change: (chunk: Uint8Array) => void = () => {}): Poison["share"] {
  return async ({ run, lease }, round, send) => {
    const own = { run, replica: bad, version: round, elements, encoding: "float32", ...header } as const;
    const [chunk] = encodeVector(new Float32Array(elements).fill(1e6), own).chunks;
    change(chunk!);
    await send(`${round % 2}.0`, chunk!);
    const slot = (version: number) => ({ slot: version % 2, version, elements, encoding: "float32" }) as const;
    const before = round > 0 ? [slot(round - 1)] : [];
    await send("commit", encodeCommit({ lease, slots: [slot(round), ...before] }));
  };
}
