const config = {
  root: ".",
  title: "Traces in Observable Framework",
  theme: ["air", "near-midnight"],
  globalStylesheets: [], // no font from elsewhere
  footer: "",
  sidebar: false,
  toc: false,
};

// Framework reads the default export.
export { config as default };
