import { fileURLToPath } from "node:url";
import { cruise } from "dependency-cruiser";
import { describe, expect, test } from "vitest";
import { generated, sourceFiles, textOf } from "./sourceFiles.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The rooms of the workbench; each uses those behind it only. */
const labRooms = [
  "commands",
  "serve",
  "pages",
  "report",
  "experiments",
  "measure",
  "runner",
  "runs",
  "settings",
  "machine",
  "statistics",
  "io",
];

/** A rule for each room against imports from the rooms before it. */
function upwards(folder: string, rooms: readonly string[]) {
  return rooms.slice(1).map((room, i) => ({
    name: `${room}-uses-no-room-above`,
    severity: "error" as const,
    from: { path: `^${folder}/${room}/` },
    to: { path: `^${folder}/(${rooms.slice(0, i + 1).join("|")})/` },
  }));
}

describe("architecture", () => {
  test("every file is at most 400 lines long", () => {
    const files = ["packages", "apps", "tools", "examples", "bench", "faults"].flatMap((folder) =>
      sourceFiles(folder, { tests: true }),
    );
    expect(files.length).toBeGreaterThan(5);
    const long = files
      .filter((file) => !generated.test(file))
      .map((file) => ({ file, lines: textOf(file).split("\n").length - 1 }))
      .filter(({ lines }) => lines > 400);
    expect(long).toEqual([]);
  });

  test.each(["entropy-sgd", "onnx-grad", "training", "cluster"])("%s prints nothing and uses no Node API", (name) => {
    // What needs Node is behind the entry `./node`.
    const files = sourceFiles(`packages/${name}/src`, { tests: false }).filter(
      (file) => !/src\/node(\/|\.ts)/.test(file),
    );
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      const text = textOf(file);
      expect(text, file).not.toMatch(/\bconsole\./);
      expect(text, file).not.toMatch(/from ["'](node:[^"']*|fs|path|os|url|worker_threads|process)["']/);
      expect(text, file).not.toMatch(/\b(process|Buffer|__dirname|require)\b[.(]/);
    }
  });

  test("one file of the workbench says how numbers are printed", () => {
    const files = sourceFiles("packages/lab/src", { tests: false }).filter(
      (file) =>
        !generated.test(file) && /\.(toFixed|toPrecision|toExponential|toLocaleString)\(|Intl\./.test(textOf(file)),
    );
    expect(files).toEqual(["packages/lab/src/statistics/numbers.ts"]);
  });

  test("no message of an error is parsed, but those of other programs that say it nowhere else", () => {
    const parsers =
      /\bmessage\)?[!?]?\.(match|replace|replaceAll|startsWith|endsWith|includes|slice|split|indexOf|search|substring)\(|\.(test|exec)\([^)\n]*\bmessage\b/;
    const found = ["packages", "tools", "bench"].flatMap((folder) =>
      sourceFiles(folder, { tests: false }).filter((file) => parsers.test(textOf(file))),
    );
    expect(found).toEqual([
      // Why a stream of NATS stores no more: its limits and failures have one code.
      "packages/cluster/src/jetstream/throwIfFull.ts",
      // Lack of memory, in the words of WebAssembly, ONNX Runtime and the system's loader.
      "packages/lab/src/io/refusals.ts",
      // ONNX Runtime's refusals of data and of operations that a device lacks.
      "packages/onnx-grad/src/program/program.ts",
      "packages/onnx-grad/src/program/withoutForm.ts",
      // The loader's reasons why ONNX Runtime cannot be loaded.
      "packages/training/src/node/loadRuntime.ts",
      // Why ONNX Runtime gets no graphics processor.
      "packages/training/src/node/webgpu.ts",
    ]);
  });

  test("imports point one way and form no cycle", async () => {
    const { output } = await cruise(
      ["packages", "apps"],
      {
        baseDir: root,
        exclude: { path: "node_modules|dist/|\\.test(-d)?\\.ts$|\\.mjs$" },
        // Imports of types are told from those that are there in JavaScript.
        tsPreCompilationDeps: "specify",
        validate: true,
        enhancedResolveOptions: { extensions: [".ts", ".tsx", ".js"] },
        ruleSet: {
          forbidden: [
            { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
            {
              name: "library-stands-alone",
              severity: "error",
              from: { path: "^packages/entropy-sgd/" },
              to: { pathNot: "^packages/entropy-sgd/" },
            },
            {
              name: "engine-knows-no-optimizer",
              severity: "error",
              from: { path: "^packages/onnx-grad/" },
              to: { path: "^packages/(entropy-sgd|training|lab|cluster)/|entropy-sgd" },
            },
            {
              name: "training-knows-no-workbench",
              severity: "error",
              from: { path: "^packages/training/" },
              to: { path: "^packages/lab/|entropy-sgd-lab" },
            },
            {
              name: "cluster-knows-the-library-only",
              severity: "error",
              from: { path: "^packages/cluster/" },
              to: { path: "^packages/(onnx-grad|training|lab)/|onnx-grad|entropy-sgd-(training|lab)" },
            },
            {
              name: "few-know-of-the-cluster",
              severity: "error",
              from: { path: "^packages/(?!cluster|lab)" },
              to: { path: "^packages/cluster/|entropy-sgd-cluster" },
            },
            {
              name: "only-the-entries-know-their-hosts",
              severity: "error",
              from: { path: "^packages/training/src/(data|loop|model|networks)/" },
              to: { path: "^packages/training/src/(node|web)" },
            },
            {
              name: "browsers-have-nothing-of-node",
              severity: "error",
              from: { path: "^packages/training/src/web" },
              to: { path: "^packages/training/src/node" },
            },
            {
              name: "packages-know-no-page",
              severity: "error",
              from: { path: "^packages/" },
              to: { path: "^apps/|entropy-sgd-(playground|dashboard)" },
            },
            {
              name: "pages-know-no-workbench",
              severity: "error",
              from: { path: "^apps/" },
              // The types of what the workbench serves are known to the page that asks for it.
              to: { path: "^packages/lab/|entropy-sgd-lab", preCompilationOnly: false },
            },
            {
              name: "pages-are-apart",
              severity: "error",
              from: { path: "^apps/([^/]+)/" },
              to: { path: "^apps/(?!$1/)[^/]+/" },
            },
            ...upwards("packages/lab/src", labRooms),
          ],
        },
      },
      {},
    );
    if (typeof output === "string") throw new Error("dependency-cruiser gave text where a result was wanted");
    expect(output.summary.totalCruised).toBeGreaterThan(2);
    expect(output.summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
  });
});
