/** What a run touches beside its own folder: traced at the system calls, because the native library could do anything. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { writeSmallImages } from "./smallImages.ts";

const command = fileURLToPath(new URL("../bin/entropy-sgd.js", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "privacy-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Whether programs can be traced here: strace is there and the system allows it. */
const canTrace = spawnSync("strace", ["-f", "-o", "/dev/null", "true"]).status === 0;
if (!canTrace && process.env.CI === undefined) {
  console.warn(
    "SKIPPED: that a run writes and connects to nothing else. It needs strace and the right to trace (Linux).",
  );
}

/** A traced system call that succeeded: its name and what stands in its parentheses. */
interface Call {
  readonly name: string;
  readonly text: string;
}

function callsOf(trace: string): Call[] {
  // A call that another thread interrupted stands in two lines.
  const begun = new Map<string, string>();
  return trace.split("\n").flatMap((line) => {
    const [, thread = "", words = ""] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const unfinished = / <unfinished \.\.\.>$/.exec(words);
    if (unfinished !== null) begun.set(thread, words.slice(0, unfinished.index));
    const whole = words.replace(/^<\.\.\. \w+ resumed>/, () => begun.get(thread) ?? "");
    const [, name, text, result] = /^(\w+)\((.*)\) += (-?\d+)/.exec(whole) ?? [];
    // A connection that is made in the background returns an error first.
    return name === undefined || (result === "-1" && name !== "connect") ? [] : [{ name, text: text! }];
  });
}

const pathOf = ({ text }: Call): string => /"([^"]*)"/.exec(text)?.[1] ?? text;

/** Whether a call makes, changes or opens for writing. */
function writes({ name, text }: Call): boolean {
  if (/^open(at)?$/.test(name)) return /O_WRONLY|O_RDWR|O_CREAT/.test(text);
  return /^(creat|mkdir|mknod|rename|link|symlink|truncate|unlink|rmdir|chmod|chown|utimens)/.test(name);
}

describe.skipIf(!canTrace && process.env.CI === undefined)(
  "a run that trains, with the worker that draws its noise",
  () => {
    // Everything that a program may find by the environment is a place of its own.
    const [home, temporary, data, out] = ["home", "temporary", "data", "run"].map((name) => join(root, name)) as [
      string,
      string,
      string,
      string,
    ];
    const trace = join(root, "trace");
    let calls: Call[] = [];

    test("succeeds", () => {
      for (const folder of [home, temporary]) mkdirSync(folder);
      writeSmallImages(data);
      const env = { PATH: process.env.PATH, HOME: home, TMPDIR: temporary };
      const settings = ["validation=100", "batchSize=10", "innerSteps=4"].flatMap((set) => ["--set", set]);
      const args = ["train", "--network", "lenet", "--budget", "0.2", "--threads", "2", "--data", data, "--out", out];
      const { status, stderr } = spawnSync(
        "strace",
        [
          "-f",
          "--seccomp-bpf",
          "-y",
          "-e",
          "trace=%file,%network",
          "-o",
          trace,
          process.execPath,
          command,
          ...args,
          ...settings,
        ],
        { env, encoding: "utf8" },
      );
      expect(status, stderr).toBe(0);
      calls = callsOf(readFileSync(trace, "utf8"));
      // The trace has seen what there is to see: the native library, the run's folder.
      expect(calls.filter((call) => /libonnxruntime/.test(pathOf(call)))).not.toEqual([]);
      expect(calls.filter((call) => writes(call) && pathOf(call).startsWith(out))).not.toEqual([]);
    });

    test("writes to its folder and nowhere else", () => {
      const elsewhere = calls.filter(writes).filter((call) => {
        const path = pathOf(call);
        return !(
          path.startsWith(`${out}/`) ||
          path === out ||
          path.startsWith("/dev/") ||
          path.startsWith("/proc/self/")
        );
      });
      expect(elsewhere).toEqual([]);
      expect(readdirSync(home)).toEqual([]);
      expect(readdirSync(temporary)).toEqual([]);
    });

    test("opens no connection", () => {
      // Netlink asks the kernel for addresses of this machine, Unix sockets end on it.
      const foreign = calls.filter(
        ({ name, text }) =>
          /^(socket|connect|bind|sendto|sendmsg)$/.test(name) && !/AF_(NETLINK|UNIX)|NETLINK|UNIX/.test(text),
      );
      expect(foreign).toEqual([]);
    });
  },
);
