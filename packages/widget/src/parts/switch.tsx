interface SwitchProps<Name extends string> {
  /** What is being chosen, for screen readers. */
  readonly label: string;
  /** The text of each button, by name. */
  readonly choices: Readonly<Record<Name, string>>;
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
}

/** A few buttons in a row, one of which is pressed. */
export function Switch<Name extends string>({ label, choices, chosen, onChoose }: SwitchProps<Name>) {
  return (
    <span class="switch" role="group" aria-label={label}>
      {(Object.keys(choices) as Name[]).map((name) => (
        <button key={name} type="button" aria-pressed={chosen === name} onClick={() => onChoose(name)}>
          {choices[name]}
        </button>
      ))}
    </span>
  );
}
