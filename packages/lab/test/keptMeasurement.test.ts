import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { kept } from "../src/experiments/study/keptMeasurement.ts";

const root = mkdtempSync(join(tmpdir(), "kept-"));
afterAll(() => rmSync(root, { recursive: true }));

test("a measurement is kept for equal options, and made again if its file is damaged or of another run", async () => {
  let number = 0;
  const measured = (name = "a", draws = 2) => kept(root, `${name}.json`, { draws }, async () => ({ number: ++number }));
  expect([await measured(), await measured()]).toEqual([{ number: 1 }, { number: 1 }]);
  expect(await measured("a", 3)).toEqual({ number: 2 });
  const file = join(root, "a.json");
  const text = readFileSync(file, "utf8");
  for (let at = 0; at < text.length; at++) {
    const bytes = Buffer.from(text);
    bytes[at]! ^= 1;
    writeFileSync(file, bytes);
    const before = number;
    expect(await measured("a", 3)).toEqual({ number: before + 1 });
    writeFileSync(file, text);
  }
  cpSync(file, join(root, "old.json"));
  writeFileSync(join(root, "old.json"), JSON.stringify({ asked: { draws: 2 }, found: { number: -1 } }));
  expect(await measured("old")).toEqual({ number: -1 });
});
