interface SwitchProps<Name extends string> {
  /** What is chosen, for those who hear it. */
  readonly label: string;
  /** What the buttons say, by name. */
  readonly choices: Readonly<Record<Name, string>>;
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
}

/** A few buttons in a row, of which one is pressed. */
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
