import { useRef } from 'preact/hooks';
import { toast } from '../model/toasts';
import { texts } from '../texts';
import { Button } from './button';
import { copy as copyText } from './copy';
import { Icon } from './icons';

interface Props {
  value: string;
  label: string;
  /** On the button, and what is said afterwards. */
  copy: string;
  copied: string;
  testid: string;
}

/** A short text to take along, with a button that copies it. */
export function CopyField(props: Props) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <div class="copy-field">
      <input
        ref={field}
        class="input"
        readOnly
        spellcheck={false}
        value={props.value}
        aria-label={props.label}
        data-testid={props.testid}
        onFocus={(event) => event.currentTarget.select()}
      />
      <CopyButton {...props} select={() => field.current?.select()} />
    </div>
  );
}

/** A line for a terminal, shown whole. */
export function CopyCommand(props: Props) {
  const line = useRef<HTMLPreElement>(null);
  const select = () => {
    if (line.current) getSelection()?.selectAllChildren(line.current);
  };
  return (
    <div class="copy-field">
      <pre ref={line} class="command" data-testid={props.testid}>
        {props.value}
      </pre>
      <CopyButton {...props} select={select} />
    </div>
  );
}

/** `select` selects the text that is taken, in case that it has to be copied by hand. */
export function CopyButton({
  value,
  copy,
  copied,
  testid,
  select,
}: Omit<Props, 'label'> & { select: () => void }) {
  const take = async () => {
    const done = await copyText(value);
    // Now, since copying may have selected something else.
    select();
    toast(done ? copied : texts.copyByHand);
  };
  return (
    <Button data-testid={`copy-${testid}`} onClick={() => void take()}>
      <Icon name="copy" />
      {copy}
    </Button>
  );
}
