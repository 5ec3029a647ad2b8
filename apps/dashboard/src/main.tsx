/** The page that `entropy-sgd serve` shows. */
import { render } from "preact";

render(<h1>Runs</h1>, document.getElementById("app")!);
