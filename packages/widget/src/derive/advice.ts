const adviceByName: Readonly<Record<string, string>> = {
  StoreClosedError: "The store was closed. Open and show it again.",
  StoreWorkerError: "The store's worker ended. Open and show the store again.",
  StoreCorruptError: "The file is damaged. Open a copy of it, or export what the error says was saved.",
  QuotaExceededError: "There is no space left. Export and delete traces, or free disk space.",
  StoreLockedError: "Another program has the file open. Close it there, or open the file read-only.",
};

/** What to do about an error, in a sentence. */
export function toAdvice(error: Error): string {
  return adviceByName[error.name] ?? "Try again. If that fails, reload the page or run the cell again.";
}
