/** The single file for pages and notebooks: all of the widget, and the element registered. */
import "./element.js";

export * from "./index.js";
