/** `npm run redraw`: draws the committed figures again, and judges the committed study, from the committed numbers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeWhole } from "../packages/lab/src/io/files.ts";
import { docs, redrawn } from "./redraw/redrawn.ts";

for (const [path, text] of redrawn()) {
  const file = join(docs, path);
  const isNew = readFileSync(file, "utf8") !== text;
  if (isNew) writeWhole(file, text);
  process.stdout.write(`docs/${path}: ${isNew ? "drawn again" : "unchanged"}\n`);
}
