/** Colours in css/components/avatar.css. */
const HUES = 12;

/** A person as coloured initials. The name always stands beside it. */
export function Avatar({
  id,
  name,
  size = 'medium',
}: {
  id: number;
  name: string;
  size?: 'small' | 'medium' | 'large';
}) {
  return (
    <span class={`avatar avatar-${size}`} data-hue={(id * 7) % HUES} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

/** The first letters of the first and the last word. */
export function initials(name: string): string {
  const words = name.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? [];
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => word?.match(/^./u)?.[0].toLocaleUpperCase() ?? '').join('') || '?';
}
