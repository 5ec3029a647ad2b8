/** The page on which a tab takes part in a run of replicas. */
import "../style.css";
import "./replicas.css";
import { h, render } from "preact";
import { keepOffline } from "../keepOffline.ts";
import { syncAddress } from "../state/syncAddress.ts";
import { replicasKnobs } from "./knobs.ts";
import { Page } from "./Page.tsx";

const told = syncAddress([replicasKnobs]);
if (told.length > 0) {
  const note = document.getElementById("address-note")!;
  note.hidden = false;
  note.textContent = `Of this page's address: ${told.join("; ")}.`;
}
const place = document.getElementById("replicas")!;
place.replaceChildren();
render(h(Page, {}), place);
void keepOffline(document.getElementById("offline-note")!);
