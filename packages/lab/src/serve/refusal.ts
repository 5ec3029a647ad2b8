/** Refusals of requests. */
import { HTTPException } from "hono/http-exception";

/** A refusal with its status and one sentence. */
export function refusal(status: 400 | 401 | 403 | 404 | 405 | 503, message: string): HTTPException {
  return new HTTPException(status, { message });
}
