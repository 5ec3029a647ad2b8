/** YAML or JSON with the places of its parts, so that errors name line and column. */
import { InputError, printable } from "entropy-sgd-training";
import {
  CST,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from "yaml";

/** Keys and indices from the outermost mapping inwards. */
export type Path = readonly (string | number)[];

/** A parsed file. */
export interface PlacedYaml {
  /** Mappings, lists, text, numbers, booleans and null. */
  readonly value: unknown;
  /** The error that a value breaks a rule: `FILE:LINE:COLUMN: path: rule, got value`. */
  refusal(path: Path, rule: string): InputError;
  /** The same where the rule names the value already. */
  valueRefusal(path: Path, what: string): InputError;
  /** The error that something is wrong with a key, whatever its value. */
  keyRefusal(path: Path, what: string): InputError;
}

// No sweep is nested deeper; the parser is recursive, and its stack is limited.
const maxDepth = 16;
const maxIndentation = 128;
const maxAliases = 100;

/**
 * Parses YAML 1.2, of which JSON is a part. Duplicate keys, tags other than YAML's own and aliases that multiply without
 * end are errors.
 *
 * @param file - the name of the file in messages
 * @throws InputError that begins with `FILE:LINE:COLUMN:`
 */
export function placedYaml(text: string, file: string): PlacedYaml {
  const lines = new LineCounter();
  const errorAt = (offset: number, message: string): InputError => {
    const { line, col } = lines.linePos(offset);
    const path = `${printable(file)}:${Math.max(1, line)}:${Math.max(1, col)}`;
    return new InputError({ path, rule: printable(message) });
  };
  lines.addNewLine(0);
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines.addNewLine(at + 1);
  const tooDeep = deepPlace(text);
  if (tooDeep !== null) {
    throw errorAt(tooDeep, `must be nested at most ${maxDepth} deep and indented by at most ${maxIndentation} columns`);
  }
  // Keys are compared below, in linear time and with their path.
  const rules = { prettyErrors: false, uniqueKeys: false, stringKeys: true, resolveKnownTags: false } as const;
  const document = parseDocument(text, { ...rules, version: "1.2", schema: "core", merge: false, logLevel: "error" });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) throw errorAt(problem.pos[0], `malformed YAML: ${problem.message}`);
  const placeOf = (node: unknown): number => (isNode(node) ? (node.range?.[0] ?? 0) : 0);
  const twice = duplicateKey(document);
  if (twice !== null) throw errorAt(placeOf(twice), `${String(twice)}: is there twice`);
  const value = plainValue(document, (node, message) => errorAt(placeOf(node), message));
  const withPath = (path: Path, message: string): string =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`;
  return {
    value,
    refusal: (path, rule) =>
      errorAt(placeOf(nodeAt(document, path).value), withPath(path, `${rule}, got ${shown(valueAt(value, path))}`)),
    valueRefusal: (path, what) => errorAt(placeOf(nodeAt(document, path).value), withPath(path, what)),
    keyRefusal: (path, what) => errorAt(placeOf(nodeAt(document, path).key), withPath(path, what)),
  };
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key) ? Reflect.get(inner, key) : undefined,
    value,
  );
}

/** A value in a message. */
function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a mapping";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/** Marks of the lexer that are not in the text. */
const marks: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);

/** The place where brackets, dashes or indentation are nested too deep; null if they are not. */
function deepPlace(text: string): number | null {
  let [at, depth, onLine, isText, isLineStart] = [0, 0, 0, false, true];
  for (const token of new Lexer().lex(text)) {
    const isMark = marks.has(token);
    if (!isText && !isMark) {
      if (token === "[" || token === "{") depth += 1;
      if (token === "]" || token === "}") depth -= 1;
      if (token === "-" || token === "?") onLine += 1;
      const indentation = isLineStart && /^ +$/.test(token) ? token.length : 0;
      if (depth + onLine > maxDepth || indentation > maxIndentation) return at;
      isLineStart = token.endsWith("\n");
      if (isLineStart) onLine = 0;
    }
    isText = token === CST.SCALAR;
    if (!isMark) at += token.length;
  }
  return null;
}

function duplicateKey(document: Document): Node | null {
  let found: Node | null = null;
  visit(document, {
    Map(_, { items }) {
      const keys = new Set<unknown>();
      for (const { key } of items) {
        const name = isScalar(key) ? key.value : key;
        if (keys.has(name) && isNode(key)) found ??= key;
        keys.add(name);
      }
      return found === null ? undefined : visit.BREAK;
    },
  });
  return found;
}

function plainValue(document: Document, errorAt: (node: unknown, message: string) => InputError): unknown {
  const aliases: Node[] = [];
  let unknown: Node | undefined;
  visit(document, {
    Alias(_, alias) {
      aliases.push(alias);
      if (alias.resolve(document) === undefined) unknown ??= alias;
      return aliases.length > maxAliases || unknown !== undefined ? visit.BREAK : undefined;
    },
  });
  if (unknown !== undefined) throw errorAt(unknown, `${String(unknown)}: names no anchor before it`);
  const tooMany = `there must be at most ${maxAliases} aliases, those within aliases counted`;
  if (aliases.length > maxAliases) throw errorAt(aliases[0], tooMany);
  try {
    return document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    if (error instanceof ReferenceError) throw errorAt(aliases[0], tooMany);
    throw error;
  }
}

/** The nodes of key and value at a path, or of its longest beginning that the file has. */
function nodeAt(document: Document, path: Path): { readonly key: unknown; readonly value: unknown } {
  let found: { key: unknown; value: unknown } = { key: document.contents, value: document.contents };
  for (const part of path) {
    const node = isAlias(found.value) ? found.value.resolve(document) : found.value;
    let inner: { key: unknown; value: unknown } | undefined;
    if (isMap(node)) inner = node.items.find(({ key }: Pair) => isScalar(key) && key.value === part);
    if (isSeq(node) && typeof part === "number") inner = { key: node.items[part], value: node.items[part] };
    if (inner === undefined) break;
    // A key without a value has no node for it.
    found = isNode(inner.value) ? inner : { key: inner.key, value: inner.key };
  }
  return found;
}
