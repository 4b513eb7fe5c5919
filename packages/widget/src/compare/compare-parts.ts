/** What compares two traces, in one chunk that is loaded when it is asked for. */
export { CompareView } from "./compare-view.js";
export { ComparePicker } from "./compare-picker.js";
