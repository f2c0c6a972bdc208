import { type Signal, signal } from '@preact/signals';
import { type ComponentChildren, createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from '../api/http';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { signInTexts } from '../texts/front';
import { Icon } from './icons';
import { sentence } from './sentence';

export type Values = Readonly<Record<string, string>>;

/** The server wants us to wait. */
interface Wait {
  /** Seconds left, and seconds in all. */
  readonly seconds: number;
  readonly from: number;
  /** Then the form sends itself. */
  readonly again: boolean;
}

/** What a form knows while it is filled in and sent. */
export class FormState {
  readonly pending = signal(false);
  readonly problem = signal<string | null>(null);
  readonly fields = signal<Values>({});
  /** How often the form was not taken because of its fields. */
  readonly refusals = signal(0);
  readonly wait: Signal<Wait | null> = signal(null);

  readonly #submit: (values: Values) => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The form is not shown any more. */
  #gone = false;

  constructor(submit: (values: Values) => Promise<void>) {
    this.#submit = submit;
  }

  async send(form: HTMLFormElement): Promise<void> {
    if (this.pending.value || this.wait.value) return;
    this.problem.value = null;
    if (this.#refused(missing(form))) return;
    this.pending.value = true;
    try {
      await this.#submit(valuesOf(form));
    } catch (error) {
      this.#failed(error, form);
    } finally {
      this.pending.value = false;
    }
  }

  /** Does something else than sending the form, and shows what went wrong with it. */
  async attempt(act: () => Promise<void>): Promise<void> {
    if (this.pending.value) return;
    this.problem.value = null;
    this.pending.value = true;
    try {
      await act();
    } catch (error) {
      if (this.#gone) tellLater(error);
      else this.problem.value = sentence(error);
    } finally {
      this.pending.value = false;
    }
  }

  #failed(error: unknown, form: HTMLFormElement): void {
    if (this.#gone) {
      tellLater(error);
      return;
    }
    if (error instanceof Problem) {
      const waits = error.status === 429 || error.status === 503;
      if (waits && error.retryAfter) {
        const seconds = error.retryAfter;
        this.#countDown({ seconds, from: seconds, again: error.status === 503 }, form);
        return;
      }
      const named = Object.entries(error.fields).filter(([name]) => form.elements.namedItem(name));
      if (this.#refused(Object.fromEntries(named))) return;
    }
    this.problem.value = sentence(error);
  }

  #refused(fields: Values): boolean {
    this.fields.value = fields;
    const refused = Object.keys(fields).length > 0;
    if (refused) this.refusals.value++;
    return refused;
  }

  #countDown(wait: Wait, form: HTMLFormElement): void {
    this.wait.value = wait;
    this.#timer = setTimeout(() => {
      if (wait.seconds > 1) {
        this.#countDown({ ...wait, seconds: wait.seconds - 1 }, form);
        return;
      }
      this.wait.value = null;
      if (wait.again) void this.send(form);
    }, 1000);
  }

  /** Somebody is mending a field. */
  mend(name: string): void {
    const { [name]: mended, ...rest } = this.fields.value;
    if (mended !== undefined) this.fields.value = rest;
  }

  start(): void {
    this.#gone = false;
  }

  stop(): void {
    this.#gone = true;
    clearTimeout(this.#timer);
  }
}

/** Whoever closed the form while it was being sent believes that it was done. */
function tellLater(error: unknown): void {
  toast(sentence(error), { bad: true });
}

function inputs(form: HTMLFormElement): HTMLInputElement[] {
  return [...form.elements].filter((element) => element instanceof HTMLInputElement);
}

function missing(form: HTMLFormElement): Values {
  const empty = inputs(form).filter((input) => input.required && input.value.trim() === '');
  return Object.fromEntries(empty.map((input) => [input.name, texts.errors.empty]));
}

function valuesOf(form: HTMLFormElement): Values {
  const values: Record<string, string> = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== 'string') continue;
    values[name] = name.endsWith('password') ? value : value.trim();
  }
  return values;
}

const Context = createContext(new FormState(() => Promise.resolve()));

/** The state of the form around a component. */
export function useFormState(): FormState {
  return useContext(Context);
}

/** A form that sends its values, shows what went wrong, and puts the focus on the first field that is wrong. */
export function Form({
  onSubmit,
  testid,
  children,
}: {
  onSubmit: (values: Values) => Promise<void>;
  testid: string;
  children: ComponentChildren;
}) {
  const latest = useRef(onSubmit);
  latest.current = onSubmit;
  const [state] = useState(() => new FormState((values) => latest.current(values)));
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    state.start();
    return () => state.stop();
  }, [state]);
  const refusals = state.refusals.value;
  useEffect(() => {
    if (refusals > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusals]);
  return (
    <Context.Provider value={state}>
      <form
        ref={form}
        class="form"
        noValidate
        data-testid={testid}
        onInput={({ target }) => {
          if (target instanceof HTMLInputElement) state.mend(target.name);
        }}
        onSubmit={(event) => {
          event.preventDefault();
          void state.send(event.currentTarget);
        }}
      >
        {children}
      </form>
    </Context.Provider>
  );
}

/** What is wrong with the form as a whole; read out when it appears. */
export function FormProblem() {
  const { problem, wait } = useFormState();
  return (
    <div role="alert">
      {(wait.value ?? problem.value) && (
        <p class="form-problem" data-testid="form-problem">
          <Icon name="alert" />
          {wait.value ? <Waiting wait={wait.value} /> : <span>{problem.value}</span>}
        </p>
      )}
    </div>
  );
}

/** Counts down for the eye; read out only once. */
function Waiting({ wait }: { wait: Wait }) {
  const text = wait.again ? signInTexts.busy : signInTexts.wait;
  return (
    <>
      <span aria-hidden="true">{text(wait.seconds)}</span>
      <span class="visually-hidden">{text(wait.from)}</span>
    </>
  );
}

export function SubmitButton({ testid, children }: { testid: string; children: ComponentChildren }) {
  const { pending, wait } = useFormState();
  const busy = pending.value || wait.value !== null;
  return (
    <button
      type="submit"
      class="button button-main"
      aria-busy={pending.value}
      aria-disabled={busy}
      data-testid={testid}
    >
      {children}
    </button>
  );
}
