/** The dashboard's server on a free port, and what it answers. */
import { request } from "node:http";
import { afterAll } from "vitest";
import type { StreamEvents } from "../src/serve/api.ts";
import { type RunningServer, startServer } from "../src/serve/listen.ts";

/** A server that looks at its folder whenever it is asked. */
export interface TestServer extends RunningServer {
  readonly origin: string;
  /** The status and the JSON of an answer. */
  json<Answer>(path: string): Promise<{ readonly status: number; readonly body: Answer }>;
  /** Listens to the events until it is enough, then hangs up. */
  events(path: string, isEnough: (got: readonly Heard[]) => boolean, options?: Listening): Promise<Heard[]>;
}

/** How the events are listened to. */
export interface Listening {
  /** The id of the last event that was heard before. */
  readonly lastId?: string;
  /** Called once everything that happens is heard. */
  readonly onConnected?: () => void;
}

/** An event of the stream. */
export type Heard = {
  readonly [Name in keyof StreamEvents]: {
    readonly event: Name;
    readonly id: string;
    readonly data: StreamEvents[Name];
  };
}[keyof StreamEvents];

/** Starts one that ends with the file's tests, or earlier. */
export async function serving(
  folder: string,
  options: { readonly host?: string; readonly token?: string; readonly page?: string } = {},
): Promise<TestServer> {
  const { host = "127.0.0.1", token = null, page } = options;
  const server = await startServer({
    folder,
    host,
    port: 0,
    token,
    ...(page === undefined ? {} : { page }),
    times: { look: 0, rest: 0, most: 0, tick: 10, heartbeat: 60 },
    onError: (error) => {
      throw error;
    },
  });
  afterAll(() => server.close());
  const origin = `http://127.0.0.1:${server.port}`;
  return {
    ...server,
    origin,
    async json<Answer>(path: string) {
      const answer = await fetch(origin + path);
      return { status: answer.status, body: (await answer.json()) as Answer };
    },
    events: (path, isEnough, options = {}) => heard(origin + path, isEnough, options),
  };
}

async function heard(
  address: string,
  isEnough: (got: readonly Heard[]) => boolean,
  { lastId, onConnected = () => {} }: Listening,
): Promise<Heard[]> {
  const end = new AbortController();
  const headers: Record<string, string> = lastId === undefined ? {} : { "Last-Event-ID": lastId };
  const { body } = await fetch(address, { signal: end.signal, headers });
  const got: Heard[] = [];
  let text = "";
  for await (const piece of body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const blocks = text.split("\n\n");
    text = blocks.pop()!;
    if (blocks.includes(": connected")) onConnected();
    got.push(...blocks.flatMap(eventIn));
    if (isEnough(got)) break;
  }
  end.abort();
  return got;
}

/** The event of a block; nothing for comments. */
function eventIn(block: string): Heard[] {
  const fields = new Map(block.split("\n").map((line) => [line.split(":", 1)[0]!, line.slice(line.indexOf(":") + 2)]));
  if (!fields.has("event")) return [];
  return [{ event: fields.get("event"), id: fields.get("id"), data: JSON.parse(fields.get("data")!) } as Heard];
}

/** An answer to a request as it is written, which `fetch` would put right. */
export interface RawAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Asks for a path as it is, with any headers. */
export function raw(
  { port }: RunningServer,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = "GET",
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: "127.0.0.1", path, method, headers }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (piece: string) => {
        body += piece;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body, headers: answer.headers }));
    });
    asked.on("error", reject);
    asked.end();
  });
}
