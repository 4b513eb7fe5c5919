/** Under this, uploads note in a trace's metadata what they have sent. */
export const uploadNotePrefix = "spanbook.uploaded.";

/** A trace's metadata without what uploads have noted, which is of no use elsewhere and nobody wants to see. */
export function withoutUploadNotes(
  metadata: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata ?? {}).filter(([key]) => !key.startsWith(uploadNotePrefix)),
  );
}
