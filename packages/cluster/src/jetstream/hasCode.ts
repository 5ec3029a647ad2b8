/** What a server's refusals are told apart by. */
import { type JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";

/** Whether an error is the server's refusal of this code. */
export function hasCode(error: unknown, code: JetStreamApiCodes): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
