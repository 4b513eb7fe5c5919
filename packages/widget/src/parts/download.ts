/** Lets the browser save a file. Does nothing in a frame that is not allowed to. */
export function downloadFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser must have begun before the URL is revoked.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
