/** The script of pages as it lies in them: packages/lab/src/report/browser in one file, minified. */
import { join } from "node:path";
import { buildSync } from "esbuild";
import { root } from "./workspace.ts";

/** Where it is committed, from the root: pages are written where there is no bundler. */
export const pageScriptFile = "packages/lab/src/report/pageScript.ts";

/** The text of that file. */
export function pageScriptModule(): string {
  const { outputFiles } = buildSync({
    entryPoints: [join(root, "packages/lab/src/report/browser/main.ts")],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    target: "es2022",
    legalComments: "none",
  });
  const script = outputFiles[0]!.text.trim();
  return `/** Made by \`npm run redraw\` of the files in browser/: the script of pages. */\nexport const pageScript: string =\n  ${JSON.stringify(script)};\n`;
}
