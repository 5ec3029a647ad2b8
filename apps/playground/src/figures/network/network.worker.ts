/** Training and measuring off the page's thread. */
import { expose } from "comlink";
import { type Flatness, measureFlatness } from "./flatness.ts";
import type { NetworkSettings } from "./knobs.ts";
import { type Beginning, newSession, type Round, type Session } from "./session.ts";
import type { PlainData } from "./setUp.ts";

let session: Session | null = null;
let isStopped = false;

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
  /** Measures the solutions of now; null if it is stopped meanwhile. */
  async measure(onProgress: (done: number, total: number) => void): Promise<Flatness | null> {
    if (session === null) throw new Error("nothing has begun");
    isStopped = false;
    return measureFlatness(session, { onProgress, isStopped: () => isStopped });
  },
  stop(): void {
    isStopped = true;
  },
};

/** What the page calls. */
export type NetworkApi = typeof api;

expose(api);
