/** `npm run schemas`: writes packages/lab/schemas from the rules in the sources. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jsonSchemas } from "../packages/lab/src/experiments/sweep/jsonSchemas.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "packages/lab/schemas");
mkdirSync(folder, { recursive: true });
for (const [name, schema] of Object.entries(jsonSchemas())) {
  writeFileSync(join(folder, name), `${JSON.stringify(schema)}\n`);
}
// In the format that the linter asks of every file.
const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
const { status } = spawnSync(process.execPath, [biome, "format", "--write", folder], { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;
