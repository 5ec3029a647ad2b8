/** JetStream that gives no answer although its server is there: a server whose disk is full turns it off. */
import type { NatsConnection } from "@nats-io/nats-core";
import { ClusterError } from "../clusterError.ts";

/** Milliseconds for which a server that is there may answer nothing. */
const usualPatience = 60_000;

export interface Silence {
  /** JetStream has answered, or the connection is new. */
  broken(): void;
  /** The connection is lost: what is not answered then will be. */
  excused(): void;
  /**
   * @param since - when what has no answer was asked, by `performance.now`
   * @throws ClusterError "silent" where nothing was answered for too long
   */
  requireShort(since: number): void;
}

export function silenceOf({ info }: NatsConnection, patience: number = usualPatience): Silence {
  // In a cluster another server takes over, or comes back.
  const isAlone = info?.cluster === undefined;
  let heard = performance.now();
  let isExcused = false;
  return {
    broken() {
      [heard, isExcused] = [performance.now(), false];
    },
    excused() {
      isExcused = true;
    },
    requireShort(since) {
      if (!isAlone || isExcused || performance.now() - Math.max(heard, since) < patience) return;
      const rule = `has answered nothing for ${patience / 1000} s although the server is there: its disk may be full (its log says), start it again then`;
      throw new ClusterError("silent", "server", "JetStream", rule);
    },
  };
}
