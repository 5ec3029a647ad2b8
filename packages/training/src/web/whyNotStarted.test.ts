import { expect, test } from "vitest";
import { webScope } from "./webScope.ts";
import { type WasmPaths, whyNotStarted } from "./whyNotStarted.ts";

const file = "ort-wasm-simd-threaded.asyncify";
/** What a server has, by address: a type or a status. */
type Served = Readonly<Record<string, string | number>>;

async function message(wasmPaths: WasmPaths | undefined, served: Served): Promise<string> {
  const fetch = async (address: string) => {
    const answer = served[address];
    if (answer === undefined) throw new TypeError("Failed to fetch");
    const [type, status] = typeof answer === "string" ? [answer, 200] : [null, answer];
    const arrayBuffer = () => Promise.resolve(new ArrayBuffer(0));
    return { ok: status === 200, status, headers: { get: () => type }, arrayBuffer };
  };
  const error = await whyNotStarted(new Error("Aborted(…)"), "webgpu", wasmPaths, { ...webScope, fetch });
  expect(error.name).toBe("InputError");
  return error.message.replace("ONNX Runtime cannot be started: ", "");
}

test("the file that is missing, or that is another, is named", async () => {
  const good = { [`/ort/${file}.mjs`]: "text/javascript", [`/ort/${file}.wasm`]: "application/wasm" };
  expect(await message("/ort/", { ...good, [`/ort/${file}.wasm`]: 404 })).toBe(
    `wasmPaths: /ort/${file}.wasm is not there: the server answers with status 404`,
  );
  expect(await message({ wasm: "/x.wasm" }, { "/x.wasm": "text/html" })).toBe(
    "wasmPaths: /x.wasm is served as text/html, perhaps a page in its place; " +
      "it must be application/wasm, or text/javascript of an .mjs",
  );
  expect(await message({ mjs: "https://elsewhere/x.mjs" }, {})).toContain("https://elsewhere/x.mjs gets no answer");
  expect(await message("/ort/", good)).toBe("Aborted(…)");
});

test("without wasmPaths the error asks for it, with the runtime's reason", async () => {
  expect(await message(undefined, {})).toBe(
    `wasmPaths: must say where ${file}.wasm of onnxruntime-web is served, unless a bundler has put it where it is looked ` +
      "for (Aborted(…))",
  );
});
