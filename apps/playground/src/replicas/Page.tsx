/** The page's live part: what is set, the buttons, what the replica does, and how others join. */
import { useComputed, useSignal } from "@preact/signals";
import { Choice, Slider } from "../ui/controls.tsx";
import { LineChart } from "../ui/LineChart.tsx";
import { Said, Status } from "../ui/status.tsx";
import { replicasKnobs } from "./knobs.ts";
import { distanceChart, errorChart, lossChart, readings } from "./readings.ts";
import { commandOf } from "./recipe.ts";
import { askedSettings, doing, failure, isLost, join, progress, stop } from "./session.ts";
import { CredentialFields, TextField } from "./TextField.tsx";
import { WeightsButton } from "./WeightsButton.tsx";

const { knobs, values } = replicasKnobs;

/** What is set, and the buttons. */
function Form() {
  const [user, password] = [useSignal(""), useSignal("")];
  const [isServer, isRun] = [useSignal(true), useSignal(true)];
  const isBusy = doing.value !== null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void join({ user: user.peek(), password: password.peek() });
      }}
    >
      <div class="controls">
        <TextField knob={knobs.server} value={values.server} isRight={isServer} />
        <TextField knob={knobs.run} value={values.run} isRight={isRun} />
        <CredentialFields user={user} password={password} />
      </div>
      <div class="controls">
        <Choice knob={knobs.network} value={values.network} />
        <Slider knob={knobs.replicas} value={values.replicas} />
        <Slider knob={knobs.images} value={values.images} />
        <Slider knob={knobs.budget} value={values.budget} />
        <Slider knob={knobs.seed} value={values.seed} />
        {values.network.value === "lenet" && <Choice knob={knobs.threads} value={values.threads} />}
      </div>
      <div class="control buttons">
        <button type="submit" class="play" disabled={isBusy || !isServer.value || !isRun.value}>
          Join the run
        </button>{" "}
        <button type="button" disabled={!isBusy} onClick={stop}>
          Stop and leave
        </button>
      </div>
    </form>
  );
}

/** What happens, and what is wrong. */
function Notes() {
  return (
    <>
      {doing.value !== null && <p class="caption doing">{doing}</p>}
      {isLost.value && (
        <p class="note lost" role="alert">
          The connection to the server is lost. The replica waits, and goes on when it is back.
        </p>
      )}
      {failure.value !== null && (
        <p class="note" role="alert">
          {failure}
        </p>
      )}
    </>
  );
}

function Living() {
  const { living, replica, refusals } = progress.value;
  if (replica === null) return null;
  return (
    <>
      <table class="living">
        <caption>Replicas that live</caption>
        <thead>
          <tr>
            <th scope="col">Replica</th>
            <th scope="col">Exchanges shared</th>
          </tr>
        </thead>
        <tbody>
          {living.map(({ replica: other, version }) => (
            <tr key={other}>
              <th scope="row">
                {other + 1}
                {other === replica && ", this tab"}
              </th>
              <td>{version === null ? "none yet" : version + 1}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="counts">{refusals.length === 0 ? "Nothing was refused." : `Refused: ${refusals.join("; ")}.`}</p>
    </>
  );
}

function Readings() {
  return (
    <table class="readings">
      <caption>This replica</caption>
      <tbody>
        {readings(progress.value).map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How a machine joins the same run. */
function Command() {
  const said = useSignal("");
  const command = useComputed(() => commandOf(askedSettings()));
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(command.peek());
      said.value = "Command copied";
    } catch {
      said.value = "The browser does not let this page copy.";
    }
  };
  return (
    <>
      <p>Another tab joins with this page's address. A machine with Node joins the same run with</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <pre class="command" tabIndex={0}>
        {command}
      </pre>
      <button type="button" onClick={copy}>
        Copy the command
      </button>{" "}
      <Said text={said} />
    </>
  );
}

export function Page() {
  const loss = useComputed(() => lossChart(progress.value));
  const error = useComputed(() => errorChart(progress.value));
  const distance = useComputed(() => distanceChart(progress.value));
  const status = useComputed(() => {
    const { exchanges, replica } = progress.value;
    const name = replica === null ? "" : `Replica ${replica + 1}, ${exchanges.length} exchanges. `;
    return `${name}${doing.value ?? (progress.value.weights === null ? "" : "The training has ended.")}`;
  });
  return (
    <figure class="figure" aria-label="replicas">
      <Form />
      <Notes />
      <Status text={status} />
      {progress.value.replica !== null && (
        <>
          <LineChart chart={loss} height={220} />
          <div class="pair">
            <LineChart chart={error} height={180} />
            <LineChart chart={distance} height={180} />
          </div>
          <div class="pair">
            <Readings />
            <div>
              <Living />
            </div>
          </div>
          <WeightsButton />
        </>
      )}
      <Command />
    </figure>
  );
}
