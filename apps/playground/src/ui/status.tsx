/** Sentences for screen readers, at most one a second. */
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

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
  return (
    <p class="status" role="status">
      {said}
    </p>
  );
}
