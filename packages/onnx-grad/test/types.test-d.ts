/** What the compiler knows of the engine: checked with all sources, and of the packed declarations under other compilers. */
import {
  type BatchedProgram,
  batchedProgram,
  compile,
  constant,
  type DType,
  evaluate,
  type FloatArray,
  gradients,
  hvp,
  input,
  matmul,
  type OnnxRuntime,
  type Program,
  type ProgramArray,
  type Shape,
  type Value,
} from "onnx-grad";
import { buildNetwork, layers, type Network, type NetworkDefinition } from "onnx-grad/layers";
import { expectTypeOf } from "vitest";

declare const ort: OnnxRuntime;
const x = input("x", [2, 3]);
const product = matmul(x, constant([1, 2, 3], [3, 1]));

// Values are one type, whatever made them; derivatives are values again.
expectTypeOf(x).toEqualTypeOf<Value>();
expectTypeOf(product).toEqualTypeOf<Value>();
expectTypeOf(gradients(product, [x])).toEqualTypeOf<Value[]>();
expectTypeOf(hvp(product, [x], [x])).toEqualTypeOf<Value[]>();
expectTypeOf(x.shape).toEqualTypeOf<Shape>();
expectTypeOf<DType>().toEqualTypeOf<"float32" | "int32">();
// @ts-expect-error: shapes are static
input("x", [2, "n"]);
// @ts-expect-error: no type of elements
input("x", [2], "float64");
// @ts-expect-error: shapes do not change
x.shape.push(1);

// The interpreter takes lists and typed arrays.
expectTypeOf(evaluate([product], { x: [1, 2, 3] })).toEqualTypeOf<FloatArray[]>();
evaluate([product], { x: new Float32Array(6) }, "float32");
// @ts-expect-error: no precision
evaluate([product], {}, "float16");

// compile: a record of outputs gives a program.
expectTypeOf(compile({ product }, { ort })).toEqualTypeOf<Promise<Program>>();
expectTypeOf<ProgramArray>().toEqualTypeOf<Float32Array | Int32Array>();
expectTypeOf<Program["bindOutput"]>().parameter(1).toEqualTypeOf<Float32Array>();
// @ts-expect-error: the runtime is the caller's
compile({ product }, {});
// @ts-expect-error: outputs have names
compile([product].values(), { ort });

// batchedProgram: the names of the outputs are those that `build` gives.
const batched = batchedProgram(
  (batch) => {
    expectTypeOf(batch).toBeNumber();
    return { loss: product, slope: x };
  },
  (outputs) => {
    expectTypeOf(outputs).toEqualTypeOf<Readonly<Record<"loss" | "slope", Value>>>();
    return compile(outputs, { ort });
  },
);
expectTypeOf(batched).toEqualTypeOf<BatchedProgram<"loss" | "slope">>();
expectTypeOf(batched.run(8)).resolves.toEqualTypeOf<Readonly<Record<"loss" | "slope", Float32Array>>>();
expectTypeOf(batched.bindOutput).parameter(0).toEqualTypeOf<"loss" | "slope">();
// @ts-expect-error: no output of that name
batched.bindOutput("error", new Float32Array(1));

// A network is a function of a context and its inputs.
const line = ((context, inputs) => layers.dense(context, "out", inputs, 2)) satisfies NetworkDefinition;
expectTypeOf(buildNetwork(line, [1, 2], "training")).toEqualTypeOf<Network>();
expectTypeOf<Network["parameters"][number]["block"]["kind"]>().toEqualTypeOf<"weight" | "bias" | "normalization">();
// @ts-expect-error: no mode
buildNetwork(line, [1, 2], "test");
