import { describe, expect, test } from "vitest";
import { lossCurves, scopeCurves, testCurves } from "../src/pages/curves.ts";
import { renderReport } from "../src/pages/renderReport.ts";
import { resultTable } from "../src/pages/resultTable.ts";
import { figuresOf } from "../src/pages/trainingFigures.ts";
import type { Figure } from "../src/report/drawFigure.ts";
import { escaped, table } from "../src/report/htmlPage.ts";
import { svgToPng } from "../src/report/svgToPng.ts";
import type { RunRecord } from "../src/runs/readRun.ts";
import { recordOf, resultWith } from "./testRecords.ts";

const two = [recordOf("entropy-sgd", 1, [0.03, 0.01]), recordOf("entropy-sgd", 2, [0.05, 0.02])];
const other = [recordOf("sgd", 1, [0.04, 0.018]), recordOf("sgd", 2, [0.04, 0.012])];
const page = (records: readonly RunRecord[]): string => renderReport(records, figuresOf(records));

test("only cells of words are broken into lines, which is decided in linear time", () => {
  const isText = (cell: string): boolean => table([["head"], [cell]], "").includes('class="long"');
  const [words, long] = ["two and more words in a cell", "x".repeat(5e5)];
  expect([words, "0.123 ± 0.456, 0.789 ± 0.012", `${long} `].map(isText)).toEqual([true, false, true]);
  expect([`1${long}`, "12 345 678 901 234 567 abc", "0".repeat(5e5), "e1".repeat(5e5)].map(isText)).toEqual([
    false,
    false,
    false,
    true,
  ]);
});

test("a report has each machine once, and a dash for a setting that is empty", () => {
  const [one, again] = two as [RunRecord, RunRecord];
  const rowOf = (name: string, records: readonly RunRecord[]): string[] => {
    const [, row] = new RegExp(`<tr[^>]*><td>${name}(</td>.*)</tr>`).exec(page(records))!;
    return [...row!.matchAll(/<td[^>]*>([^<]*)/g)].map(([, cell]) => cell!);
  };
  expect(rowOf("cores", [one, again])).toEqual(["2"]);
  const elsewhere = { ...again, environment: { ...again.environment, cores: 8, adapter: "some GPU" } };
  expect(rowOf("cores", [one, elsewhere, ...other])).toEqual(["2", "8"]);
  expect(rowOf("adapter", [one, elsewhere, ...other])).toEqual(["–", "some GPU"]);
  expect(one.settings.freeze).toEqual([]);
  expect(rowOf("freeze", [one, ...other])).toEqual(["–", "–"]);
});

describe("curves", () => {
  test("are means and standard deviations over seeds, in per cent", () => {
    const [first, last] = testCurves(two);
    expect(first).toMatchObject({ optimizer: "entropy-sgd", gradients: 40, n: 2 });
    expect(first!.mean).toBeCloseTo(4, 10);
    expect(first!.high - first!.mean).toBeCloseTo(Math.SQRT2, 10);
    expect(last!.low).toBeCloseTo(1.5 - Math.SQRT1_2, 10);
  });

  test("of the loss are running means", () => {
    // Losses are 1/20, 1/40, 1/60, 1/80.
    expect(lossCurves([other[0]!], 2).map(({ value }) => value)).toEqual([
      1 / 20,
      (1 / 20 + 1 / 40) / 2,
      (1 / 40 + 1 / 60) / 2,
      (1 / 60 + 1 / 80) / 2,
    ]);
  });

  test("of the scope come from the first run that has one", () => {
    expect(scopeCurves(other)).toEqual([]);
    expect(new Set(scopeCurves([...other, ...two]).map(({ series }) => series)).size).toBe(3);
  });
});

describe("figures", () => {
  test("have a band with two seeds and none with one", () => {
    const bands = (records: readonly RunRecord[]) => figuresOf(records)[0]!.svg.split('aria-label="area"').length - 1;
    // One for each optimizer.
    expect(bands([...two, ...other])).toBe(2);
    expect(bands([two[0]!, other[0]!])).toBe(0);
  });

  test("name every series and axis, and stand alone", () => {
    for (const { svg } of figuresOf([...two, ...other])) {
      expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
      expect(svg).toContain("gradient evaluations");
      expect(svg.replaceAll("http://www.w3.org", "")).not.toMatch(/https?:|href/);
    }
    expect(figuresOf([...two, ...other])[0]!.svg).toMatch(/entropy-sgd[\s\S]*sgd/);
  });

  test("become PNG of twice their size", () => {
    const png = Buffer.from(svgToPng(figuresOf(two)[0]!.svg));
    expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1520, 800]);
  });
});

test("runs with one evaluation are drawn beside one another, a marker for each seed", () => {
  const once = [recordOf("entropy-sgd", 1, [0.08]), recordOf("entropy-sgd", 2, [0.085]), recordOf("sgd", 1, [0.07])];
  const [{ svg, caption }] = figuresOf(once) as [Figure];
  expect(caption).toContain("a marker for each seed");
  expect(svg).not.toContain("gradient evaluations");
  // Three runs, and a sample of each of two optimizers in the legend.
  expect(svg.match(/<circle|<path[^>]*transform/g)!.length).toBeGreaterThanOrEqual(5);
});

describe("the page", () => {
  test("reports the judgement of two seeds, and a difference that is seen", () => {
    // Pairs −0.8 and 0.8 points: 0 ± 0.8, of which 12.7 + 1.38 standard errors could have been seen.
    expect(page([...two, ...other])).toContain("not distinguishable with 2 seeds: 0.00 ± 0.80 points; ");
    const far = [recordOf("sgd", 1, [0.2, 0.101]), recordOf("sgd", 2, [0.2, 0.112])];
    // Pairs −9.1 and −9.2 points.
    expect(page([...two, ...far])).toContain("(lower by 9.15 ± 0.05 points, beyond the margin of ±0.20 points)");
    const single = page([two[0]!, other[0]!, recordOf("adam", 1, [0.2, 0.1])]);
    expect(single.split("One seed says nothing about the spread")).toHaveLength(2);
    expect(page([...two, ...other])).not.toMatch(/parity/);
  });

  test("uses ± in one meaning, prints no null, and mentions dropout only if there is some", () => {
    const html = page([...two, ...other]);
    expect(html).toContain("entropy-sgd 1.50 % against sgd 1.50 % at the end");
    expect(html).toContain("± is the standard error of the difference.");
    expect(html).not.toContain(">null<");
    const dropping = two.map((record) => ({ ...record, settings: { ...record.settings, dropout: 0.5 } }));
    const without = two.map((record) => ({ ...record, settings: { ...record.settings, dropout: 0 } }));
    expect(page(dropping)).toContain("Mini-batch loss with dropout where");
    expect(page(without)).toContain("Mini-batch loss where");
  });

  test("prints no invalid numbers for diverged, interrupted and empty runs", () => {
    const diverged = recordOf("sgd", 1, [], {
      reason: "non-finite",
      testError: null,
      bestTestError: null,
      minTestError: null,
      trainLoss: null,
      msPerGradient: null,
    });
    const early = { ...recordOf("adam", 1, []), outers: [], result: null };
    for (const records of [[diverged], [early], [diverged, early, ...two], [recordOf("sgd", 1, [0])]]) {
      const html = page(records);
      expect(html).not.toMatch(/NaN|undefined|Infinity/);
      expect(html.replaceAll("http://www.w3.org", "")).not.toMatch(/https?:/);
    }
    expect(page([diverged])).toContain("1 of 1 runs diverged and have no part in the means");
  });

  test("escapes texts and marks settings that differ", () => {
    expect(escaped('<a b="c">&')).toBe("&lt;a b=&quot;c&quot;&gt;&amp;");
    expect(page(two)).toContain("&lt;test&gt;");
    expect(page([...two, ...other])).toMatch(
      /<tr class="differs"><td>learningRate<\/td><td[^>]*>1<\/td><td[^>]*>0\.1<\/td>/,
    );
    expect(page([...two, ...other])).toMatch(/<tr><td>batchSize<\/td>/);
  });
});

test("the table of the terminal is aligned and counts diverged runs", () => {
  const table = resultTable([
    resultWith({ optimizer: "entropy-sgd", preset: "lua", testError: 0.01 }),
    resultWith({ optimizer: "entropy-sgd", preset: "lua", testError: 0.02 }),
    resultWith({ testError: null, bestTestError: null, minTestError: null, trainLoss: null, reason: "non-finite" }),
  ]);
  const [head, rule, first, second] = table.split("\n");
  expect(first).toMatch(/^entropy-sgd \(lua\)\s+2\s+80\s+1\.50 ± 0\.71\s/);
  expect(second).toMatch(/^sgd\s+0 of 1 \(1 diverged\)\s+80\s+–\s/);
  expect(table).toContain("±: sample standard deviation over seeds");
  // The best and the last errors differ for the first optimizer only: the columns stay, and are explained.
  expect(table).toContain("at best validation: the test error at the evaluation with the lowest validation error");
  expect(resultTable([resultWith({})])).not.toMatch(/best validation|minimum|±/);
  expect(rule!.length).toBe(head!.length);
  expect(first!.length).toBe(rule!.length);
});
