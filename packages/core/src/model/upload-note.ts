/** The prefix of the metadata keys under which uploads note what they have sent. */
export const uploadNotePrefix = "spanbook.uploaded.";

/** A trace's metadata without the notes of uploads, which are of no use elsewhere. */
export function withoutUploadNotes(
  metadata: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata ?? {}).filter(([key]) => !key.startsWith(uploadNotePrefix)),
  );
}
