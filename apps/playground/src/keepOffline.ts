/** Asks the browser to keep the page, so that it opens without a network from then on. */

/** Says so in `note` once it is kept. Where the browser does not let a page do it, nothing is said: everything else works. */
export async function keepOffline(note: HTMLElement): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(new URL("./offline.js", document.baseURI));
    await navigator.serviceWorker.ready;
    note.hidden = false;
  } catch {
    // A private window, or a server that is neither this machine nor encrypted.
  }
}
