/** Formulas of the article, as MathML when the page is built: no script and no font is loaded for them. */
import katex from "katex";
import type { Plugin } from "vite";

/** TeX between \( and \), or on a line of its own between \[ and \], becomes MathML. */
export const formulas: Plugin = {
  name: "formulas",
  transformIndexHtml: {
    order: "pre",
    handler: (html) =>
      html
        .replace(/\\\(([\s\S]+?)\\\)/g, (_, tex: string) => rendered(tex, false))
        .replace(/\\\[([\s\S]+?)\\\]/g, (_, tex: string) => rendered(tex, true)),
  },
};

function rendered(tex: string, displayMode: boolean): string {
  const plain = tex.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  return katex.renderToString(plain, { output: "mathml", displayMode, strict: "error" });
}
