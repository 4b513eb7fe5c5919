/** MLflow's ids: base64 in spans of version 3, hex with `0x` in those of version 2, hex with `tr-` for traces. */

/** The experiment for traces without one: MLflow has no such traces, and this experiment always exists. */
export const defaultExperiment = "0";

/** The metadata key that marks a trace of ours in {@link defaultExperiment} as having no experiment. */
export const noExperimentKey = "spanbook.noExperiment";

/** Lower-case hex of that many digits from any of the spellings, or undefined if it is none. */
export function maybeHexId(text: unknown, digits: number): string | undefined {
  if (typeof text !== "string") return undefined;
  const hex = text.toLowerCase().replace(/^(tr-|0x)/, "");
  // Version 2 leaves out leading zeros. Hex of the full length could be base64 too, but not for that many bytes.
  const id =
    /^[0-9a-f]+$/.test(hex) && (hex.length === digits || text.startsWith("0x")) ? hex : fromBase64(text);
  const padded = id?.padStart(digits, "0");
  return padded?.length === digits && /[1-9a-f]/.test(padded) ? padded : undefined;
}

export function toBase64Id(hex: string): string {
  return btoa(hex.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))));
}

function fromBase64(text: string): string | undefined {
  try {
    return Array.from(atob(text), (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  } catch {
    return undefined; // not base64
  }
}
