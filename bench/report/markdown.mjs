// The report as one page of Markdown.
import { stepTable } from "../summary.mjs";
import { browserSection } from "./browserSection.mjs";
import { checkpointSection } from "./checkpointSection.mjs";
import { goalsSection } from "./goals.mjs";
import { gpuSection } from "./gpuSection.mjs";
import { layersSection } from "./layersSection.mjs";
import { lstmSection } from "./lstmSection.mjs";
import { memorySection } from "./memorySection.mjs";
import { networkSection } from "./networkSection.mjs";
import { profileSection } from "./profileSection.mjs";

const introduction = `# Benchmark

Made by \`npm run bench\`; \`npm run bench -- report\` makes it again from the raw values beside it ([bench.json](bench.json)),
and a test compares. Batches of 128 random examples, of resnet18 32 (3×64×64); every engine starts from the same weights, and their first losses agree to
1e-3.
Each run is a fresh process; engines take turns, in reversed order every other round. Times are medians over rounds of the
medians in a round, with the least and the largest in brackets.

- *Loss and gradient*: one batch, dropout masks ready. *Update*: one Langevin step of Entropy-SGD (preset \`lua\`) alone.
- *Whole step*: a batch is fetched, masks are drawn, loss and gradient are taken, weights are updated.
- *Start-up*: from the start of the process to the first gradient. *Peak memory*: resident, before evaluation.
- *Evaluation*: forward passes with running statistics and the loss; where an engine's batch size matters, its better one.

Denormal numbers are flushed to zero by us and by PyTorch, whose configurations are searched by the whole step. *pytorch* is
PyTorch as it comes, written with its fused and in-place operations: its threads, then OpenBLAS's kernels. *pytorch-tuned* has
every trick that we found beside: threads of PyTorch and of OpenBLAS apart, waiting passively so that the two pools do not
fight over the cores, the layout of images, and noise and masks drawn by several Python threads with a generator each.`;

/** The page. */
export function markdown({ bench, browser, memory, profiles, checkpoints, gpu, layers, lstm = {} }) {
  const hasSteps = stepTable(bench).some(({ stepMs }) => stepMs !== null);
  return `${[
    introduction,
    ...(hasSteps ? ["![Whole steps](bench.svg)"] : []),
    goalsSection({ bench, browser, memory, checkpoints, gpu, layers, lstm }),
    ...Object.entries(bench).map(([name, network]) => networkSection(name, network)),
    browserSection(browser),
    gpuSection(gpu),
    layersSection(layers),
    lstmSection(lstm),
    memorySection(memory),
    checkpointSection(checkpoints),
    ...Object.values(profiles).map(profileSection),
  ].join("\n\n")}\n`;
}
