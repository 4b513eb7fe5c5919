import { CopyButton } from "../parts/copy-button.js";
import { Notice } from "../parts/notice.js";

const example = `import { init, trace } from "@spanbook/core";
init({ store });
await trace(answer)("What is a span?");`;

/** Shown until there is a first trace. */
export function EmptyList() {
  return (
    <Notice title="No traces yet">
      <p class="notice-text">Record one with three lines. It appears here while it runs.</p>
      <div class="code">
        <pre>{example}</pre>
        <CopyButton what="the example" toText={() => example} />
      </div>
    </Notice>
  );
}
