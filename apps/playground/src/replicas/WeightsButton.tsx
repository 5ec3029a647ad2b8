/** Saves what was trained. */
import { download } from "../ui/download.ts";
import { askedSettings, progress } from "./session.ts";

export function WeightsButton() {
  const { weights } = progress.value;
  if (weights === null) return null;
  const save = (): void =>
    download(`parle-${askedSettings().run}.safetensors`, new Blob([weights as Uint8Array<ArrayBuffer>]));
  return (
    <p>
      The training has ended. The mean X is the same for all replicas, bit for bit.{" "}
      <button type="button" onClick={save}>
        Save the weights
      </button>
    </p>
  );
}
