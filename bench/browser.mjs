// Whole steps in a browser: ours on onnxruntime-web beside TensorFlow.js and jax-js, each run in a Chromium of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright";
import { executablePath, flags } from "../tools/packages/chromiumFlags.mjs";
import { jaxAbsent, serve } from "./browser/server.mjs";
import { machine } from "./machine.mjs";
import { median, withoutOtherWork } from "./summary.mjs";
import { openWork } from "./work.mjs";

/** The engines, and what the page is asked for. The first one is what the others are compared with. */
const engines = {
  ours: { program: "ours", threads: 2 },
  "ours, 1 thread": { program: "ours", threads: 1 },
  "jax-js": { program: "jaxjs" },
  "tfjs-wasm": { program: "tfjs", backend: "wasm" },
  "tfjs-cpu": { program: "tfjs", backend: "cpu" },
};

/** Seconds after which an engine is given up. */
const patience = 300;
/** Engines whose step takes longer are measured in one round. */
const slowMs = 1_000;

/** Gives [network, result] one after the other: machine, browser, settings, engines with reason and raw runs. */
export async function* browserSteps({ networks, rounds, seconds }, say) {
  let folder = "";
  const server = await serve(() => folder);
  try {
    for (const network of networks) {
      const on = machine();
      const { work, remove, ...opened } = openWork(network);
      folder = opened.folder;
      try {
        const turns = await takeTurns({ network, rounds, seconds, address: server.address }, say);
        const browser = turns.flatMap(({ runs }) => runs.map((run) => run.browser))[0] ?? null;
        const { numParams } = work;
        yield [network, { machine: on, browser, rounds, seconds, numParams, engines: withoutOtherWork(turns) }];
      } finally {
        remove();
      }
    }
  } finally {
    await server.close();
  }
}

async function takeTurns({ network, rounds, seconds, address }, say) {
  /** @type {{ name: string, reason: string | null, runs: any[] }[]} */
  const turns = Object.keys(engines).map((name) => ({ name, reason: name === "jax-js" ? jaxAbsent : null, runs: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const turn of round % 2 === 0 ? turns : [...turns].reverse()) {
      if (turn.reason !== null || (turn.runs.length > 0 && median(turn.runs[0].stepMs) > slowMs)) continue;
      const load = loadavg()[0];
      const result = await inBrowser(address, { ...engines[turn.name], seconds });
      if (result.reason === undefined) turn.runs.push({ load, ...result });
      else turn.reason = result.reason;
      say(`${network}, ${turn.name}: ${result.reason ?? `${median(result.stepMs).toFixed(1)} ms per step`}`);
    }
  }
  return turns;
}

/** What the page measures in a fresh browser, or the reason why not. */
async function inBrowser(address, asked) {
  const profile = mkdtempSync(join(tmpdir(), "bench-profile-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: [...flags], headless: true });
  try {
    const page = await context.newPage();
    await page.goto(`${address}?${new URLSearchParams(asked)}`);
    const late = new Promise((resolve) => {
      setTimeout(() => resolve({ reason: `gave up after ${patience / 60} minutes` }), 1000 * patience).unref();
    });
    const browser = `Chromium ${await page.evaluate("/Chrome.([0-9.]+)/.exec(navigator.userAgent)[1]")}`;
    const result = await Promise.race([page.evaluate("window.measured"), late]);
    return result.reason === undefined ? { browser, ...result } : result;
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}
