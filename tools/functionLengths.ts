/** The lengths of a file's functions, from its syntax tree. */
import ts from "typescript";

/** A function with a body, and the lines from its first to its last. */
export interface MeasuredFunction {
  /** Its own name, that of what it is assigned to, or `line 12`. */
  readonly name: string;
  readonly lines: number;
}

/** Every function of a file's text, inner ones too; a function's lines include those of the functions inside. */
export function functionLengths(file: string, text: string): MeasuredFunction[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: MeasuredFunction[] = [];
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
      const [first, last] = [lineOf(node.getStart()), lineOf(node.end)];
      found.push({ name: nameOf(node) ?? `line ${first}`, lines: last - first + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function nameOf(node: ts.SignatureDeclaration): string | undefined {
  const { parent } = node;
  const isAssigned = ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent);
  return node.name?.getText() ?? (isAssigned ? parent.name.getText() : undefined);
}
