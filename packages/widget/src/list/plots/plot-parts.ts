/** What the explorer draws with. Named one by one: a namespace that is imported later would come with all of Plot. */
export { dot, plot, pointer, rectY, ruleX, text, tip } from "@observablehq/plot";
