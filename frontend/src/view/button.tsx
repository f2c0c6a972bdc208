import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icons';

interface Props {
  type?: 'button' | 'submit';
  onClick?: () => void;
  autofocus?: boolean;
  'aria-label'?: string;
  'aria-disabled'?: boolean;
  tabIndex?: number;
  'data-testid'?: string;
  'data-state'?: string;
}

export function Button({
  look = 'quiet',
  busy = false,
  children,
  type = 'button',
  ...rest
}: Props & { look?: 'main' | 'quiet' | 'danger' | 'bare'; busy?: boolean; children: ComponentChildren }) {
  return (
    <button {...rest} type={type} class={`button button-${look}`} aria-busy={busy}>
      {children}
    </button>
  );
}

/** A button that shows only an icon; the label is read out and shown on hover. */
export function IconButton({
  icon,
  label,
  class: extra = '',
  type = 'button',
  onPress,
  ...rest
}: Props & {
  icon: IconName;
  label: string;
  class?: string;
  /** The same as onClick, for what opens beside the button. */
  onPress?: (button: HTMLButtonElement) => void;
}) {
  return (
    <button
      {...rest}
      {...(onPress && {
        onClick: (event: MouseEvent & { currentTarget: HTMLButtonElement }) => onPress(event.currentTarget),
      })}
      type={type}
      class={`icon-button ${extra}`}
      aria-label={label}
      title={label}
    >
      <Icon name={icon} />
    </button>
  );
}
