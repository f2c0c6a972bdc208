/** One of a few: radio buttons with a word and an explanation each. */
export function Choices<T extends string>({
  legend,
  name,
  values,
  value,
  label,
  hint,
  onChoose,
}: {
  legend: string;
  name: string;
  values: readonly T[];
  value: T;
  label: (value: T) => string;
  hint?: (value: T) => string;
  onChoose: (value: T) => void;
}) {
  return (
    <fieldset class="choices" data-testid={`${name}-setting`}>
      <legend class="label">{legend}</legend>
      {values.map((one) => (
        <label key={one} class="choice">
          <input
            type="radio"
            name={name}
            value={one}
            checked={one === value}
            onChange={() => onChoose(one)}
          />
          <span class="choice-text">
            <span class="choice-label">{label(one)}</span>
            {hint && <span class="hint">{hint(one)}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
