/**
 * Lets the page work without a network after its first load, and sends the headers that a plain server does not.
 *
 * Built by plugin.ts as `offline.js` at the top of the site, which is its scope. Everything of one build is kept together: a page never
 * gets a file of another one. A new build is taken when no tab has the old one open.
 */

/** What the plugin writes into the built file. */
declare const built: {
  /** Differs between builds that differ. */
  readonly version: string;
  /** Kept when the page is first opened, relative to the scope; "./" is the page. */
  readonly pageFiles: readonly string[];
  /** Large: kept when they are first fetched. */
  readonly largeFiles: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Content security policies of the files that have another than `headers` say. */
  readonly policies: Readonly<Record<string, string>>;
};

/** The part of a service worker's global scope that is used; its types exclude those of pages. */
declare const self: {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: "install" | "activate", listener: (event: Extendable) => void): void;
  addEventListener(type: "fetch", listener: (event: Extendable & Asked) => void): void;
};
interface Extendable {
  waitUntil(work: Promise<unknown>): void;
}
interface Asked {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

const page = new URL("./", self.location.href).href;
const absolute = (file: string): string => new URL(file, page).href;
const pages = `entropy-sgd ${page} ${built.version}`;
const large = `entropy-sgd ${page} large`;
const largeFiles = new Set(built.largeFiles.map(absolute));

async function keepPage(): Promise<void> {
  const cache = await caches.open(pages);
  // Past the browser's own cache, which may hold another build's page.
  await cache.addAll(built.pageFiles.map((file) => new Request(absolute(file), { cache: "no-cache" })));
}

/** Removes what other builds of this page have left. */
async function removeOld(): Promise<void> {
  const own = (await caches.keys()).filter((name) => name.startsWith(`entropy-sgd ${page} `));
  await Promise.all(own.filter((name) => name !== pages && name !== large).map((name) => caches.delete(name)));
  const cache = await caches.open(large);
  const kept = await cache.keys();
  await Promise.all(kept.filter(({ url }) => !largeFiles.has(url)).map((request) => cache.delete(request)));
}

const policies = new Map(Object.entries(built.policies).map(([file, policy]) => [absolute(file), policy]));

/** The addresses of pages carry what the reader has set: every one is the same file. */
function fileOf({ mode, url }: Request): string {
  const { origin, pathname } = new URL(url);
  const plain = mode === "navigate" ? origin + pathname : url;
  return plain === absolute("index.html") ? page : plain;
}

/** What a cache of ours has; the files are the same whoever asks. */
const keptIn = (cacheName: string, asked: string): Promise<Response | undefined> =>
  caches.match(asked, { cacheName, ignoreVary: true });

async function answerTo(event: Extendable & Asked): Promise<Response> {
  const { request } = event;
  const asked = fileOf(request);
  const kept = (await keptIn(pages, asked)) ?? (await keptIn(large, asked));
  if (kept !== undefined) return withHeaders(kept, asked);
  const answer = await fetch(request);
  if (answer.status === 200 && largeFiles.has(request.url)) {
    const copy = answer.clone();
    // Without room for it the file is fetched again next time.
    event.waitUntil(
      caches
        .open(large)
        .then((cache) => cache.put(request, copy))
        .catch(() => {}),
    );
  }
  return withHeaders(answer, asked);
}

/** With the two headers of isolation on the page and its workers alike, browsers give ONNX Runtime more than one thread. */
function withHeaders(answer: Response, file: string): Response {
  const headers = new Headers(answer.headers);
  for (const [name, value] of Object.entries(built.headers)) headers.set(name, value);
  const policy = policies.get(file);
  if (policy !== undefined) headers.set("Content-Security-Policy", policy);
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers });
}

self.addEventListener("install", (event) => event.waitUntil(keepPage()));
self.addEventListener("activate", (event) => event.waitUntil(removeOld().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "GET" && url.startsWith(page)) event.respondWith(answerTo(event));
});

// A module for the type checker, with a `self` of its own; the built file is a plain script, for browsers that know no others here.
export {};
