/** Exact local entropy, off the page's thread. */
import { expose } from "comlink";
import { valleysAt } from "./valleysAt.ts";

const api = { valleysAt };

/** What the page calls. */
export type LocalEntropyApi = typeof api;

expose(api);
