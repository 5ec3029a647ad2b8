/** A replica's place in its run: joins on a NATS server, exchanges for who trains, and tells what happens. */
import { jetStreamExchange, joinReplicas, type Member, meanExchange, missingFrom } from "entropy-sgd-cluster";
import { interruptible } from "entropy-sgd-training";
import type { ExchangeOfReplica, PreparedReplica } from "./preparedReplica.ts";
import type { ReplicaSettings } from "./recipe.ts";
import { sharedDetails, sharedSettings } from "./sharedSettings.ts";
import type { MeetingTold } from "./told.ts";

type Tell = (told: MeetingTold) => void;

/** Where a replica meets the others, and what trains it. */
export interface Meeting {
  readonly connection: Parameters<typeof jetStreamExchange>[0];
  readonly signal: AbortSignal;
  readonly prepared: Pick<PreparedReplica, "numParams" | "dataChecksum">;
  /** Trains replica number `index`; gives whether it came to its end. */
  readonly train: (index: number, exchange: ExchangeOfReplica) => Promise<boolean>;
}

/** Milliseconds between two looks at who lives. */
const lookEvery = 1000;

/**
 * One replica from joining to its end or the signal, after which it has left the run.
 *
 * @throws ClusterError where the run cannot be joined or is lost; Interruption for a signal while it waits for the others
 */
export async function meetOthers(
  settings: ReplicaSettings,
  { connection, signal, prepared, train }: Meeting,
  tell: Tell,
): Promise<void> {
  const { run, replicas: count } = settings;
  const { numParams: elements, dataChecksum } = prepared;
  const told = {
    settings: sharedSettings(settings, dataChecksum),
    details: sharedDetails(settings, dataChecksum),
  };
  const looking = new AbortController();
  const onJoin = (joined: Member): void => {
    tell({ type: "joined", replica: joined.replica });
    void look(joined, looking.signal, tell);
  };
  try {
    const place = jetStreamExchange(connection, { run, elements, ...told });
    const member = await interruptible(() => joinReplicas(place, { count, onJoin, signal }), signal);
    let hasEnded = false;
    try {
      hasEnded = await trained(train, member.replica, exchangeOf(member, count, signal, tell));
    } finally {
      await member.leave({ hasEnded }).catch(() => {});
    }
  } finally {
    looking.abort();
  }
}

/** Trains. @throws what an exchange was ended by, as it was: through another thread it loses what it is */
async function trained(train: Meeting["train"], index: number, exchange: ExchangeOfReplica): Promise<boolean> {
  const failures: unknown[] = [];
  const watched: ExchangeOfReplica = async (z, outerStep) => {
    try {
      return await exchange(z, outerStep);
    } catch (error) {
      failures.push(error);
      throw error;
    }
  };
  try {
    return await train(index, watched);
  } catch (error) {
    throw failures[0] ?? error;
  }
}

function exchangeOf(member: Member, count: number, signal: AbortSignal, tell: Tell): ExchangeOfReplica {
  const meet = meanExchange(member);
  return async (z, version) => {
    const begun = performance.now();
    const exchanged = await interruptible(() => meet(version, z, signal), signal);
    const { mean } = exchanged;
    const distance = Math.sqrt(mean.reduce((sum, value, i) => sum + (value - z[i]!) ** 2, 0));
    tell({ type: "exchange", version, milliseconds: performance.now() - begun, distance });
    return { mean, missing: missingFrom(member, count, exchanged) };
  };
}

/** Tells now and then who lives and what was refused, for as long as the server answers. */
async function look(member: Member, signal: AbortSignal, tell: Tell): Promise<void> {
  while (!signal.aborted) {
    try {
      const living = await member.members(signal);
      const refusals = member
        .refusals()
        .map((one) => `replica ${one.replica + 1}, exchange ${one.version}: ${one.reason}`);
      tell({ type: "living", living, refusals });
    } catch {
      // It has left, or the training tells of what is wrong.
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, lookEvery));
  }
}
