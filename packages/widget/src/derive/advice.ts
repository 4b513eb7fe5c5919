const adviceByName: Readonly<Record<string, string>> = {
  StoreClosedError: "The store was closed. Open it again and show it anew.",
  StoreWorkerError: "The store's worker ended. Open the store again and show it anew.",
  StoreCorruptError: "The file is damaged. Open a copy of it, or export what the error says was saved.",
  QuotaExceededError: "There is no room left. Export and delete traces, or free some of the disk.",
  StoreLockedError: "Another program holds the file. Close it there, or open the file read-only.",
};

/** What to do about an error, in a sentence. */
export function toAdvice(error: Error): string {
  return adviceByName[error.name] ?? "Try again; if it stays, reload the page or run the cell again.";
}
