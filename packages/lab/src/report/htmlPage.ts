/** Parts of self-contained HTML pages, without linked files; the only script is that of figures. */
import { createHash } from "node:crypto";
import { printable } from "entropy-sgd-training";
import type { Figure } from "./drawFigure.ts";
import { pageScript } from "./pageScript.ts";
import { darkFigureStyle, darkProperties } from "./styles.ts";

/** The content security policy of every page: nothing is loaded, and no script runs but that of figures. */
export const pagePolicy: string =
  `default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; ` +
  `script-src 'sha256-${createHash("sha256").update(pageScript).digest("base64")}'`;

/** A page with a title and a body of HTML. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${pagePolicy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${body}
</main>
${body.includes(dataTag) ? `<script>${pageScript}</script>\n` : ""}</body>
</html>
`;
}

/** Begins the data of a figure; no other text of a page contains it, since what is not ours is escaped. */
const dataTag = '<script type="application/json">';

/** JSON within a page: no text in it ends the element. */
function embedded(data: object): string {
  return `${dataTag}${JSON.stringify(data).replaceAll("<", "\\u003c")}</script>`;
}

/** A page with something in front of its title. */
export function introduced(page: string, html: string): string {
  return html === "" ? page : page.replace("<main>\n", () => `<main>\n${html}\n`);
}

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --surface: white; --ink: black; }
@media screen and (prefers-color-scheme: dark) { :root { ${darkProperties}; } }
@media print { :root { color-scheme: light; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: var(--surface); color: var(--ink); }
main { max-width: 66rem; margin: 0 auto; padding: 2rem 1.2rem 4rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
.lead { font-size: 1.1rem; max-width: 48rem; }

/* A shadow at the right edge while there is more to scroll to: at the end the first layer covers it. */
.scroll { overflow-x: auto; background: linear-gradient(to left, var(--surface) 50%, transparent) right / 3rem 100% no-repeat local,
  linear-gradient(to left, #8889, transparent) right / 1.2rem 100% no-repeat scroll; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.92rem; }
.table { margin-bottom: 1.4rem; } .table p { max-width: 46rem; margin: 0.4rem 0 0; opacity: 0.75; font-size: 0.92rem; }
th, td { padding: 0.35rem 0.5rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { vertical-align: bottom; white-space: normal; } .words { text-align: left; } .long { white-space: normal; min-width: 9rem; }
.whole { white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; position: sticky; left: 0; background: var(--surface); }
tr.differs td { background: var(--soft); } tr.differs td:first-child { background: linear-gradient(var(--soft) 0 0), var(--surface); }
figure { margin: 1rem 0 2.5rem; } figure svg, figure img { max-width: 100%; height: auto; }
.narrow { display: none; }
@media (max-width: 48rem) {
  main { padding: 1rem 0.9rem 3rem; } .wide { display: none; } .narrow { display: block; }
  table { font-size: 0.8rem; } th, td { padding: 0.3rem 0.35rem; }
  .words:not(.number), .whole { white-space: normal; } .long { min-width: 11rem; }
  th:first-child, td:first-child { white-space: normal; overflow-wrap: anywhere; min-width: 6.2rem; max-width: 8.5rem; }
}
figcaption { max-width: 46rem; opacity: 0.85; font-size: 0.92rem; margin-top: 0.3rem; }
.wide, .narrow { position: relative; width: fit-content; max-width: 100%; } .area { cursor: crosshair; touch-action: pan-y; }
.range { fill: #0072B2; fill-opacity: 0.15; stroke: #0072B2; }
.tip { position: absolute; z-index: 1; max-width: min(28rem, 95%); width: max-content; padding: 0.3rem 0.5rem; font-size: 0.82rem; line-height: 1.35;
  background: var(--surface); border: 1px solid #8888; border-radius: 4px; box-shadow: 0 2px 8px #0003; pointer-events: none; }
.tip[hidden] { display: none; } .tip strong { font-weight: 600; }
.tip div { display: flex; justify-content: space-between; gap: 1rem; font-variant-numeric: tabular-nums; } .tip svg { margin-right: 0.4rem; } .tip span { flex-shrink: 0; max-width: 13rem; }
.zoom { display: flex; gap: 0.3rem; justify-content: flex-end; }
.zoom button { font: inherit; font-size: 0.85rem; min-width: 2rem; height: 1.8rem; padding: 0 0.5rem; color: inherit; background: var(--surface);
  border: 1px solid #8888; border-radius: 4px; } .zoom button:disabled { opacity: 0.4; }
.told { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media print { figure { break-inside: avoid; } .zoom, .tip { display: none; } }
`;

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text for HTML outside of tags; control characters are escaped visibly, should a terminal show the file. */
export function escaped(text: string): string {
  return printable(text).replace(/[&<>"]/g, (character) => escapes[character]!);
}

/**
 * The SVG as a part of a page, which has the colours of its own dark style. Plot labels the groups of its marks, which no screen
 * reader may read in a picture: the script knows them by a name of data.
 */
function withinPage(svg: string): string {
  return svg.replace(darkFigureStyle, "").replace(/<g\b[^>]*/g, (tag) => tag.replace(" aria-label=", " data-mark="));
}

/** A figure under its title, with its caption. */
export function figureHtml({ title, caption, svg, narrow, data }: Figure): string {
  const forms = `<div class="wide">${withinPage(svg)}</div><div class="narrow">${withinPage(narrow)}</div>`;
  const drawn = data === null ? forms : forms + embedded(data);
  return `<h2>${escaped(title)}</h2>\n<figure>${drawn}<figcaption>${escaped(caption)}</figcaption></figure>`;
}

/** The settings behind a page, under their own heading. */
export function settingsHtml(settings: PageSettings, caption: string): string {
  const rows = Object.entries(settings).map(([name, value]) => [name, String(value)]);
  return `<h2>Settings</h2>\n${table([["setting", "value"], ...rows], caption)}`;
}

/** The settings that a page's numbers were made with. */
export type PageSettings = Readonly<Record<string, string | number>>;

/** Sentences as a list; nothing without any. */
export function listHtml(sentences: readonly string[]): string {
  if (sentences.length === 0) return "";
  return `<ul>${sentences.map((line) => `<li>${escaped(line)}</li>`).join("\n")}</ul>`;
}

/** Whether a cell is a number, with or without error and unit, or a dash; these are never broken into lines. */
function isNumber(cell: string): boolean {
  const withoutExponents = cell.replace(/(\d)e[-+]?\d+/g, "$1");
  return /^(–|[-+−–±<|≤ ]*[\d.].*|)$/s.test(cell) && /^[^\p{L}]*\p{L}*$/u.test(withoutExponents);
}

/**
 * A table; the first row is the head, rows marked in `differs` are shaded. Numbers are flush right, words flush left. The first
 * column stays visible on narrow screens, so the most important columns come next to it.
 */
export function table(rows: readonly (readonly string[])[], caption: string, differs: readonly boolean[] = []): string {
  return tableOfCells(
    rows.map((row) => row.map((text) => ({ text }))),
    caption,
    differs,
  );
}

/** A name with its settings, `entropy-sgd γ=0.1 ε=0.2 L=100`: a line ends between the two, where there is room for either, not inside. */
function withWholeSettings(text: string): string {
  const found = /^([\w ().-]+) (\S+=\S+(?: \S+=\S+)*)$/.exec(text);
  return found === null ? text : `<span class="whole">${found[1]}</span> <span class="whole">${found[2]}</span>`;
}

/** A cell of a table; a link where it has an address. */
export interface Cell {
  readonly text: string;
  readonly href?: string;
}

/** `table` of cells that may be links. */
export function tableOfCells(
  [head = [], ...body]: readonly (readonly Cell[])[],
  caption: string,
  differs: readonly boolean[] = [],
): string {
  const hasWords = head.map((_, column) => {
    // The first column is flush left always.
    if (column === 0) return false;
    const own = body.map((row) => row[column]?.text ?? "").filter((text) => text !== "–" && text !== "");
    const numWords = own.filter((text) => !isNumber(text)).length;
    // In a table of names and values the values are words if any of them is not a number.
    return head.length === 2 ? numWords > 0 : 2 * numWords > own.length;
  });
  const cells = (row: readonly Cell[], tag: "th" | "td"): string =>
    row
      .map(({ text, href }, column) => {
        const isLong = tag === "td" && text.length > 20 && !isNumber(text);
        const isWhole = tag === "td" && hasWords[column] && isNumber(text) && text.includes(" ");
        const classes = [
          ...(hasWords[column] ? ["words"] : []),
          ...(isLong ? ["long"] : []),
          ...(isWhole ? ["number"] : []),
        ].join(" ");
        const shown = isLong ? withWholeSettings(escaped(text)) : escaped(text);
        const inside = href === undefined ? shown : `<a href="${escaped(href)}">${shown}</a>`;
        // The corner of a table is no head of anything.
        const own = text === "" ? "td" : tag;
        return `<${own}${classes === "" ? "" : ` class="${classes}"`}>${inside}</${own}>`;
      })
      .join("");
  const lines = body.map((row, i) => `<tr${differs[i] ? ' class="differs"' : ""}>${cells(row, "td")}</tr>`);
  return `<div class="table"><div class="scroll" tabindex="0"><table>
<thead><tr>${cells(head, "th")}</tr></thead>
<tbody>${lines.join("\n")}</tbody></table></div><p>${escaped(caption)}</p></div>`;
}
