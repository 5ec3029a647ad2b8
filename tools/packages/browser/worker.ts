/** A worker of the tests: does the program that it is asked for and sends the result back. */
import { programs } from "./programs.ts";

/** What is used of a worker's globals. */
interface Scope {
  onmessage: ((event: { data: { name: keyof typeof programs; options: never } }) => void) | null;
  postMessage(message: { result?: unknown; error?: string }): void;
}

const scope = globalThis as unknown as Scope;

scope.onmessage = async ({ data: { name, options } }) => {
  try {
    scope.postMessage({ result: await programs[name](options) });
  } catch (error) {
    scope.postMessage({ error: String(error) });
  }
};
