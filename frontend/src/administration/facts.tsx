import type { ComponentChildren } from 'preact';
import { ago, fullTime, isoTime } from '../model/format';
import { now } from '../model/now';

/** Names and what belongs to them; what is not known is left out. */
export function FactList({ facts }: { facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value !== null && value !== '')
        .map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}=`}>{value}</dd>])}
    </dl>
  );
}

/** How long ago something was; the moment on hover. Other words where it never was. */
export function Ago({ at, never }: { at: number | null; never: string }) {
  if (at === null) return <span class="quiet">{never}</span>;
  return (
    <time dateTime={isoTime(at)} title={fullTime(at)}>
      {ago(at, now.value)}
    </time>
  );
}
