/**
 * How deep a span stands in its trace. Its width is its own style, where a custom property or a class around it would be inherited: for
 * each row that changes, the browser would work out the styles of all that is in it.
 */
export function Indent({ depth }: { readonly depth: number }) {
  return <span class="indent" style={{ width: `min(${depth * 16}px, 50%)` }} />;
}
