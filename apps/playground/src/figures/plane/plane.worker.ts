/** The fields and paths of the plane, off the page's thread. */
import { expose } from "comlink";
import { endCounts } from "./ends.ts";
import { fieldsOf } from "./field.ts";
import { pathsOf } from "./trajectories.ts";

const api = { fieldsOf, pathsOf, endCounts };

/** What the page calls. */
export type PlaneApi = typeof api;

expose(api);
