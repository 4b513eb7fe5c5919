import { searchExamples } from "./search-examples.js";

/** What can be searched for, in six examples; a click runs one. */
export function SearchHelp({ onTry }: { readonly onTry: (text: string) => void }) {
  return (
    <div class="search-help">
      <p class="faint">Words, or a filter in MLflow’s language:</p>
      <ul>
        {searchExamples.map(({ text, meaning }) => (
          <li key={text}>
            <button type="button" class="link mono" onClick={() => onTry(text)}>
              {text}
            </button>
            <span class="faint">{meaning}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
