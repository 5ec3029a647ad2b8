/** Writes the script of pages, which `npm run redraw` puts into those that are committed. */
import { join } from "node:path";
import { writeWhole } from "../packages/lab/src/io/files.ts";
import { pageScriptFile, pageScriptModule } from "./pageScript.ts";
import { root } from "./workspace.ts";

writeWhole(join(root, pageScriptFile), pageScriptModule());
