/** The viewer: a page in a single file, onto which files with traces are dropped. */
import { render } from "preact";
import { Page } from "./page.js";
import { pageStyles } from "./page-styles.js";
import { createViewer } from "./viewer-state.js";

const style = document.createElement("style");
style.textContent = pageStyles();
document.head.append(style);

const place = document.getElementById("viewer");
if (place) {
  const viewer = createViewer();
  render(<Page viewer={viewer} />, place);
  void viewer.open();
}
