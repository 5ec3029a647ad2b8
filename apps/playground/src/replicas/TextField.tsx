/** Fields that are typed in. */
import { type Signal, useSignal } from "@preact/signals";
import type { TextKnob } from "../state/knobs.ts";
import { useUniqueId } from "../ui/uniqueId.ts";

/** A text that a knob holds. What breaks its rule stays in the field alone, and is told. */
export function TextField(props: {
  readonly knob: TextKnob;
  readonly value: Signal<string>;
  readonly isRight: Signal<boolean>;
}) {
  const { knob, value, isRight } = props;
  const id = useUniqueId();
  const typed = useSignal(value.peek());
  return (
    <div class="control text">
      <label for={id}>{knob.label}</label>
      <input
        id={id}
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={typed}
        aria-invalid={!isRight.value}
        aria-describedby={isRight.value ? undefined : `${id}-rule`}
        onInput={({ currentTarget }) => {
          typed.value = currentTarget.value;
          const parsed = knob.parse(currentTarget.value);
          isRight.value = parsed !== null;
          if (parsed !== null) value.value = parsed;
        }}
      />
      {!isRight.value && (
        <span class="rule" id={`${id}-rule`} role="alert">
          Must be {knob.rule}.
        </span>
      )}
    </div>
  );
}

/** User and password: not kept anywhere. */
export function CredentialFields({
  user,
  password,
}: {
  readonly user: Signal<string>;
  readonly password: Signal<string>;
}) {
  const [one, other] = [useUniqueId(), useUniqueId()];
  return (
    <details class="control more">
      <summary>The server asks for a user</summary>
      <div class="controls">
        <div class="control text">
          <label for={one}>User</label>
          <input
            id={one}
            type="text"
            autocomplete="off"
            value={user}
            onInput={({ currentTarget }) => (user.value = currentTarget.value)}
          />
        </div>
        <div class="control text">
          <label for={other}>Password</label>
          <input
            id={other}
            type="password"
            autocomplete="off"
            value={password}
            onInput={({ currentTarget }) => (password.value = currentTarget.value)}
          />
        </div>
      </div>
      <p class="caption">They are sent to the server alone, and neither stored nor written to the page's address.</p>
    </details>
  );
}
