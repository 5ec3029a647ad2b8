/** The limit of processor time that a Linux container sets. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Processor time per time, a number of cores, that the control groups of this process allow (version 2, or 1 in its usual
 * place); null without a limit.
 *
 * @param root - where the system's own folders are
 */
export function cpuQuota(root = "/"): number | null {
  const groups = textOf(join(root, "proc/self/cgroup")) ?? "";
  const own = /^0::(\/.*)$/m.exec(groups)?.[1] ?? "/";
  const second = withAncestors(own).map((path) => quotaOf(textOf(join(root, "sys/fs/cgroup", path, "cpu.max"))));
  const [quota, period] = ["quota", "period"].map((what) => textOf(join(root, `sys/fs/cgroup/cpu/cpu.cfs_${what}_us`)));
  const limits = [...second, quotaOf(quota === null ? null : `${quota} ${period ?? ""}`)];
  const found = limits.filter((limit) => limit !== null);
  return found.length === 0 ? null : Math.min(...found);
}

/** `/a/b`, `/a` and `/`: a limit above counts too. */
function withAncestors(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return [...parts.map((_, i) => parts.slice(0, parts.length - i).join("/")), ""];
}

/** `200000 100000`, microseconds in each period, as 2; `max` or −1 is none. */
function quotaOf(text: string | null): number | null {
  const [quota, period] = (text ?? "").split(/\s+/).map(Number) as [number, number?];
  return period !== undefined && quota > 0 && period > 0 ? quota / period : null;
}

function textOf(file: string): string | null {
  return existsSync(file) ? readFileSync(file, "utf8").trim() : null;
}
