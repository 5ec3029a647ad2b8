// Writes the normals that makeTrajectories.py adds: node writeNormals.mjs ../fixtures/normals.json (after npm run build).
import { writeFileSync } from "node:fs";
import { normalInto, randomKey } from "../../dist/random.js";

const seed = 31;
const innerSteps = 5;
const key = randomKey(seed, "langevin");
const values = Array.from({ length: 100 * innerSteps }, (_, step) => {
  const out = new Float64Array(4);
  normalInto(out, { key, stream: 0, step });
  return [...out];
});
writeFileSync(process.argv[2], `${JSON.stringify({ seed, innerSteps, values })}\n`);
