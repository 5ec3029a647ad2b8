/** Saves what was trained. */
import { download } from "../ui/download.ts";
import { askedSettings, progress } from "./session.ts";

export function WeightsButton() {
  const { weights, exchanges, incompleteMeans } = progress.value;
  if (weights === null) return null;
  const save = (): void => download(`parle-${askedSettings().run}.safetensors`, weights);
  const said =
    incompleteMeans === 0
      ? "The mean X is the same for all replicas, bit for bit."
      : `Of its ${exchanges.length} exchanges ${incompleteMeans} lacked a replica, so its mean X may be its own: those of a replica that lacked fewest are the run's.`;
  return (
    <p>
      The training has ended. {said}{" "}
      <button type="button" onClick={save}>
        Save the weights
      </button>
    </p>
  );
}
