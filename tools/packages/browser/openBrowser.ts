/** Chromium on the pages of the tests. */
import { type Browser, type BrowserContext, chromium, type Page } from "playwright";
import { executablePath, flags } from "../chromiumFlags.mjs";
import type { Site } from "../serve.ts";
import type { programs } from "./programs.ts";
import { testSite } from "./site.ts";
import type { Digits } from "./trace.ts";

type Program = keyof typeof programs;

/** Who does a program: the page or its worker. */
export type Doer = "call" | "callInWorker";

/** A page that was opened. */
export interface Tab {
  readonly page: Page;
  ask<Result>(program: Program, options: object, doer?: Doer): Promise<Result>;
}

export interface TestBrowser {
  readonly site: Site;
  /** Addresses that anything in the browser has asked for. */
  readonly requests: string[];
  /** Opens a page, in a context of its own where none is given; contexts share nothing. */
  open(path: string, context?: BrowserContext): Promise<Tab>;
  newContext(): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** The flags of a graphics processor in software. */
const softwareGpu = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** @param gpu - whether pages get WebGPU, by software */
export async function openBrowser(digits: Digits, { gpu = false } = {}): Promise<TestBrowser> {
  const args = gpu ? [...flags.filter((flag: string) => flag !== "--disable-gpu"), ...softwareGpu] : [...flags];
  const [browser, site] = await Promise.all([chromium.launch({ executablePath, args }), testSite(digits)]);
  const requests: string[] = [];
  const newContext = () => contextOf(browser, requests);
  return {
    site,
    requests,
    newContext,
    async open(path, context) {
      const page = await (context ?? (await newContext())).newPage();
      await page.goto(new URL(path, site.address).href);
      return { page, ask: (program, options, doer = "call") => asked(page, program, options, doer) };
    },
    async close() {
      await browser.close();
      site.close();
    },
  };
}

async function contextOf(browser: Browser, requests: string[]): Promise<BrowserContext> {
  const context = await browser.newContext();
  context.on("request", (request) => requests.push(request.url()));
  return context;
}

async function asked<Result>(page: Page, program: Program, options: object, doer: Doer): Promise<Result> {
  type Calls = Record<Doer, (program: Program, options: object) => Promise<Result>>;
  const call = ([caller, name, argument]: readonly [Doer, Program, object]) =>
    (globalThis as unknown as Calls)[caller](name, argument);
  return page.evaluate(call, [doer, program, options] as const) as Promise<Result>;
}
