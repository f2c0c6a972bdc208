import { useId } from 'preact/hooks';
import { useFormState } from './form';

/** One of a few in a form, with a word and, where it helps, an explanation each. */
export function Radios<T extends string>({
  name,
  legend,
  values,
  initial,
  label,
  hint,
}: {
  name: string;
  legend: string;
  values: readonly T[];
  initial: T;
  label: (value: T) => string;
  hint?: (value: T) => string;
}) {
  return (
    <fieldset class="choices">
      <legend class="label">{legend}</legend>
      {values.map((one) => (
        <label key={one} class="choice">
          <input type="radio" name={name} value={one} defaultChecked={one === initial} />
          <span class="choice-text">
            <span class="choice-label">{label(one)}</span>
            {hint && <span class="hint">{hint(one)}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** One of several in a form, where a line is enough for each. */
export function Select({
  name,
  label,
  hint,
  values,
  initial,
  text,
}: {
  name: string;
  label: string;
  hint?: string;
  values: readonly string[];
  initial: string;
  text: (value: string) => string;
}) {
  const id = useId();
  const problem = useFormState().fields.value[name];
  return (
    <div class="field" data-invalid={problem !== undefined}>
      <label class="label" for={id}>
        {label}
      </label>
      <select
        id={id}
        name={name}
        class="input"
        aria-invalid={problem !== undefined}
        aria-describedby={hint || problem ? `${id}-remark` : undefined}
      >
        {values.map((one) => (
          <option key={one} value={one} selected={one === initial}>
            {text(one)}
          </option>
        ))}
      </select>
      {(hint || problem) && (
        <p id={`${id}-remark`} class={problem ? 'field-problem' : 'hint'}>
          {problem ?? hint}
        </p>
      )}
    </div>
  );
}
