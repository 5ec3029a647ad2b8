import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

test("npm runs no install scripts and has nothing to warn of", () => {
  const { stdout, stderr } = spawnSync("npm", ["config", "get", "ignore-scripts"], { cwd: root, encoding: "utf8" });
  expect([stdout.trim(), stderr]).toEqual(["true", ""]);
});

test("the packages with install scripts are those that are known to do without", () => {
  const { packages } = JSON.parse(readFileSync(`${root}package-lock.json`, "utf8")) as {
    packages: Record<string, { hasInstallScript?: boolean }>;
  };
  const names = Object.keys(packages).filter((name) => packages[name]!.hasInstallScript);
  expect(names).toEqual([
    // Prints an advertisement.
    "node_modules/core-js",
    // Makes its start 50 ms faster.
    "node_modules/esbuild",
    // Downloads CUDA.
    "node_modules/onnxruntime-node",
    // Compares version numbers and prints advice.
    "node_modules/onnxruntime-web/node_modules/protobufjs",
    // Compiles a checksum that is computed in JavaScript without it; tests of event files alone use it.
    "node_modules/sse4_crc32",
    // As the other protobufjs.
    "node_modules/tfrecord/node_modules/protobufjs",
  ]);
});
