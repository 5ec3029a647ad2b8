/** Where data sets that were fetched and what was computed of them are kept between runs. */
import { homedir } from "node:os";
import { join } from "node:path";

/** The user's folder for what can be fetched or computed again: `entropy-sgd` in that of the system, or in $XDG_CACHE_HOME. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME: named, LOCALAPPDATA: local } = process.env;
  if (named) return join(named, "entropy-sgd");
  if (process.platform === "win32" && local) return join(local, "entropy-sgd", "cache");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "entropy-sgd");
  return join(homedir(), ".cache", "entropy-sgd");
}
