// One question and its answer, as the page shows it.

/**
 * @param {string} question
 * @param {{ onShow(traceId: string): void, onFeedback(traceId: string, helpful: boolean): Promise<unknown> }} listeners
 */
export function createCard(question, { onShow, onFeedback }) {
  const element = document.createElement("article");
  element.dataset.state = "working";
  const text = make("p", "answer-text", "");
  const sources = make("ul", "sources", "");
  const foot = make("div", "answer-foot", "");
  const traceButton = make("button", "", "Show its trace");
  traceButton.disabled = true;
  foot.append(traceButton);
  element.append(make("h2", "", question), text, sources, foot);
  traceButton.addEventListener("click", () => onShow(element.dataset.trace));

  return {
    element,
    setTrace(traceId) {
      element.dataset.trace = traceId;
      traceButton.disabled = false;
    },
    write(token) {
      text.append(token);
    },
    /** @param {"done" | "stopped"} state */
    end(state, { documents, grounded, seconds }) {
      element.dataset.state = state;
      const cited = new Set(documents.map(({ metadata }) => `${metadata.doc_uri} · ${metadata.heading}`));
      for (const source of cited) sources.append(make("li", "", source));
      const share = `${Math.round(grounded * 100)} % from its sources`;
      foot.append(make("span", "facts", `${seconds} s · ${share}${state === "stopped" ? " · stopped" : ""}`));
      foot.append(feedback((value) => onFeedback(element.dataset.trace, value)));
    },
    fail(message) {
      element.dataset.state = "failed";
      text.append(make("span", "failure", message));
    },
  };
}

/** Marks the card whose trace the explorer shows. */
export function markShown(list, traceId) {
  for (const card of list.children) {
    card.toggleAttribute("data-shown", traceId !== undefined && card.dataset.trace === traceId);
  }
}

function feedback(onChoice) {
  const group = make("span", "feedback", "");
  for (const [label, value] of [
    ["Helpful", true],
    ["Not helpful", false],
  ]) {
    const button = make("button", "", label);
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", async () => {
      for (const other of group.children) other.setAttribute("aria-pressed", String(other === button));
      await onChoice(value);
    });
    group.append(button);
  }
  return group;
}

function make(name, className, text) {
  const element = document.createElement(name);
  if (className !== "") element.className = className;
  element.textContent = text;
  return element;
}
