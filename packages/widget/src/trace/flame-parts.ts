/** The flame view, in one chunk that is loaded when it is shown first. */
export { FlameView } from "./flame-view.js";
