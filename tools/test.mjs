// Runs the test suite; arguments go to vitest (`npm test -- philox`). Without --project those that need nothing but Node.
import { spawnSync } from "node:child_process";

const args = process.argv.slice(2);
const projects = args.some((arg) => arg.startsWith("--project"))
  ? []
  : ["--project", "unit", "--project", "architecture"];
const result = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...projects, ...args], {
  stdio: "inherit",
});
process.exit(result.status ?? 1);
