import type { ComponentChildren } from 'preact';

/**
 * One of those that a field has found: a sign, a name, and what else there is to say. The field has the focus and leads to
 * the active one by its id.
 */
export function PickOption({
  id,
  active,
  onPick,
  sign,
  name,
  about,
  bold = false,
  children,
  ...data
}: {
  id: string;
  active: boolean;
  onPick: () => void;
  sign: ComponentChildren;
  name: ComponentChildren;
  about: ComponentChildren;
  bold?: boolean;
  /** What stands at the end of the row. */
  children?: ComponentChildren;
  'data-testid': string;
  'data-kind'?: string;
  'data-user'?: number;
}) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled by the field above
    <div
      {...data}
      id={id}
      class="person"
      role="option"
      tabIndex={-1}
      aria-selected={active}
      ref={(element) => {
        if (active) element?.scrollIntoView({ block: 'nearest' });
      }}
      onClick={onPick}
    >
      {sign}
      <span class="person-names">
        <span class="pick-name" dir="auto" data-bold={bold}>
          {name}
        </span>
        {about}
      </span>
      {children}
    </div>
  );
}
