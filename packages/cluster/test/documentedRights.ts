import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * The rights as the documentation has them: the lines of its example of a configuration.
 *
 * @param copies - servers that keep each message; with more than one the other rights that it names stand for those of the example
 */
export function documentedRights(copies = 1): string {
  const text = readFileSync(fileURLToPath(new URL("../../../docs/decisions/cluster.md", import.meta.url)), "utf8");
  const rights = /```conf\n(.*?)```/s.exec(text)![1]!;
  return copies === 1 ? rights : rights.replace(/\$JS\.API\.DIRECT\.GET\.(\w+)\.>/g, "$JS.API.STREAM.MSG.GET.$1");
}
