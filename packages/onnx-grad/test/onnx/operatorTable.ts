/** The documentation's table of operators, from the reader's own. */
import { operators } from "../../src/onnx/read/operators.ts";

/** What holds of single operators beside the table. */
const limits: Readonly<Record<string, string>> = {
  AveragePool: "one or two axes",
  BatchNormalization: "the option `trainable` makes that of inference one of training",
  Cast: "numbers; float16, bfloat16 and float64 stay float32",
  CastLike: "as Cast",
  Clip: "known bounds",
  Compress: "known condition",
  Constant: "numbers",
  Conv: "one or two axes",
  ConvTranspose: "one or two axes",
  Dropout: "inference; the option `trainable` makes it that of training",
  Einsum: "no letter twice in one operand",
  Gather: "known indices may be negative, computed ones not",
  GatherElements: "known indices",
  GatherND: "known indices",
  GRU: "activations sigmoid and tanh, no clipping; lengths of sequences only where all are whole",
  LSTM: "as GRU; no peepholes, no coupled gates",
  LpPool: "one or two axes",
  MaxPool: "one or two axes, without the output of indices",
  NonZero: "known input",
  Pad: "known paddings",
  Range: "known bounds",
  RNN: "tanh; otherwise as GRU",
  Resize: "aligned corners only with scales that give whole sizes",
  ReverseSequence: "known lengths",
  ScatterElements: "known indices; none or add",
  ScatterND: "known indices; none or add",
  Slice: "known bounds",
  Upsample: "nearest and linear",
};

/** Operators that give what is known, of which there is no derivative to speak. */
const ofKnown: readonly string[] = ["Constant", "ConstantOfShape", "EyeLike", "Range"];

/** The page as Markdown. */
export function operatorTable(checked: ReadonlySet<string>): string {
  const rows = Object.entries(operators)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { opsets: [first, last] = [7, 21], withoutGradient }]) => {
      const gradient = ofKnown.includes(name) ? "–" : withoutGradient ? "zero" : "any order";
      return `| ${name} | ${first} … ${last} | yes | ${gradient} | ${checked.has(name) ? "first and second" : ""} | ${limits[name] ?? ""} |`;
    });
  return `# ONNX operators that \`readOnnx\` reads

${rows.length} operators of the standard domain, in models of the versions 7 to 21. A forward result is that of the ONNX project's own cases
(Debian's \`libonnx-testdata\`), by the interpreter and by ONNX Runtime; gradients are those of the operations that an operator is made of,
and where the table says so, first and second derivatives were compared with central differences in float64 on the small ones of those cases.
Anything else is one error that lists all nodes at once. "Known" is what stands in the model, what the caller gives as \`constants\`, and what is
computed from them and from shapes. This page is written from the reader's table; a test holds it to that.

| operator | versions | forward | gradient | compared with differences | limits |
|---|---|---|---|---|---|
${rows.join("\n")}
`;
}
