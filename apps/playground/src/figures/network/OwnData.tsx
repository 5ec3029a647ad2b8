/** The reader's own points, from a file or from text. */
import { useSignal } from "@preact/signals";
import { useUniqueId } from "../../ui/uniqueId.ts";
import { limits, ownDataOf } from "./ownData.ts";
import { ownData } from "./work.ts";

/** Chooses a file. What it holds stays on the page. */
export function OwnData() {
  const id = useUniqueId();
  const refused = useSignal("");
  const read = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    try {
      ownData.value = ownDataOf(file.name, new Uint8Array(await file.arrayBuffer()));
      refused.value = "";
    } catch (error) {
      refused.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <div class="own-data">
      <label for={id}>
        A CSV file of two columns of numbers and a label, {limits.rows[0]} to {limits.rows[1]} rows, {limits.classes[0]}{" "}
        to {limits.classes[1]} classes. It is read on this page and sent nowhere; a link to the page does not hold it.
      </label>
      <input
        id={id}
        type="file"
        accept=".csv,.tsv,text/csv"
        onChange={({ currentTarget }) => read(currentTarget.files?.[0])}
      />
      {refused.value !== "" && (
        <p class="note" role="alert">
          {refused}
        </p>
      )}
    </div>
  );
}
