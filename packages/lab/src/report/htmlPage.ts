/** Parts of self-contained HTML pages: no script, no file beside them. */
import { printable } from "../printable.ts";
import type { Figure } from "./drawFigure.ts";

/** A page with a title and a body of HTML. */
export function htmlPage(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${body}
</main>
</body>
</html>
`;
}

/** A page with something in front of its title. */
export function introduced(page: string, html: string): string {
  return html === "" ? page : page.replace("<main>\n", () => `<main>\n${html}\n`);
}

const style = `
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --surface: white; --ink: black; }
@media (prefers-color-scheme: dark) { :root { --surface: #17191b; --ink: #e6e6e3; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: var(--surface); color: var(--ink); }
main { max-width: 66rem; margin: 0 auto; padding: 2rem 1.2rem 4rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; }
.lead { font-size: 1.1rem; max-width: 48rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.92rem; }
caption { caption-side: bottom; text-align: left; padding-top: 0.4rem; opacity: 0.75; }
th, td { padding: 0.35rem 0.5rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
.text { white-space: normal; min-width: 9rem; } .scroll { margin-bottom: 1.4rem; }
tr.differs td { background: var(--soft); }
figure { margin: 1rem 0 2.5rem; } figure svg { max-width: 100%; height: auto; } figure .scroll svg { max-width: none; }
.narrow { display: none; }
@media (max-width: 48rem) {
  main { padding: 1rem 0.9rem 3rem; } .wide { display: none; } .narrow { display: block; }
  table { font-size: 0.8rem; } th, td { padding: 0.3rem 0.35rem; white-space: normal; overflow-wrap: break-word; min-width: 3.4rem; }
  td:first-child, th:first-child { min-width: 5.5rem; } .text { min-width: 5rem; }
}
figcaption { max-width: 46rem; opacity: 0.85; font-size: 0.92rem; margin-top: 0.3rem; }
@media print { figure { break-inside: avoid; } }
`;

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text for HTML, outside of tags; what a terminal may obey, should one show the file, is visible too. */
export function escaped(text: string): string {
  return printable(text).replace(/[&<>"]/g, (character) => escapes[character]!);
}

/** A figure under its title, with its caption. */
export function figureHtml({ title, caption, svg, narrow }: Figure): string {
  const drawn =
    narrow === null
      ? `<div class="scroll">${svg}</div>`
      : `<div class="wide">${svg}</div><div class="narrow">${narrow}</div>`;
  return `<h2>${escaped(title)}</h2>\n<figure>${drawn}<figcaption>${escaped(caption)}</figcaption></figure>`;
}

/** The settings behind a page, under their own heading. */
export function settingsHtml(settings: PageSettings, caption: string): string {
  const rows = Object.entries(settings).map(([name, value]) => [name, String(value)]);
  return `<h2>Settings</h2>\n${table([["setting", "value"], ...rows], caption)}`;
}

/** What a page tells of how its numbers were made. */
export type PageSettings = Readonly<Record<string, string | number>>;

/** Sentences as a list. */
export function listHtml(sentences: readonly string[]): string {
  return `<ul>${sentences.map((line) => `<li>${escaped(line)}</li>`).join("\n")}</ul>`;
}

/** Words that may be broken into lines, unlike numbers: three letters, and a blank behind them. */
function isLong(cell: string): boolean {
  const word = cell.search(/\p{L}{3}/u);
  return cell.length > 22 && word >= 0 && cell.lastIndexOf(" ") > word;
}

/** A table; the first row is the head, rows marked in `differs` are shaded. */
export function table(rows: readonly (readonly string[])[], caption: string, differs: readonly boolean[] = []): string {
  const [head, ...body] = rows;
  const cells = (row: readonly string[], tag: "th" | "td"): string =>
    row.map((cell) => `<${tag}${isLong(cell) ? ' class="text"' : ""}>${escaped(cell)}</${tag}>`).join("");
  const lines = body.map((row, i) => `<tr${differs[i] ? ' class="differs"' : ""}>${cells(row, "td")}</tr>`);
  return `<div class="scroll"><table><caption>${escaped(caption)}</caption>
<thead><tr>${cells(head ?? [], "th")}</tr></thead>
<tbody>${lines.join("\n")}</tbody></table></div>`;
}
