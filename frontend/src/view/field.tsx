import { useSignal } from '@preact/signals';
import { useEffect, useId, useRef } from 'preact/hooks';
import { accountTexts } from '../texts/front';
import { IconButton } from './button';
import { useFormState } from './form';

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  required?: boolean;
  inputMode?: 'email' | 'numeric';
  maxLength?: number;
  autocomplete: string;
  autocapitalize?: 'none';
  autofocus?: boolean;
  spellcheck?: boolean;
  value?: string;
  /** What stands in it at first. */
  initial?: string;
  onInput?: (value: string) => void;
}

/** A labelled input of the form around it, with its hint and what is wrong with it. */
export function Field({ name, label, hint, required = false, initial, onInput, ...input }: FieldProps) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const problem = useFormState().fields.value[name];
  // Browsers do it by themselves only once for each page that they load.
  useEffect(() => {
    if (input.autofocus && document.activeElement === document.body) field.current?.focus();
  }, []);
  return (
    <div class="field" data-invalid={problem !== undefined}>
      <Label id={id} label={label} optional={!required} />
      <input
        ref={field}
        {...input}
        {...described(id, hint, problem)}
        {...(initial === undefined ? {} : { defaultValue: initial })}
        name={name}
        required={required}
        class="input"
        onInput={(event) => onInput?.(event.currentTarget.value)}
      />
      <Remarks id={id} hint={hint} problem={problem} />
    </div>
  );
}

export function PasswordField({
  name,
  label,
  hint,
  autocomplete,
}: Pick<FieldProps, 'name' | 'label' | 'hint' | 'autocomplete'>) {
  const id = useId();
  const shown = useSignal(false);
  const problem = useFormState().fields.value[name];
  const input = {
    ...described(id, hint, problem),
    name,
    autocomplete,
    required: true,
    class: 'input',
    autocapitalize: 'none',
    spellcheck: false,
  } as const;
  const toggle = shown.value ? accountTexts.hidePassword : accountTexts.showPassword;
  return (
    <div class="field" data-invalid={problem !== undefined}>
      <Label id={id} label={label} optional={false} />
      <div class="input-with-button">
        {/* The same element either way: only its type changes. */}
        {shown.value ? <input {...input} type="text" /> : <input {...input} type="password" />}
        <IconButton
          icon={shown.value ? 'eyeOff' : 'eye'}
          label={toggle}
          onClick={() => {
            shown.value = !shown.value;
          }}
        />
      </div>
      <Remarks id={id} hint={hint} problem={problem} />
    </div>
  );
}

function Label({ id, label, optional }: { id: string; label: string; optional: boolean }) {
  return (
    <label class="label" for={id}>
      {label}
      {optional && <span class="label-note"> {accountTexts.optional}</span>}
    </label>
  );
}

function Remarks({
  id,
  hint,
  problem,
}: {
  id: string;
  hint: string | undefined;
  problem: string | undefined;
}) {
  return (
    <>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem && (
        <p class="field-problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </>
  );
}

function described(id: string, hint: string | undefined, problem: string | undefined) {
  const by = [problem && `${id}-problem`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return { id, 'aria-invalid': problem !== undefined, 'aria-describedby': by === '' ? undefined : by };
}
