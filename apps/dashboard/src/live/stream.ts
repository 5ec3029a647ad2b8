/**
 * The server's events, without loss: EventSource connects again by itself and says which event it saw last. Where a browser gives up,
 * as after a refusal, a new one is made from what is known.
 */
import { signal } from "@preact/signals";
import type { StreamEvents } from "entropy-sgd-lab";
import { addressOf } from "./ask.ts";

/** Whether events arrive. */
export type Connection = "connecting" | "connected" | "reconnecting";

/** The state of the page's stream. */
export const connection = signal<Connection>("connecting");

/** What is done with each event. */
export type Listeners = { readonly [Name in keyof StreamEvents]?: (data: StreamEvents[Name]) => void };

/** What is known already, as the server counts it: it tells what comes after. */
export interface Known {
  /** The version of the table. */
  readonly since: string | null;
  /** The run that is followed, and how far its log is known. */
  readonly run?: string;
  readonly at?: string;
}

/** How long a browser that gave up waits. */
const retryMs = 1000;

/**
 * Listens until it is told to stop.
 *
 * @param known - asked for each time that a new EventSource is made
 * @returns ends the stream
 */
export function listen(known: () => Known, listeners: Listeners): () => void {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const connect = (): void => {
    const opened = new EventSource(addressOf("events", { ...known() }));
    source = opened;
    opened.onopen = () => {
      connection.value = "connected";
    };
    opened.onerror = () => {
      connection.value = "reconnecting";
      if (opened.readyState !== EventSource.CLOSED) return;
      opened.close();
      timer = setTimeout(connect, retryMs);
    };
    for (const [name, listener] of Object.entries(listeners)) {
      opened.addEventListener(name, (event) => (listener as (data: unknown) => void)(JSON.parse(event.data)));
    }
  };
  connect();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}
