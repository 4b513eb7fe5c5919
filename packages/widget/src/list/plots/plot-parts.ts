/** The parts of Plot that the explorer uses, named one by one: importing the namespace later would bundle all of Plot. */
export { dot, plot, pointer, rectY, ruleX, text, tip } from "@observablehq/plot";
