import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { onlyHere } from '../model/address';
import { invitesTexts } from '../texts/admin';
import { CopyField } from '../view/copy-field';

const t = invitesTexts;

/** A link that is shown only once, selected, with a button that copies it. */
export function Reveal({
  url,
  label,
  testid,
  children,
}: {
  url: string;
  label: string;
  testid: string;
  /** What is to be known of it. */
  children: ComponentChildren;
}) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    box.current?.scrollIntoView({ block: 'nearest' });
    box.current?.querySelector('input')?.select();
  }, []);
  return (
    <div ref={box} class="reveal">
      <CopyField value={url} label={label} copy={t.copy} copied={t.copied} testid={testid} />
      <p class="hint">{children}</p>
      {onlyHere(url) && <p class="hint">{t.onlyHere}</p>}
    </div>
  );
}
