/** The flame view, in one chunk that is loaded when it is first shown. */
export { FlameView } from "./flame-view.js";
