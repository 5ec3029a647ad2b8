/** Replicas on many machines: vectors, commits and leases are messages on a NATS server with JetStream. */
import type { NatsConnection } from "@nats-io/nats-core";
import { rangeError, typeError } from "entropy-sgd";
import { checkInteger, checkName } from "../clusterError.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { Encoding } from "../wire/chunks.ts";
import { joinRun, leaseTime } from "./jetStreamMember.ts";
import { encodeDetails, type LeaseContent } from "./leaseContent.ts";
import { runStreams } from "./runStreams.ts";
import { runSubjects } from "./runSubjects.ts";
import { openStreams, type Streams } from "./streams.ts";

export interface JetStreamExchangeOptions {
  /** The run's name, the same for all its replicas: 1 to 64 letters, digits, _ or -. */
  readonly run: string;
  /** Elements n of every vector. */
  readonly elements: number;
  /** How this replica's vectors travel; others read either. Default "float32". */
  readonly encoding?: Encoding;
  /** Milliseconds between two renewals of a lease, the same for all replicas; three missed ones end it. Default 1,000. */
  readonly heartbeat?: number;
  /** Servers of a cluster that keep each message, 1 to 5: with 3, one of them may fail. Default 1. */
  readonly copies?: number;
  /**
   * What must be the same in all replicas of the run, by name: values of settings, or hashes of them; names and values of 1 to 64
   * letters, digits, ".", "_", "+" or "-". The lease tells them, and who joins with another value is refused; what one of two does not
   * tell is not compared. Default none.
   */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * What those settings are made of, by name, in any words: the lease tells them too, and where a member is refused for a setting, the
   * error names what of these differs instead, with both values. Where one of two tells none, it names the settings. At most 16 KiB
   * as JSON, in which a blank is six bytes. Default none.
   */
  readonly details?: Readonly<Record<string, string>>;
}

/**
 * An exchange on a server with JetStream, 2.9 or later, over any connection of the NATS client: TCP (`connectNats` of
 * `entropy-sgd-cluster/node`), or WebSocket in pages (`wsconnect` of `@nats-io/nats-core`). The connection stays the caller's.
 *
 * While the server is away, what is asked of a member waits: for as long as its connection tries to reconnect, or until the
 * call's signal is aborted. A server that comes back without its memory is given the newest vectors again.
 *
 * Cost: on the server 2n numbers per replica, in its memory; in a member one more vector, its newest as it was sent.
 *
 * @throws RangeError for a bad option
 */
export function jetStreamExchange(connection: NatsConnection, options: JetStreamExchangeOptions): Exchange {
  const where = "jetStreamExchange";
  const { run, elements, encoding = "float32", heartbeat = 1_000, copies = 1, settings = {}, details = {} } = options;
  const subjects = runSubjects(where, run);
  checkInteger(where, "elements", elements, 1);
  checkInteger(where, "heartbeat", heartbeat, 50);
  checkInteger(where, "copies", copies, 1, 5);
  checkName(where, "encoding", encoding, /^float(32|16)$/, "float32 or float16");
  const told = { settings: new Map(Object.entries(settings)), details: new Map(Object.entries(details)) };
  checkTold(where, told);
  let streams: Promise<Streams> | undefined;
  return {
    elements,
    leaseTime: leaseTime(heartbeat),
    async join(replica, signal) {
      checkInteger("join", "replica", replica, 0, 2 ** 32 - 1);
      signal?.throwIfAborted();
      streams ??= openStreams(connection, runStreams(subjects, { leaseTime: leaseTime(heartbeat), copies }));
      return joinRun(
        {
          ...{ connection, streams: await streams, subjects, run, elements, encoding, heartbeat, replica },
          ...told,
        },
        signal,
      );
    },
  };
}

/** Bytes of all details: each lease is renewed, and kept by the server, with all of them. */
const mostDetails = 16_384;

/** @throws TypeError for what is no string; RangeError for a setting that has no place in a lease, and more details than one holds */
function checkTold(where: string, told: Pick<LeaseContent, "settings" | "details">): void {
  for (const [name, entries] of Object.entries(told))
    for (const [key, value] of entries)
      if (typeof value !== "string") throw typeError(where, `${name}: ${key}`, "must be a string", value);
  const rule = 'names and values of 1 to 64 letters, digits, ".", "_", "+" or "-"';
  for (const word of [...told.settings].flat()) checkName(where, "settings", word, /^[\w.+-]{1,64}$/, rule);
  const { length } = new TextEncoder().encode(encodeDetails(told.details));
  if (length > mostDetails)
    throw rangeError(where, "details", `must have at most ${mostDetails} bytes as JSON`, length);
}
