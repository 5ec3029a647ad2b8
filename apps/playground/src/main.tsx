/** The page: an article whose figures are computed live. */
import { render } from "preact";

render(<h1>Wide valleys</h1>, document.getElementById("article")!);
