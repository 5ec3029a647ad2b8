// The files in bench/results: raw values of the last measurements, and the report made from them.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { networkNames } from "./arguments.mjs";
import { figure } from "./report/figure.mjs";
import { markdown } from "./report/markdown.mjs";
import { readmeTable, withTable } from "./report/readmeTable.mjs";

const folder = new URL("results/", import.meta.url);
const readme = new URL("../README.md", import.meta.url);
const read = (name) => {
  const file = new URL(name, folder);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
};

const ordered = (byNetwork) =>
  Object.fromEntries(networkNames.filter((name) => byNetwork[name]).map((name) => [name, byNetwork[name]]));

/**
 * Everything measured, by network where there are several.
 *
 * @returns {{ bench: any, browser: any, memory: any, profiles: any, checkpoints: any, gpu: any, layers: any, lstm: any }}
 */
export function readResults() {
  const profiles = networkNames
    .map((name) => read(`profile-${name}.json`))
    .map((profile) => [profile.network, profile]);
  const byNetwork = {
    ...{ bench: read("bench.json"), browser: read("browser.json"), memory: read("memory.json") },
    profiles: Object.fromEntries(profiles),
  };
  const inOrder = /** @type {any} */ (
    Object.fromEntries(Object.entries(byNetwork).map(([name, results]) => [name, ordered(results)]))
  );
  return {
    ...inOrder,
    checkpoints: read("checkpoints.json"),
    gpu: read("gpu.json"),
    layers: read("layers.json"),
    lstm: read("lstm.json"),
  };
}

/** Replaces the result of one network in a file of results by network; others stay as they were measured. */
export function keepResult(name, network, result) {
  writeResult(name, { ...read(name), [network]: result });
}

/** Writes one file, a line for each value of the outermost level. */
export function writeResult(name, value) {
  mkdirSync(folder, { recursive: true });
  const lines = Object.entries(value).map(([key, inner]) => `${JSON.stringify(key)}: ${JSON.stringify(inner)}`);
  writeFileSync(new URL(name, folder), `{\n${lines.join(",\n")}\n}\n`);
}

/** What the report's files have to hold, by path. */
export function reportFiles() {
  const results = readResults();
  const text = readFileSync(readme, "utf8");
  return {
    [fileURLToPath(new URL("bench.md", folder))]: markdown(results),
    [fileURLToPath(new URL("bench.svg", folder))]: figure(results.bench),
    [fileURLToPath(readme)]: withTable(text, readmeTable(results.bench)),
  };
}

/** Writes the report from the results, without measuring; gives the paths. */
export function writeReport() {
  const files = Object.entries(reportFiles());
  for (const [path, text] of files) writeFileSync(path, text);
  return files.map(([path]) => path);
}
