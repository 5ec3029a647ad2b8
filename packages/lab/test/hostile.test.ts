/** Run folders that are damaged, or made by a stranger to do harm. */
import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { InputError, printable } from "entropy-sgd-training";
import { describe, expect, test } from "vitest";
import { numbers } from "../../training/test/tinyTask.ts";
import { decodeSafetensors, encodeSafetensors } from "../src/io/safetensors.ts";
import { loadRun } from "../src/measure/loadRun.ts";
import { testCurves } from "../src/pages/curves.ts";
import { writeReport } from "../src/pages/writeReport.ts";
import { readConfig, readRun, readWeights } from "../src/runs/readRun.ts";
import { folder, linesOf, weights, wholeRun, withFile, written } from "./hostileRuns.ts";
import { dataOf, withoutScript } from "./pageParts.ts";
import { recordOf } from "./testRecords.ts";

describe("events.jsonl", () => {
  const { events } = wholeRun();
  const typed = (type: string): object => events.find((event) => event.type === type)!;
  const changed = (type: string, changes: object): string => JSON.stringify({ ...typed(type), ...changes });
  const read = (...lines: object[]) => readRun(withFile("events.jsonl", linesOf([typed("start"), ...lines])));

  test("is read with the incidents of the run", () => {
    const run = readRun(written());
    expect(run.resumes).toEqual([typed("resume")]);
    expect(run.rollbacks).toEqual([typed("rollback")]);
    expect([run.outers.length, run.evaluations.length]).toEqual([4, 2]);
  });

  test("has null for non-finite numbers", () => {
    const run = read(
      { ...typed("outer"), batchLoss: null, gradientNorm: null },
      { ...typed("evaluation"), testLoss: null, validationLoss: null },
    );
    expect(run.outers[0]).toMatchObject({ batchLoss: Number.NaN, gradientNorm: Number.NaN, gradients: 20 });
    expect(run.evaluations[0]).toMatchObject({ testLoss: Number.NaN, validationLoss: null });
  });

  test("may be of an older or a newer version, and end in the middle of a line", () => {
    const { rollbacks: _, ...older } = recordOf("entropy-sgd", 1, []).result!;
    const newer = { ...typed("outer"), more: { deep: [[[]]] } };
    const run = read(newer, { type: "constructor" }, { type: "__proto__" }, { type: "end", result: older });
    expect(run.outers).toEqual([typed("outer")]);
    expect(run.result).toEqual({ ...older, rollbacks: 0 });
    expect(readRun(withFile("events.jsonl", `${linesOf(events)}{"type":"outer",`)).outers).toHaveLength(4);
  });

  test.each<[what: string, line: string, why: string]>([
    ["nothing", "", "malformed JSON"],
    ["cut", '{"type":"outer"', "malformed JSON"],
    ["a number", "1", "must be an object with a type"],
    ["null", "null", "must be an object with a type"],
    ["no type", "{}", "must be an object with a type"],
    ["a type that is none", '{"type":1}', "type: must be a string"],
    ["a missing field", '{"type":"checkpoint","gradients":1,"reason":"best"}', "name: is required and must be text"],
    ["a count below zero", changed("outer", { gradients: -1 }), "gradients: must be at least 0"],
    ["a fraction of a count", changed("rollback", { from: 0.5 }), "from: must be a whole number"],
    ["an error rate above 1", changed("evaluation", { testError: 2 }), "testError: must be at most 1"],
    ["an epoch of no gradients", changed("start", { gradientsPerEpoch: 0 }), "gradientsPerEpoch: must be at least 1"],
    ["infinity", changed("outer", { scope: 7 }).replace("7", "1e999"), "scope: must be a finite number"],
    ["a place deep inside", changed("resume", { skipped: [{ name: 1 }] }), "skipped.0.name: must be text"],
    ["an unknown reason", changed("non-finite", { what: "luck" }), "what: must be one of batch loss, "],
    ["an end without a result", '{"type":"end"}', "result: is required and must be a mapping"],
    ["a line too long", `{"type":"more","text":"${"x".repeat(2 ** 20)}"}`, "the line must have at most 1048576 char"],
  ])("is refused for %s", (_, line, why) => {
    const path = withFile("events.jsonl", `${linesOf([typed("start")])}${line}\n`);
    expect(() => readRun(path)).toThrow(InputError);
    expect(() => readRun(path)).toThrow(`${join(path, "events.jsonl")}:2: malformed event (${why}`);
  });
});

describe("config.json", () => {
  const { config } = wholeRun();
  const changed = (changes: object): string => JSON.stringify({ ...config, ...changes });

  test("has the checksum of the data, null for data without one and in older runs", () => {
    const checksum = (changes: object) => readConfig(withFile("config.json", changed(changes))).dataChecksum;
    expect([{}, { dataChecksum: null }, { dataChecksum: undefined }].map(checksum)).toEqual(["abc", null, null]);
  });

  test.each<[what: string, text: string, why: string]>([
    ["cut", '{"version":', "config.json: malformed JSON"],
    ["null", "null", "config.json: must hold an object"],
    ["a list", "[]", "config.json: must hold an object"],
    ["deep", `{"network":${"[".repeat(1e5)}${"]".repeat(1e5)}}`, "config.json: must be nested at most 16 deep"],
    ["a key twice", '{"seed":1,"seed":2}', 'config.json: keys must differ, "seed" is there twice'],
    ["no environment", changed({ environment: [] }), "environment is missing or malformed"],
    ["a checksum that is none", changed({ dataChecksum: 1 }), "dataChecksum must be a string or null"],
    ["an unknown setting", changed({ more: 1 }), "config.json: settings: Unrecognized key"],
    ["a prototype", changed({}).replace("{", '{"__proto__":{"seed":7},'), "config.json: settings: Unrecognized key"],
    ["too large", " ".repeat(2 ** 20 + 1), "config.json: must have at most 1048576 bytes, it has 1048577"],
  ])("is refused: %s", (_, text, why) => {
    const path = withFile("config.json", text);
    expect(() => readRun(path)).toThrow(InputError);
    expect(() => readRun(path)).toThrow(why);
  });

  test("cannot reach the prototype of objects by the names of options", () => {
    const text = changed({}).replace('"options":{', '"options":{"__proto__":"x","constructor":"y",');
    const { options } = readConfig(withFile("config.json", text)).settings;
    expect([options.constructor, Object.getPrototypeOf(options)]).toEqual(["y", Object.prototype]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test.each(["constructor", "__proto__", "toString", "unknown\u001b[2J"])("has no network %j", async (network) => {
    const path = withFile("config.json", changed({ network }));
    writeFileSync(join(path, "events.jsonl"), linesOf([{ ...recordOf("entropy-sgd", 1, []).start, network }]));
    await expect(loadRun(path)).rejects.toThrow(`the network ${JSON.stringify(network)} is unknown here`);
  });

  test("has a network whose weights are float32", async () => {
    const path = written();
    const tensors = [{ name: "conv1.weight", shape: [500], data: new Float64Array(500) }];
    writeFileSync(join(path, "weights.safetensors"), encodeSafetensors({ tensors, metadata: {} }));
    await expect(loadRun(path)).rejects.toThrow(/\[20×1×5×5\] named conv1\.weight, found a tensor \[500\] of float64$/);
  });
});

describe("a report of texts that are HTML", () => {
  const payload = (id: string): string =>
    `<img src=x onerror=alert(1)><script>${id}</script>"'&\u001b]0;x\u0007\u009b\u202e`;
  const tags = (text: string): string[] => [...text.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
  const harmless =
    /^<(!doctype|\/?(html|head|meta|title|desc|style|body|main|h[12]|p|ul|li|div|table|caption|t(head|body|r|h|d)|fig(ure|caption)|svg|g|path|text|circle|line))\b/;

  /** A run with HTML wherever a text is free. */
  function poisoned(optimizer = payload("optimizer"), preset: string | null = payload("preset")) {
    const { config, events } = wholeRun();
    const replaced = (value: object, by: (key: string, item: unknown) => unknown): object =>
      JSON.parse(JSON.stringify(value, by));
    const { device, ...said } = config.environment;
    const environment = { ...replaced(said, (key, item) => (typeof item === "string" ? payload(key) : item)), device };
    const own: Readonly<Record<string, unknown>> = { optimizer, preset };
    const texts = { ...own, network: payload("network"), data: payload("data") };
    const options = { ...config.options, [payload("option")]: payload("value"), constructor: payload("constructor") };
    const free = ["network", "name", "why", "checkpoint"];
    const inEvent = (key: string, item: unknown): unknown =>
      Object.hasOwn(own, key) ? own[key] : free.includes(key) && typeof item !== "object" ? payload(key) : item;
    const poisonedEvents = events.map((event) => replaced(event, inEvent));
    return { config: { ...config, ...texts, environment, options }, events: poisonedEvents };
  }

  function reportOf(runs: readonly string[]): { html: string; svgs: string[] } {
    const out = folder("out");
    const html = readFileSync(writeReport(out, runs), "utf8");
    const names = readdirSync(join(out, "figures")).filter((name) => name.endsWith(".svg"));
    return { html, svgs: names.map((name) => readFileSync(join(out, "figures", name), "utf8")) };
  }

  test("shows the texts unchanged", () => {
    const one = written(poisoned(), folder("<img src=x onerror=alert(1)>\u001b[2J"));
    const { html, svgs } = reportOf([one, written()]);
    for (const text of [withoutScript(html), ...svgs]) {
      expect(tags(text).length).toBeGreaterThan(20);
      for (const tag of tags(text)) {
        expect(tag).toMatch(harmless);
        expect(tag).not.toMatch(/\s(on\w+|href|src|xlink:href)\s*=/i);
      }
      expect(text).not.toMatch(/<script|<img/i);
    }
    for (const text of [html, ...svgs]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal obeys them.
      expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    }
    const shown = "network optimizer preset data option value constructor processor node platform".split(" ");
    for (const id of shown)
      expect(html).toContain(`&lt;script&gt;${id}&lt;/script&gt;&quot;'&amp;\\x1b]0;x\\x07\\x9b\\u202e`);
    expect(html).toContain(">&lt;img src=x onerror=alert(1)&gt;\\x1b[2J</td>");
    expect(svgs.some((svg) => svg.includes("&lt;script&gt;optimizer&lt;/script&gt;"))).toBe(true);
    const name = `${payload("optimizer")} (${payload("preset")})`;
    const names = dataOf(html).flatMap(({ series }) => series.map((own) => own.name));
    // As far as the legend has it, whose length is bounded.
    expect(names).toContain(`${printable(name).slice(0, 80)}…`);
  });

  test("draws names that look like colours, references or markup as texts in the colours of the palette", () => {
    const names = ["red", "url(https://example.com/x.svg#a)"];
    // Without a preset, which would stand behind the name.
    const { svgs } = reportOf(names.map((name) => written(poisoned(name, null))));
    for (const tag of svgs.flatMap(tags)) expect(tag).not.toMatch(/"red"|url\(/);
    for (const name of names) expect(svgs.join()).toContain(`>${name}</text>`);
    const others = ["\u0000\ud800\uffff xmlns= \n\t&nbsp;\u00a0", "x".repeat(1e5)];
    for (const svg of reportOf(others.map((name) => written(poisoned(name)))).svgs) {
      expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(svg.length).toBeLessThan(60_000);
    }
  });

  test("prints the largest and smallest numbers, and many of them", () => {
    const run = wholeRun();
    const gradients = Number.MAX_SAFE_INTEGER;
    const most = { gradients, batchLoss: Number.MAX_VALUE, gradientNorm: 5e-324, scope: 1e-300 };
    const plan = { totalGradients: gradients, gradientsPerEpoch: 1 };
    const changes: Readonly<Record<string, object>> = { start: plan, outer: most, evaluation: { gradients } };
    const events = run.events.map((event) => ({ ...event, ...changes[event.type] }));
    expect(reportOf([written({ ...run, events })]).html).not.toMatch(/NaN|undefined|Infinity/);
    const record = recordOf("sgd", 1, [0.1]);
    const evaluations = Array.from({ length: 1e5 }, (_, i) => ({ ...record.evaluations[0]!, gradients: i }));
    expect(testCurves([{ ...record, evaluations }]).length).toBeGreaterThan(699);
  });
});

describe("symbolic links", () => {
  const longAgo = new Date("2001-02-03T04:05:06Z");

  /** A file outside of any run, and a check that nobody has touched it. */
  function outside(name: string, content: string | Uint8Array): { path: string; requireUntouched: () => void } {
    const path = join(folder("outside"), name);
    writeFileSync(path, content);
    utimesSync(path, longAgo, longAgo);
    utimesSync(join(path, ".."), longAgo, longAgo);
    return {
      path,
      requireUntouched: () => {
        expect(readFileSync(path)).toEqual(Buffer.from(content));
        for (const place of [path, join(path, "..")]) expect(lstatSync(place).mtime).toEqual(longAgo);
        expect(readdirSync(join(path, ".."))).toEqual([name]);
      },
    };
  }

  test.each(["config.json", "events.jsonl", "weights.safetensors"])("at %s are not read", (name) => {
    const path = written();
    const place = join(path, name);
    const { path: file, requireUntouched } = outside(name, readFileSync(place));
    const read = () => [readRun(path), readWeights(path)];
    expect(read).not.toThrow();
    for (const target of [file, join(file, ".."), join(path, "nowhere")]) {
      rmSync(place);
      symlinkSync(target, place);
      expect(read).toThrow(InputError);
      expect(read).toThrow(new RegExp(`^${place}: cannot be read \\(it is a symbolic link\\)$`));
    }
    if (name === "events.jsonl") expect(() => writeReport(folder("out"), [path])).toThrow(/it is a symbolic link/);
    requireUntouched();
  });

  test("at figures/ and report.html are not followed", () => {
    const path = written();
    const { path: file, requireUntouched } = outside("precious", "precious");
    symlinkSync(join(file, ".."), join(path, "figures"));
    expect(() => writeReport(path, [path])).toThrow(/figures: must be a folder, and no symbolic link$/);
    expect(() => readFileSync(join(path, "report.html"))).toThrow();
    rmSync(join(path, "figures"));
    mkdirSync(join(path, "figures"));
    const replaced = ["report.html", "figures/scope.svg", "figures/scope.png"].map((name) => join(path, name));
    for (const place of replaced) symlinkSync(file, place);
    writeReport(path, [path]);
    for (const place of replaced) expect(lstatSync(place).isFile()).toBe(true);
    requireUntouched();
  });

  test.skipIf(process.platform === "win32")("pipes and folders are refused without waiting for them", () => {
    for (const name of ["config.json", "events.jsonl", "weights.safetensors"]) {
      for (const make of [(place: string) => execFileSync("mkfifo", [place]), mkdirSync]) {
        const path = written();
        rmSync(join(path, name));
        make(join(path, name));
        expect(() => [readRun(path), readWeights(path)]).toThrow(`${join(path, name)}: must be a plain file`);
      }
    }
  });

  test("a folder without runs that began has no report", () => {
    const path = written();
    rmSync(join(path, "events.jsonl"));
    expect(() => writeReport(path, [path])).toThrow(/: a report needs runs, and none has begun$/);
    expect(readdirSync(path)).toEqual(["config.json", "weights.safetensors"]);
  });
});

describe("random files", () => {
  type Next = () => number;
  const pick = <Item>(next: Next, list: readonly Item[]): Item => list[Math.floor(next() * list.length)]!;
  const randomBytes = (next: Next): Buffer => Buffer.from(Array.from({ length: 50 * next() }, () => 256 * next()));
  const instead = ["99999999999999999999", "-1", "1e999", "4294967296", "0.5", "null", "0", "1", "2", "[".repeat(2e4)];

  /** The bytes with one change. */
  function changed(bytes: Buffer, next: Next): Buffer {
    const from = Math.floor(next() * (bytes.length + 1));
    const to = from + Math.floor(next() * 40);
    const [before, middle, after] = [bytes.subarray(0, from), bytes.subarray(from, to), bytes.subarray(to)];
    const flipped = middle.map((byte, i) => (i === 0 ? byte ^ (1 << (8 * next())) : byte));
    const renumbered = bytes.toString("latin1", from).replace(/\d+/, pick(next, instead));
    return pick(next, [
      before,
      Buffer.concat([before, after]),
      Buffer.concat([before, middle, middle, after]),
      Buffer.concat([before, randomBytes(next), middle, after]),
      Buffer.concat([before, flipped, after]),
      Buffer.concat([before, Buffer.from(renumbered, "latin1")]),
    ]);
  }

  function severalTimes(bytes: Buffer, next: Next): Buffer {
    return Array.from({ length: 1 + 2 * next() }).reduce<Buffer>((changing) => changed(changing, next), bytes);
  }

  /** How many files of these seeds were read, and how many refused; anything else fails. */
  function outcomes(numSeeds: number, read: (next: Next) => void): { read: number; refused: number } {
    const counts = { read: 0, refused: 0 };
    for (let seed = 1; seed <= numSeeds; seed++) {
      try {
        read(numbers(Math.imul(seed, 0x9e3779b1)));
        counts.read += 1;
      } catch (error) {
        if (!(error instanceof InputError)) throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
        counts.refused += 1;
      }
    }
    return counts;
  }

  test("of weights are read within their bounds, or refused", () => {
    const shape = [3];
    const arrays = [Float64Array.of(0.1, -0, 7), Float32Array.of(1, 2, 3)];
    const tensors = arrays.map((data, i) => ({ name: `${i}`, shape, data }));
    const bases = [weights, encodeSafetensors({ tensors, metadata: {} })].flatMap((bytes) => {
      const end = 8 + Number(Buffer.from(bytes).readBigUInt64LE());
      const [header, data] = [Buffer.from(bytes.subarray(8, end)), Buffer.from(bytes.subarray(end))];
      const unchecked = Buffer.from(header.toString().replace(/"sha256":"\w+"/, '"k":"v"'));
      return [[header, data] as const, [unchecked, data] as const];
    });
    const counts = outcomes(8000, (next) => {
      const [header, data] = pick(next, bases);
      const where = next();
      const text = where < 0.8 ? severalTimes(header, next) : header;
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(text.length));
      const whole = Buffer.concat([length, text, where > 0.7 ? severalTimes(data, next) : data]);
      const bytes = pick(next, [whole, whole, whole, changed(whole, next), randomBytes(next)]);
      const read = decodeSafetensors(bytes, "f").tensors;
      expect(read.reduce((sum, one) => sum + one.data.byteLength, 0)).toBeLessThan(bytes.length);
      for (const one of read) expect(one.shape.reduce((product, size) => product * size, 1)).toBe(one.data.length);
    });
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(200);
  });

  test.each(["config.json", "events.jsonl"])("named %s are read or refused", (name) => {
    const path = written();
    const base = readFileSync(join(path, name));
    const counts = outcomes(1000, (next) => {
      writeFileSync(join(path, name), next() < 0.05 ? randomBytes(next) : severalTimes(base, next));
      readRun(path);
    });
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(50);
  });
});
