/** Training and measuring off the page's thread. */
import { expose } from "comlink";
import type { NetworkSettings } from "./knobs.ts";
import { type Beginning, newSession, type Round, type Session } from "./session.ts";
import type { PlainData } from "./setUp.ts";

let session: Session | null = null;

const api = {
  async begin(settings: NetworkSettings, given: PlainData | null): Promise<Beginning> {
    const before = session;
    session = await newSession(settings, given);
    await before?.runs.close();
    return session.beginning;
  },
  async round(): Promise<Round> {
    if (session === null) throw new Error("nothing has begun");
    return session.round();
  },
};

/** What the page calls. */
export type NetworkApi = typeof api;

expose(api);
