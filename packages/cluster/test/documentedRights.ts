import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The rights as the documentation has them: the lines of its example of a configuration. */
export function documentedRights(): string {
  const text = readFileSync(fileURLToPath(new URL("../../../docs/decisions/cluster.md", import.meta.url)), "utf8");
  return /```conf\n(.*?)```/s.exec(text)![1]!;
}
