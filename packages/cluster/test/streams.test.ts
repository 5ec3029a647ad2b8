/** Streams that several connections create at the same moment. */
import { jetstreamManager } from "@nats-io/jetstream";
import { expect, test } from "vitest";
import { jetStreamExchange } from "../src/index.ts";
import { hasServer } from "./natsServer.ts";
import { serverForTests } from "./serverForTests.ts";

const { connected } = serverForTests();

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
