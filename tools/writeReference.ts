/** `npm run reference`: writes docs/reference/options.md from the option tables in the sources. */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { optionsPage } from "../packages/lab/src/commands/optionsReference.ts";

writeFileSync(fileURLToPath(new URL("../docs/reference/options.md", import.meta.url)), optionsPage());
