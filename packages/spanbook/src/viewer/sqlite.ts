/** SQLite, which the page contains compressed. Rejects if the page is damaged. */
export async function readSqlite(): Promise<ArrayBuffer> {
  const packed = document.getElementById("sqlite")?.textContent ?? "";
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}
