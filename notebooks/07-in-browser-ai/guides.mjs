// What the page knows: Spanbook's own guides.

const paths = {
  recording: "../../docs/recording.md",
  context: "../../docs/context.md",
  "auto-tracing": "../../docs/auto-tracing.md",
  stores: "../../docs/stores.md",
  search: "../../docs/search.md",
  files: "../../docs/files.md",
  widget: "../../docs/widget.md",
  viewer: "../../docs/viewer.md",
  opentelemetry: "../../docs/opentelemetry.md",
  architecture: "../../docs/architecture.md",
};

export const guideNames = Object.keys(paths);

/** A guide's text, as quickstart/documents.mjs cuts it. Rejects if the server does not have it. */
export async function fetchGuide(name) {
  const response = await fetch(new URL(paths[name], import.meta.url));
  if (!response.ok) throw new Error(`the guide ${name} could not be fetched: ${response.status}`);
  return { package: name, uri: `docs/${name}.md`, text: await response.text() };
}
