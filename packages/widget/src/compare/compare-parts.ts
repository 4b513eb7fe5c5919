/** The parts that compare two traces, in one chunk that is loaded on demand. */
export { CompareView } from "./compare-view.js";
export { ComparePicker } from "./compare-picker.js";
