/** A page of the tests: does one of the programs itself, or has its worker do it. */
import { programs } from "./programs.ts";

/** What is used of a page's globals. */
interface Scope {
  readonly Worker: new (
    address: string,
    options: { type: "module" },
  ) => {
    postMessage(message: unknown): void;
    onmessage: ((event: { data: { result?: unknown; error?: string } }) => void) | null;
  };
  call?: (name: keyof typeof programs, options: never) => Promise<unknown>;
  callInWorker?: (name: keyof typeof programs, options: never) => Promise<unknown>;
}

const scope = globalThis as unknown as Scope;

scope.call = (name, options) => programs[name](options);

scope.callInWorker = (name, options) => {
  const worker = new scope.Worker("/worker.js", { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: { result, error } }) => {
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    };
    worker.postMessage({ name, options });
  });
};
