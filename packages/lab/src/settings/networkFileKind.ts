/** Networks of a user's own: a module that builds one, or an ONNX model. */
import { extname } from "node:path";

/** What a file holds, by the end of its name. */
const kinds = { ".onnx": "onnx", ".ts": "module", ".mts": "module", ".js": "module", ".mjs": "module" } as const;

/** What a file of a network holds. */
export type NetworkFileKind = (typeof kinds)[keyof typeof kinds];

/** The ends of names of files that hold networks. */
export const networkFileEnds: string = Object.keys(kinds).join(", ");

/** What a file holds; null for the name of a network. */
export function networkFileKind(asked: string): NetworkFileKind | null {
  return kinds[extname(asked) as keyof typeof kinds] ?? null;
}
