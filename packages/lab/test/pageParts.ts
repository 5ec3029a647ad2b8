/** A page, and what its script reads. */
import type { FigureData } from "../src/report/figureData.ts";
import { pageScript } from "../src/report/pageScript.ts";

/** The data of a figure within a page: no text in them can end the element. */
const dataElement = /<script type="application\/json">([^<]*)<\/script>/g;

/** What a page holds beside its one script and the data of its figures. */
export function withoutScript(html: string): string {
  return html.replace(`<script>${pageScript}</script>`, () => "").replace(dataElement, "");
}

/** The data of a page's figures. */
export function dataOf(html: string): FigureData[] {
  return [...html.matchAll(dataElement)].map(([, json]) => JSON.parse(json!) as FigureData);
}
