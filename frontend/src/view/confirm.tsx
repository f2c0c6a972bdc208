import { type Signal, useSignal } from '@preact/signals';
import { useLayoutEffect, useId, useRef } from 'preact/hooks';
import { texts } from '../texts';
import { accountTexts } from '../texts/front';
import { moderationTexts } from '../texts/moderation';
import { Button } from './button';
import { sentence } from './sentence';

interface Props {
  /** On the button, and on the one that says yes. */
  label: string;
  /** The button's name where the label alone does not tell which of many it is. */
  name?: string;
  question: string;
  danger?: boolean;
  /** Asks why, too, if one wants to say it, and tells for whom the answer is. */
  reasonHint?: string;
  testid: string;
  /** The reason is empty where none is asked for or given. */
  act: (reason: string) => Promise<void>;
}

/** A button that asks before it acts: the question and its answers take the button's place. */
export function Confirm(props: Props) {
  const asking = useSignal(false);
  const button = useRef<HTMLSpanElement>(null);
  const answered = useSignal(false);
  useLayoutEffect(() => {
    if (answered.value && !asking.value) button.current?.querySelector('button')?.focus();
  }, [asking.value]);
  if (asking.value) {
    const close = () => {
      answered.value = true;
      asking.value = false;
    };
    return <Question {...props} close={close} />;
  }
  return (
    <span ref={button} class="confirm">
      <Button
        look="quiet"
        aria-label={props.name ?? props.label}
        data-testid={props.testid}
        onClick={() => {
          asking.value = true;
        }}
      >
        {props.label}
      </Button>
    </span>
  );
}

/** The focus goes to the harmless answer; afterwards to where `data-focus-home` says, since the row may be gone. */
function Question({
  label,
  question,
  danger = false,
  reasonHint,
  testid,
  act,
  close,
}: Props & { close: () => void }) {
  const ref = useRef<HTMLDivElement>(null);
  const id = useId();
  const busy = useSignal(false);
  const problem = useSignal('');
  const reason = useSignal('');
  // Before it is painted: nothing may move once people aim at it.
  useLayoutEffect(() => {
    ref.current?.scrollIntoView({ block: 'nearest' });
    ref.current?.querySelector('button')?.focus();
  }, []);
  const yes = async () => {
    if (busy.value) return;
    const home =
      ref.current?.closest('dialog')?.querySelector<HTMLElement>('[data-focus-home]') ??
      ref.current?.closest<HTMLElement>('[data-focus-home]');
    busy.value = true;
    problem.value = '';
    try {
      await act(reason.value.trim());
      close();
      home?.focus({ preventScroll: true });
    } catch (error) {
      problem.value = sentence(error);
    } finally {
      busy.value = false;
    }
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div
      ref={ref}
      class="confirm-question"
      role="group"
      aria-labelledby={id}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        // Else the dialog around it would close, too.
        event.preventDefault();
        event.stopPropagation();
        close();
      }}
    >
      <p id={id}>{question}</p>
      {reasonHint !== undefined && <Reason reason={reason} hint={reasonHint} testid={testid} submit={yes} />}
      <div role="alert">{problem.value && <p class="field-problem">{problem.value}</p>}</div>
      <div class="form-line">
        <Button onClick={close}>{texts.cancel}</Button>
        <Button
          look={danger ? 'danger' : 'main'}
          busy={busy.value}
          aria-disabled={busy.value}
          data-testid={`${testid}-yes`}
          onClick={() => void yes()}
        >
          {label}
        </Button>
      </div>
    </div>
  );
}

function Reason({
  reason,
  hint,
  testid,
  submit,
}: {
  reason: Signal<string>;
  hint: string;
  testid: string;
  submit: () => Promise<void>;
}) {
  const id = useId();
  return (
    <div class="field">
      <label class="label" for={id}>
        {moderationTexts.reason}
        <span class="label-note"> {accountTexts.optional}</span>
      </label>
      <input
        id={id}
        class="input"
        maxLength={500}
        autocomplete="off"
        aria-describedby={`${id}-hint`}
        data-testid={`${testid}-reason`}
        value={reason.value}
        onInput={(event) => {
          reason.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') void submit();
        }}
      />
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  );
}
