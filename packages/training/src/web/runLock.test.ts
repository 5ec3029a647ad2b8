import { expect, test } from "vitest";
import { withRunLock } from "./runLock.ts";
import { type WebScope, webScope } from "./webScope.ts";

/** Web Locks as their standard has them, for exclusive ones that are asked for with `ifAvailable`. */
function twoTabs(): WebScope {
  const held = new Set<string>();
  const locks = {
    async request<T>(name: string, _: { ifAvailable: true }, use: (lock: object | null) => Promise<T>): Promise<T> {
      if (held.has(name)) return use(null);
      held.add(name);
      try {
        return await use({ name });
      } finally {
        held.delete(name);
      }
    },
  };
  return { ...webScope, navigator: { locks } };
}

test("a second tab on one run is refused, another run and a later try are not", async () => {
  const scope = twoTabs();
  let end: (value: string) => void = () => {};
  const first = withRunLock("one", () => new Promise<string>((resolve) => (end = resolve)), scope);
  let worked = false;
  const work = async () => {
    worked = true;
  };
  const refused = withRunLock("one", work, scope);
  await expect(refused).rejects.toMatchObject({ name: "InputError", details: { code: "locked", name: "one" } });
  await expect(refused).rejects.toThrow(
    "withRunLock: one: the saved run is in use by another tab or worker of this browser: stop it there, or close it",
  );
  expect(worked).toBe(false);
  await withRunLock("two", work, scope);
  expect(worked).toBe(true);
  end("done");
  expect(await first).toBe("done");
  await withRunLock("one", work, scope);
});

test("the lock is free after work that fails", async () => {
  const scope = twoTabs();
  await expect(withRunLock("one", () => Promise.reject(new Error("out of room")), scope)).rejects.toThrow(
    "out of room",
  );
  expect(await withRunLock("one", () => Promise.resolve(1), scope)).toBe(1);
});

test("without Web Locks no run is opened", async () => {
  const refused = withRunLock("one", () => Promise.resolve(1), { ...webScope, navigator: {} });
  await expect(refused).rejects.toThrow("withRunLock: one: a saved run needs Web Locks");
});
