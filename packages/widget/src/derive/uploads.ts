// What uploads have noted in a trace's metadata: `spanbook.uploaded.<endpoint's id>.<batch's id>`, span ids of 16 digits one after another. Source: exchange/upload-ledger.ts of core.
const uploadPrefix = "spanbook.uploaded.";
const digitsPerId = 16;

/** How many spans each endpoint has received. */
export function countUploaded(metadata: Readonly<Record<string, string>>): readonly number[] {
  const sent = new Map<string, Set<string>>();
  for (const [key, text] of Object.entries(metadata)) {
    if (!key.startsWith(uploadPrefix)) continue;
    const [endpoint = ""] = key.slice(uploadPrefix.length).split(".");
    const ids = sent.get(endpoint) ?? new Set();
    for (let at = 0; at < text.length; at += digitsPerId) ids.add(text.slice(at, at + digitsPerId));
    sent.set(endpoint, ids);
  }
  return [...sent.values()].map((ids) => ids.size);
}
