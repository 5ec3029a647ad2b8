/** Test images with the network's answers, the wrong ones first. */
import { useEffect, useRef } from "preact/hooks";
import type { Answer } from "./answers.ts";
import { percent } from "./charts.ts";
import { shownNames } from "./run.ts";
import { runs } from "./training.ts";

/** Of each run that has ended. */
export function Answers() {
  return (
    <>
      {runs.value.map(
        ({ settings: { optimizer }, answers }) =>
          answers !== null && (
            <section key={optimizer} class="answers" aria-label={`Answers of ${shownNames[optimizer]}`}>
              <h3>
                {shownNames[optimizer]} errs on {answers.numWrong} of the first {answers.numImages.toLocaleString("en")}{" "}
                test images
              </h3>
              <ul>
                {answers.shown.map((one) => (
                  <Digit key={one.index} {...one} />
                ))}
              </ul>
            </section>
          ),
      )}
    </>
  );
}

function Digit({ label, answer, confidence, pixels, index }: Answer) {
  const place = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = place.current!.getContext("2d")!;
    const image = context.createImageData(28, 28);
    pixels.forEach((ink, i) => {
      image.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * i);
    });
    context.putImageData(image, 0, 0);
  }, [pixels]);
  const isWrong = label !== answer;
  const words = isWrong ? `${label}, taken for ${answer}` : `${label}, as it is`;
  return (
    <li class={isWrong ? "wrong" : ""}>
      <canvas ref={place} width={28} height={28} role="img" aria-label={`Test image ${index}, a ${label}`} />
      <span title={`softmax ${percent(confidence)}`}>{words}</span>
    </li>
  );
}
