import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { texts } from '../texts';
import { Logo } from '../view/logo';

/** The pages of somebody who is not in the chat: one card on quiet ground. */
export function Frame({
  title,
  lead,
  testid,
  wide = false,
  children,
}: {
  title: string;
  lead?: string | undefined;
  testid: string;
  /** For what is more than a form. */
  wide?: boolean;
  children?: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · ${texts.app}`;
  }, [title]);
  return (
    <main class="front" data-testid={testid}>
      <div class={wide ? 'front-card front-card-wide' : 'front-card'}>
        <p class="front-brand">
          <Logo />
          {texts.app}
        </p>
        <h1 dir="auto">{title}</h1>
        {lead && <p class="front-lead">{lead}</p>}
        {children}
      </div>
    </main>
  );
}
