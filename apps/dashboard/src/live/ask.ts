/** Questions to the server that served this page. */
import type { ApiError } from "entropy-sgd-lab";

/** Query parameters; those without a value are left out, lists are repeated. */
export type Query = Readonly<Record<string, string | number | readonly string[] | null | undefined>>;

/** A path of the server with its query. */
export function addressOf(path: string, query: Query = {}): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined) asked.append(name, String(one));
    }
  }
  const text = asked.toString();
  return `api/${path}${text === "" ? "" : `?${text}`}`;
}

/** A refusal or a failure, as a sentence for the reader. */
class Refusal extends Error {
  readonly status: number;
  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** The answer to a question. @throws Refusal with the server's own sentence, or that it cannot be reached */
export async function ask<Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(addressOf(path, query), signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal("The server cannot be reached. Is entropy-sgd serve still running?", 0);
  }
  if (response.ok) return response.json();
  throw new Refusal(await sentenceOf(response), response.status);
}

async function sentenceOf(response: Response): Promise<string> {
  const fallback = `The server answered with status ${response.status}.`;
  try {
    const { error }: Partial<ApiError> = await response.json();
    return typeof error === "string" ? error : fallback;
  } catch {
    return fallback;
  }
}
