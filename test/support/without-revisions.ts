import type { TracePage } from "@spanbook/core/store";

/** What two stores agree on: each counts its own revisions. */
export function withoutRevisions({ traces, ...page }: TracePage) {
  return { ...page, traces: traces.map(({ info: { revision: _, ...info }, data }) => ({ info, data })) };
}
