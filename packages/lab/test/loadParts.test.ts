import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadParts } from "../src/runner/loadParts.ts";
import { resolveSettings } from "../src/settings/resolveSettings.ts";

const folder = mkdtempSync(join(tmpdir(), "parts-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("data of a name that lie in another folder are read as by their name", async () => {
  const file = join(folder, "text.txt");
  // One character of two bytes: 4 characters are 5 bytes.
  writeFileSync(file, "aé\r\n".repeat(600));
  const named = { network: "char-lstm", data: "war-and-peace", optimizer: "adam", seed: 1, budget: 1 };
  const { data, spec } = await loadParts(resolveSettings(named), { dataFolder: file });
  expect(data.preparation?.text?.unit).toBe("bytes");
  expect(spec.outputShape.at(-1)).toBe(5);
  // What the user says comes before.
  const asked = resolveSettings({ ...named, set: ["data.unit=characters"] });
  const { spec: other } = await loadParts(asked, { dataFolder: file });
  expect(other.outputShape.at(-1)).toBe(4);
});
