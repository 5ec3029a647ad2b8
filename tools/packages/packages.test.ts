/**
 * The packages as they are published: packed, installed into empty projects, used from Node, under the oldest and the newest
 * TypeScript, and in a browser.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "vite";
import { afterAll, describe, expect, test } from "vitest";
import { writeSmallImages } from "../../packages/lab/test/smallImages.ts";
import { root, workspacePackages } from "../workspace.ts";
import { outOfBudget, packBudgets } from "./budgets.ts";
import { installInto, installNode, newFolder, otherNodes, outcome, packAll, run, tarballsOf } from "./consumer.ts";
import { inChromium } from "./inChromium.ts";

type Result = Readonly<Record<string, unknown>>;

/** What is asked of a package. */
interface Use {
  /** What the program `uses/NAME.ts` must give. */
  readonly expected: Result;
  /** The program of `uses/` that browsers run. */
  readonly inBrowsers?: string;
  /** What the program needs beside the package. */
  readonly beside?: Readonly<Record<string, string>>;
  /** That declarations of packages it takes types from have errors of their own under the strictest options. */
  readonly skipLibCheck?: boolean;
}

/** A new package joins by a line. */
const uses: Readonly<Record<string, Use>> = {
  "entropy-sgd": {
    inBrowsers: "entropy-sgd",
    expected: { meanWeight: expect.closeTo(2, 3), curvatures: [expect.closeTo(1, 12), expect.closeTo(3, 12)] },
  },
  // The Hessian of Σ x³ is diag(6x).
  "onnx-grad": { inBrowsers: "onnx-grad", expected: { second: [6, 0, 18], slopes: expect.any(Array) } },
  "entropy-sgd-training": {
    inBrowsers: "entropy-sgd-training.browser",
    beside: { "onnxruntime-node": "1.30.0" },
    expected: { testError: 0 },
  },
  "entropy-sgd-cluster": {
    inBrowsers: "entropy-sgd-cluster",
    expected: { mean: [2, 3], replicas: [0, 1] },
    // @nats-io/nats-core 3.3: MsgImpl and NatsConnectionImpl under exactOptionalPropertyTypes.
    skipLibCheck: true,
  },
  "entropy-sgd-lab": { expected: { seed: 3, batchSize: 128, recipes: expect.arrayContaining(["paper"]) } },
};

const compilers = ["5.7.3", "7.0.2"];

const textOf = (...path: string[]): string => readFileSync(join(root, ...path), "utf8");

const home = newFolder();
// Many small files: minutes on a busy disk.
afterAll(() => rmSync(home, { recursive: true }), 600_000);
const packs = packAll(home);
const compilerFolder = installInto(
  join(home, "compilers"),
  Object.fromEntries(compilers.map((version) => [`typescript-${version}`, `npm:typescript@${version}`])),
);

const others = otherNodes.map((version) => [version, installNode(join(home, version), version)] as const);
const nodes = [[process.version.slice(1), process.execPath] as const, ...others];

test("every package of the workspace is used", () => {
  expect(Object.keys(uses).sort()).toEqual(workspacePackages.map(({ name }) => name).sort());
});

describe.each(workspacePackages)("$name", ({ name, entries, folder }) => {
  const { tarball, files, size, unpackedSize } = packs.get(name)!;
  const { inBrowsers, expected, beside, skipLibCheck = false } = uses[name]!;
  const project = installInto(join(home, name), { ...tarballsOf(name, packs), ...beside, "expect-type": "1.4.0" });
  const installed = join(project, "node_modules", name);
  const node = (code: string): string =>
    run(process.execPath, ["--no-warnings", "--input-type=module", "-e", code], project);
  const specifiers = entries.map(({ specifier }) => specifier);

  test("packs sources, build, README and licence, no tests and nothing stale", () => {
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json", "dist/index.js"]));
    expect(files.filter((file) => /\.test\.|test-d|tsbuildinfo|node_modules/.test(file))).toEqual([]);
    // The bundle of a page is made from sources elsewhere, into a folder that is emptied before.
    const built = files.filter((file) => /^dist\/(?!dashboard\/).*\.js$/.test(file));
    expect(built.filter((file) => !files.includes(file.replace(/^dist\/(.*)js$/, "src/$1ts")))).toEqual([]);
  });

  test("keeps within its size", () => {
    const values = { packedKB: size / 1000, unpackedKB: unpackedSize / 1000, files: files.length };
    expect(outOfBudget(values, packBudgets[name]!), JSON.stringify(values)).toEqual([]);
  });

  test("has maps that lead to sources in the package", () => {
    const maps = files.filter((file) => file.endsWith(".map"));
    expect(maps.length).toBeGreaterThan(10);
    const missing = maps.flatMap((file) => {
      const { sources } = JSON.parse(readFileSync(join(installed, file), "utf8")) as { sources: string[] };
      return sources.map((source) => join(dirname(file), source)).filter((source) => !files.includes(source));
    });
    expect(missing).toEqual([]);
  });

  test("passes publint", () => {
    const { status, stdout } = outcome("npx", ["--no-install", "publint", "--strict", tarball], root);
    expect([status, stdout]).toEqual([0, expect.stringContaining("All good!")]);
  });

  test("passes attw for ESM", () => {
    const { status, stdout } = outcome(
      "npx",
      ["--no-install", "attw", tarball, "--profile", "esm-only", "--no-color"],
      root,
    );
    expect([status, stdout]).toEqual([0, expect.stringContaining("(ESM)")]);
  });

  test.each(specifiers)("%s gives the same names to import and require, and no others by deeper paths", (specifier) => {
    const keys = `Object.keys(one).filter((key) => key !== "__esModule" && key !== "module.exports").sort().join()`;
    const imported = node(`const one = await import("${specifier}"); console.log(${keys})`);
    const required = `import { createRequire } from "node:module"; const one = createRequire(process.cwd() + "/a.cjs")("${specifier}"); console.log(${keys})`;
    expect(imported.trim()).not.toBe("");
    expect(node(required)).toBe(imported);
    expect(() => node(`await import("${name}/dist/index.js")`)).toThrow("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });

  const programs: Readonly<Record<string, string>> = {
    "use.ts": textOf("tools/packages/uses", `${name}.ts`),
    ...(inBrowsers && { "useInBrowsers.ts": textOf("tools/packages/uses", `${inBrowsers}.ts`) }),
    "types.ts": textOf(folder, "test/types.test-d.ts"),
    "entries.ts": specifiers.map((one, i) => `export * as entry${i} from "${one}";\n`).join(""),
  };
  test.each(compilers)("type-checks strictly with its declarations under TypeScript %s", (version) => {
    for (const [file, text] of Object.entries(programs)) writeFileSync(join(project, file), text);
    const target = { target: "es2022", module: "nodenext", outDir: `out-${version}` };
    const compilerOptions = {
      ...target,
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck,
      types: [],
      // All that type tests take of vitest.
      paths: { vitest: ["./node_modules/expect-type/dist/index.d.ts"] },
    };
    const files = Object.keys(programs);
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    const compiler = join(compilerFolder, "node_modules", `typescript-${version}`, "bin/tsc");
    const { status, stdout } = outcome(process.execPath, [compiler, "-p", "."], project);
    expect([stdout, status]).toEqual(["", 0]);
  });

  const inNode = (program: string, file = "use"): string => {
    const code = `import { use } from "./out-${compilers[0]}/${file}.js"; console.log(JSON.stringify(await use()))`;
    return run(program, ["--input-type=module", "-e", code], project).trim();
  };

  test.each([...nodes])("gives the right numbers under Node %s", (_, program) => {
    expect(JSON.parse(inNode(program))).toMatchObject(expected);
  });

  const inPages: (title: string, body: () => Promise<void>) => void = inBrowsers ? test : () => {};
  inPages("gives the same numbers bundled by vite in Chromium, where WebAssembly is forbidden too", async () => {
    const page = `import { use } from "./useInBrowsers.ts";
      const result = await use().then(JSON.stringify, String);
      await fetch("/result", { method: "POST", body: result });`;
    writeFileSync(join(project, "page.ts"), page);
    writeFileSync(join(project, "index.html"), `<!doctype html><script type="module" src="./page.ts"></script>`);
    await build({ root: project, configFile: false, logLevel: "error", build: { target: "es2022" } });
    const wanted = inNode(process.execPath, "useInBrowsers");
    const policy = "default-src 'self'; script-src 'self'";
    expect(await inChromium(join(project, "dist"), `${policy} 'wasm-unsafe-eval'`)).toBe(wanted);
    expect(await inChromium(join(project, "dist"), policy)).toBe(wanted);
  });

  if (name !== "entropy-sgd-lab") return;
  test("its command trains a small network, resumes it and reports", () => {
    const command = (...args: string[]): string => run(join(project, "node_modules/.bin/entropy-sgd"), args, project);
    expect(command("--version").trim()).toBe(workspacePackages.find((one) => one.folder === folder)!.version);
    writeSmallImages(join(project, "images"));
    const small = ["--network", "mlp-49-16-10", "--data", "images", "--set", "validation=100"];
    const first = JSON.parse(command("train", ...small, "--budget", "2", "--out", "runs/one", "--json"));
    const resumed = JSON.parse(command("resume", "runs/one", "--budget", "4", "--json"));
    expect([first, resumed]).toEqual([expect.any(Object), expect.any(Object)]);
    command("report", "runs/one", "--out", "page");
    expect(readFileSync(join(project, "page/report.html"), "utf8")).toContain("</html>");
  });
});
