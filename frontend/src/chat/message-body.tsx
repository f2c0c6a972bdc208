import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { linkify } from '../view/linkify';
import { useChat } from './context';
import { enrich, onlyEmoji } from './rich-text';

/** What a message says: the server's safe HTML, or plain text where it has made none. */
export function MessageBody({ body, html, id }: { body: string; html: string | null; id?: string }) {
  const { me } = useChat();
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (html !== null && ref.current) enrich(ref.current, me.id);
  }, [html]);
  const large = useMemo(() => onlyEmoji(body, html), [body, html]);
  const parts = useMemo(() => (html === null ? linkify(body) : null), [body, html]);
  const shared = {
    id,
    dir: 'auto',
    'data-testid': 'message-body',
    'data-large': large || undefined,
  } as const;
  return html === null ? (
    <div key="text" class="message-body" {...shared}>
      {parts}
    </div>
  ) : (
    // The server has made it and lets through only what is safe.
    <div
      key="html"
      ref={ref}
      class="message-body rich"
      {...shared}
      dangerouslySetInnerHTML={{ __html: html }}
    />
  );
}
