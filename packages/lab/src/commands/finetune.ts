import { InputError } from "entropy-sgd-training";
import { networkFileKind } from "../settings/networkFileKind.ts";
import type { CommandDefinition } from "./commandDefinition.ts";
import { runOptions } from "./settingOptions.ts";
import { timeLimited, withinTime } from "./timeLimit.ts";
import { type TrainCommand, trainCommand } from "./train.ts";

/** `entropy-sgd finetune`: `train` from the weights of an ONNX model, with the smaller rates of the recipe `finetune`. */
export const definition: CommandDefinition = {
  examples: [
    "model.onnx --data images --budget 2 --classes 3",
    'model.onnx --data images --budget 2 --classes 3 --freeze "features.*" --learning-rate-factor "head.*=10"',
  ],
  declare: (command, context, done) =>
    timeLimited(runOptions(command, ["network"], { place: "runs/train-N", usual: { recipe: "finetune" } }))
      .argument("<model.onnx>", "a model with one input, of floats, as PyTorch, Keras and others write it")
      .description("Train an ONNX model on from its weights and keep the run.")
      .action(async (model: string, { maxMinutes, ...options }: TrainCommand) => {
        if (networkFileKind(model) !== "onnx")
          throw new InputError({ name: "model", rule: "must be a file that ends in .onnx", value: model });
        const run = (limited: typeof context) => trainCommand({ ...options, network: model }, limited);
        done(await withinTime(maxMinutes, context, run));
      }),
};
