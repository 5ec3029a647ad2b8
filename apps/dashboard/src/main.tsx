/** The page that `entropy-sgd serve` shows. */
import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import "./parts.css";
import { App } from "./App.tsx";
import { startSession } from "./state/session.ts";

startSession();
render(<App />, document.getElementById("app")!);
