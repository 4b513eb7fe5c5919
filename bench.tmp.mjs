import { formatTable, measureLine } from "./bench/harness.mjs";
import { openWidgetTrace } from "./bench/widget-trace.mjs";
const w = await openWidgetTrace(); const results = [];
for (const line of w.lines) results.push(await measureLine(line, 1));
console.log(formatTable(results)); await w.close(); process.exit();
