/** Streams that are there with other settings than they are to have: a server makes none of that name then. */
import { JetStreamApiError, type JetStreamManager, type StreamConfig } from "@nats-io/jetstream";
import { millis } from "@nats-io/nats-core";
import { ClusterError } from "../clusterError.ts";

/** "stream name already in use with a different configuration" among the errors of nats-server. */
const nameInUse = 10058;
/** Settings in nanoseconds. */
const times: readonly string[] = ["max_age", "duplicate_window"];

/** @throws ClusterError "other-settings", which names each that differs, where the error says that the stream is there with others */
export async function throwIfOther(
  error: unknown,
  { streams }: JetStreamManager,
  settings: Pick<StreamConfig, "name">,
): Promise<void> {
  if (!(error instanceof JetStreamApiError) || error.code !== nameInUse) return;
  const found: Readonly<Record<string, unknown>> = { ...(await streams.info(settings.name)).config };
  const wanted = Object.entries(settings);
  const apart = wanted.filter(([key, value]) => JSON.stringify(found[key]) !== JSON.stringify(value));
  const differences = apart.map(([key, value]) => `${key} ${inWords(key, found[key])}, not ${inWords(key, value)}`);
  const rule = `is there with ${differences.join(", ")}; who shares it has the same settings, or another name`;
  throw new ClusterError("other-settings", "server", `stream ${settings.name}`, rule);
}

function inWords(key: string, value: unknown): string {
  return times.includes(key) && typeof value === "number" ? `${millis(value)} ms` : JSON.stringify(value);
}
