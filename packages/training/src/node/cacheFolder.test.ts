import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshCaches } from "../../test/temporaryFolder.ts";
import { cacheFolder, makeWhole } from "./cacheFolder.ts";

freshCaches();
const folder = (): string => join(cacheFolder(), "sets", "one");

test("a folder is made whole, and one that is there stays", async () => {
  const make = async (text: string) => await makeWhole(folder(), (part) => writeFileSync(join(part, "a.txt"), text));
  await make("first");
  await make("second");
  expect(readFileSync(join(folder(), "a.txt"), "utf8")).toBe("first");
  expect(readdirSync(join(folder(), ".."))).toEqual(["one"]);
});

test("an error ends it as it is and leaves nothing, one of the files names the folder", async () => {
  const failing = makeWhole(folder(), (part) => {
    writeFileSync(join(part, "a.txt"), "first");
    throw new TypeError("not a matter of files");
  });
  await expect(failing).rejects.toThrow(new TypeError("not a matter of files"));
  expect(readdirSync(join(folder(), ".."))).toEqual([]);
  const unwritable = makeWhole(folder(), (part) => writeFileSync(join(part, "none", "a.txt"), "first"));
  await expect(unwritable).rejects.toThrow(`${folder()}: cannot be written (ENOENT: no such file or directory)`);
  writeFileSync(join(cacheFolder(), "file"), "");
  await expect(makeWhole(join(cacheFolder(), "file", "one"), () => {})).rejects.toThrow(
    /file\/one: cannot be written \(/,
  );
});
