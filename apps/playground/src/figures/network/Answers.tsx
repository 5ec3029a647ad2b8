/** What the networks answer now: over the plane, or to held-out images. */
import { ConfusionTable } from "./ConfusionTable.tsx";
import { classColors, FieldMap } from "./FieldMap.tsx";
import { optimizerTitles } from "./setUp.ts";
import { beginning, round } from "./work.ts";

export function Answers() {
  const begun = beginning.value;
  const now = round.value;
  if (begun === null || now === null) return <div class="answers-place" />;
  const { plane, classes } = begun;
  return (
    <div class="answers-place">
      {plane !== null && (
        <ul class="legend">
          {classes.map((name, i) => (
            <li key={name}>
              <span
                class={`class-mark ${i % 2 === 0 ? "round" : ""}`}
                style={{ background: `var(--series-${classColors[i]})` }}
              />
              {name}
            </li>
          ))}
        </ul>
      )}
      <div class="answers-grid">
        {plane !== null &&
          now.fields.map((field) => (
            <div key={field.optimizer}>
              <h3>{optimizerTitles[field.optimizer]}</h3>
              <FieldMap
                field={field}
                plane={plane}
                classes={classes}
                description={`What the networks of ${optimizerTitles[field.optimizer]} answer over the plane, the mean over seeds, and the training points of the classes ${classes.join(", ")}`}
              />
            </div>
          ))}
        {now.confusions.map((confusion) => (
          <ConfusionTable key={confusion.optimizer} confusion={confusion} classes={classes} />
        ))}
      </div>
    </div>
  );
}
