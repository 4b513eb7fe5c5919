/** A file name for traces: "answer.otlp.json" for one, "12-traces.otlp.json" for several. */
export function toFileName(count: number, name: string | undefined): string {
  const plain = (name ?? "").replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 60);
  return count === 1 ? `${plain.replace(/^-+|-+$/g, "") || "trace"}.otlp.json` : `${count}-traces.otlp.json`;
}
