/** Grey bars as a placeholder. Shown only if loading takes long enough to notice. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <div class="loading late" role="status" aria-label={`Loading ${what}`}>
      {[0, 1, 2, 3, 4, 5].map((line) => (
        <div key={line} class="loading-line" />
      ))}
    </div>
  );
}
