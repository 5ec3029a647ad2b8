import { InputError } from "../inputError.ts";
import { type WebScope, webScope } from "./webScope.ts";

/**
 * Does `work` while this tab alone holds the saved run `name`: a Web Lock, which the browser frees when the work ends, and
 * when the tab is closed or breaks down too.
 *
 * @param name - of the run, the same in each tab of the page's origin
 * @returns what `work` returns
 * @throws InputError where another tab or worker holds the run, or the browser has no Web Locks
 */
export function withRunLock<T>(name: string, work: () => Promise<T>, { navigator }: WebScope = webScope): Promise<T> {
  if (navigator?.locks === undefined) {
    const rule = "a saved run needs Web Locks, which browsers give to pages from https: or localhost only";
    return Promise.reject(new InputError({ path: "withRunLock", name, rule }));
  }
  return navigator.locks.request(`entropy-sgd run ${name}`, { ifAvailable: true }, (lock) => {
    if (lock !== null) return work();
    const rule = "the saved run is in use by another tab or worker of this browser: stop it there, or close it";
    return Promise.reject(new InputError({ path: "withRunLock", name, rule, code: "locked" }));
  });
}
