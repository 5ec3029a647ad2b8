/**
 * Sentences for screen readers, at most one a second. The elements are kept, since a figure that is drawn again would write the same
 * words anew.
 */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";

/** A live region that says the newest text, at most once a second. */
export function Status({ text }: { readonly text: ReadonlySignal<string> }) {
  const said = useSignal("");
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const unsubscribe = text.subscribe((now) => {
      if (timer !== undefined || now === said.peek()) return;
      timer = setTimeout(() => {
        timer = undefined;
        said.value = text.peek();
      }, 1000);
    });
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }, [text]);
  return useMemo(
    () => (
      <p class="status" role="status">
        {said}
      </p>
    ),
    [said],
  );
}

/** A live region for what a button did. */
export function Said({ text }: { readonly text: ReadonlySignal<string> }) {
  return useMemo(
    () => (
      <span class="said" role="status">
        {text}
      </span>
    ),
    [text],
  );
}
