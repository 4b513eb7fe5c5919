// The choice of writer.
import { endpointWriter, loadTransformersWriter } from "./writers.mjs";

/** Lets the reader choose a writer; `current` returns the chosen one, initially `first`. A choice that fails changes nothing. */
export function useWriterForm(first) {
  const form = document.getElementById("writers");
  const note = document.getElementById("writer-note");
  let writer;
  const use = (chosen) => {
    writer = chosen;
    document.getElementById("writer").textContent = `${writer.model} (${writer.provider})`;
  };
  use(first);
  const openers = {
    "n-gram": () => first,
    transformers: ({ moduleUrl, model }) =>
      loadTransformersWriter({
        moduleUrl,
        model,
        onProgress: ({ file, progress }) => {
          if (progress !== undefined) note.textContent = `Loading ${file}: ${Math.round(progress)} %`;
        },
      }),
    endpoint: ({ baseUrl, endpointModel }) => endpointWriter({ baseUrl, model: endpointModel }),
  };

  const showFields = () => {
    for (const fields of form.querySelectorAll("fieldset")) {
      fields.hidden = fields.disabled = fields.dataset.kind !== form.elements.kind.value;
    }
  };
  form.addEventListener("change", showFields);
  showFields();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { kind, ...choices } = Object.fromEntries(new FormData(form));
    note.textContent = "Loading…";
    note.className = "";
    form.inert = true;
    try {
      use(await openers[kind](choices));
      note.textContent = "It writes from now on.";
    } catch (error) {
      note.className = "failure";
      note.textContent = `That could not be loaded, ${writer.model} goes on: ${error.message}`;
    } finally {
      form.inert = false;
    }
  });
  return { current: () => writer };
}
