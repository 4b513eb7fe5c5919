/**
 * The indentation of a span in its trace. Its width is an inline style, because a custom property or a class around it would be
 * inherited: for each changed row, the browser would recompute the styles of everything in it.
 */
export function Indent({ depth }: { readonly depth: number }) {
  return <span class="indent" style={{ width: `min(${depth * 16}px, 50%)` }} />;
}
