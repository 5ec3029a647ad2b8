import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freshCaches } from "../../test/temporaryFolder.ts";
import { cifar10 } from "./cifar10.ts";
import { fetchDataSet, loadDataSet, prepareDataSet } from "./dataSets.ts";
import { fetchFiles } from "./fetchDataSet.ts";
import type { FetchedDataSet } from "./namedDataSet.ts";

const hash = (algorithm: string, bytes: Uint8Array | string): string =>
  createHash(algorithm).update(bytes).digest("hex");

const contents = { "a.bin": "first", "b.bin": "second" };
const archive = gzipSync(
  createTar(
    [...Object.entries(contents), ["readme.html", "more"]].map(([name, data]) => ({
      name: `set/${name}`,
      data: data!,
    })),
  ),
);

let server: Server;
let address = "";
let numRequests = 0;
beforeAll(async () => {
  server = createServer((request, response) => {
    numRequests++;
    if (request.url === "/set.tar.gz") response.end(archive);
    else if (request.url === "/short") response.end(archive.subarray(1));
    else if (request.url === "/long") response.end(Buffer.concat([archive, archive]));
    else if (request.url === "/other") response.end(Buffer.from(archive).fill(0));
    else if (request.url === "/hangs") response.write(archive.subarray(0, 10));
    else if (request.url === "/mirror/happy.txt" || request.url === "/happy.txt") response.end("all happy families");
    else if (request.url === "/mirror/alike.txt") response.end("are alike");
    else if (request.url === "/alike.txt") response.end("not alike");
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const caches = freshCaches();

const setOf = (changes: Partial<FetchedDataSet> = {}): FetchedDataSet => ({
  ...cifar10,
  archive: { address: `${address}/set.tar.gz`, bytes: archive.length, sha256: hash("sha256", archive) },
  files: { "a.bin": hash("md5", "first"), "b.bin": hash("md5", "second") },
  ...changes,
});

describe("a data set that is fetched", () => {
  test("has the files of its name and nothing else in the cache folder, and is fetched once", async () => {
    const progress: number[] = [];
    const there = await fetchFiles(setOf(), { onProgress: (bytes) => progress.push(bytes) });
    expect(there).toBe(join(caches(), "entropy-sgd", "cifar-10"));
    expect(
      Object.fromEntries(readdirSync(there).map((name) => [name, readFileSync(join(there, name), "utf8")])),
    ).toEqual(contents);
    expect(readdirSync(join(caches(), "entropy-sgd"))).toEqual(["cifar-10"]);
    expect(progress.at(-1)).toBe(archive.length);
    const asked = numRequests;
    expect(await fetchFiles(setOf())).toBe(there);
    expect(numRequests).toBe(asked);
  });

  test("whose folder has lost a file is refused, with what to do", async () => {
    const there = await fetchFiles(setOf());
    rmSync(join(there, "b.bin"));
    const message = `${there}: must hold the files of cifar-10, b.bin is missing; delete the folder and fetch them again`;
    await expect(fetchFiles(setOf())).rejects.toThrow(message);
    for (const name of readdirSync(there)) rmSync(join(there, name));
    expect(() => loadDataSet({ data: "cifar-10" })).toThrow("data_batch_1.bin is missing; delete the folder");
    rmSync(there, { recursive: true });
    expect(await fetchFiles(setOf())).toBe(there);
  });

  test("comes from a mirror if it is the same archive", async () => {
    const archived = { ...setOf().archive!, address: "http://127.0.0.1:1/none" };
    await expect(fetchFiles(setOf({ archive: archived }))).rejects.toThrow(
      /^http:\/\/127.0.0.1:1\/none: cannot be reached \(/,
    );
    await fetchFiles(setOf({ archive: archived }), { from: `${address}/set.tar.gz` });
    expect(existsSync(join(caches(), "entropy-sgd", "cifar-10", "b.bin"))).toBe(true);
  });

  test("without an archive has each file from its own address, or all from a mirror, or none", async () => {
    const known = (text: string, name: string) => ({
      address: `${address}/${name}`,
      bytes: text.length,
      sha256: hash("sha256", text),
    });
    const { archive: _, ...plain } = setOf({
      files: { "one.txt": known("all happy families", "happy.txt"), "two.txt": known("are alike", "alike.txt") },
    });
    const progress: number[] = [];
    const there = await fetchFiles(plain, { from: `${address}/mirror/`, onProgress: (bytes) => progress.push(bytes) });
    expect(readFileSync(join(there, "one.txt"), "utf8")).toBe("all happy families");
    expect(readFileSync(join(there, "two.txt"), "utf8")).toBe("are alike");
    expect(progress.at(-1)).toBe(27);
    rmSync(there, { recursive: true });
    // At the usual address the second file is another one: the first is not kept either.
    await expect(fetchFiles(plain)).rejects.toThrow(/alike\.txt: the file's SHA-256 must be [0-9a-f]{64}, found/);
    expect(readdirSync(caches(), { recursive: true })).toEqual(["entropy-sgd"]);
  });

  test.each([
    ["/short", {}, /short: must be a file of \d+ bytes, got \d+$/],
    ["/long", {}, /long: must be a file of \d+ bytes, it has more$/],
    ["/other", {}, /other: the file's SHA-256 must be [0-9a-f]{64}, found [0-9a-f]{64}$/],
    ["/none", {}, /none: must give a file, it answered 404 Not Found$/],
    ["/set.tar.gz", { "c.bin": "" }, /set.tar.gz: c.bin: the archive must have this file$/],
    ["/set.tar.gz", { "a.bin": "0" }, /set.tar.gz: a.bin: its md5 must be 0, found [0-9a-f]{32}$/],
  ])("leaves nothing behind where %s gives another file than the known one (%j)", async (path, files, message) => {
    await expect(
      fetchFiles(setOf({ files: { ...setOf().files, ...files } }), { from: address + path }),
    ).rejects.toThrow(message);
    expect(readdirSync(caches())).toEqual([]);
  });

  test("ends at a signal", async () => {
    const controller = new AbortController();
    const fetching = fetchFiles(setOf(), {
      from: `${address}/hangs`,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(fetching).rejects.toThrow("interrupted");
    expect(readdirSync(caches())).toEqual([]);
  });
});

describe("CIFAR-10 by name", () => {
  test("says how to get it until it is there", () => {
    expect(() => loadDataSet({ data: "cifar-10" })).toThrow(
      'cifar-10: not fetched yet; "entropy-sgd data cifar-10 --download" gets it (162 MiB from ' +
        "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz), or --data FOLDER names where its .bin files are",
    );
  });

  test("is refused where its files are not the original ones", async () => {
    await fetchFiles(setOf());
    const there = join(caches(), "entropy-sgd", "cifar-10");
    for (const [label, name] of Object.keys(cifar10.files).entries())
      writeFileSync(join(there, name), Buffer.concat([Buffer.from([label]), Buffer.alloc(3072, 7)]));
    const message =
      /cifar-10: the data must be those of cifar-10, with the SHA-256 013ba1.*; delete the folder and fetch them again, found [0-9a-f]{64}$/;
    expect(() => loadDataSet({ data: "cifar-10", validation: 0 })).toThrow(message);
    // Before they are whitened, too.
    await expect(prepareDataSet({ data: "cifar-10", validation: 0, standardise: "zca" })).rejects.toThrow(message);
  });

  test("only data that do not come with the packages are fetched", async () => {
    await expect(fetchDataSet("mnist")).rejects.toThrow(
      'data: only data of these names are fetched: cifar-10, war-and-peace, tiny-shakespeare, ptb, got "mnist"',
    );
  });
});
