/** The dashboard's server on a free port, and what it answers. */
import { afterAll } from "vitest";
import { type RunningServer, startServer } from "../src/serve/listen.ts";

/** A server that looks at its folder whenever it is asked. */
export interface TestServer extends RunningServer {
  readonly origin: string;
  /** The status and the JSON of an answer. */
  json<Answer>(path: string, headers?: Readonly<Record<string, string>>): Promise<{ status: number; body: Answer }>;
}

/** Starts one that ends with the file's tests. */
export async function serving(
  folder: string,
  options: { host?: string; token?: string; page?: string } = {},
): Promise<TestServer> {
  const { host = "127.0.0.1", token = null, page } = options;
  const server = await startServer({
    folder,
    host,
    port: 0,
    token,
    ...(page === undefined ? {} : { page }),
    times: { look: 0, tick: 10, heartbeat: 60 },
    onError: (error) => {
      throw error;
    },
  });
  afterAll(() => server.close());
  const origin = `http://127.0.0.1:${server.port}`;
  return {
    ...server,
    origin,
    async json<Answer>(path: string, headers: Readonly<Record<string, string>> = {}) {
      const answer = await fetch(origin + path, { headers });
      return { status: answer.status, body: (await answer.json()) as Answer };
    },
  };
}
