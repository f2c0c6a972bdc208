import { useId } from 'preact/hooks';
import { statusEnds } from '../../model/ends';
import { upcoming } from '../../model/format';
import { statusTexts } from '../../texts/status';
import type { StatusDraft } from './status-draft';

const t = statusTexts;

/** Until when it is true. `keep`: the end that it has already, null for none. */
export function ClearAfter({ draft: { end, over }, keep }: { draft: StatusDraft; keep: number | null }) {
  const id = useId();
  return (
    <div class="field">
      <label class="label" for={id}>
        {t.clearAfter}
      </label>
      <select
        id={id}
        class="input"
        aria-describedby={`${id}-over`}
        data-testid="status-end"
        value={end.value}
        onChange={(event) => {
          const wanted = event.currentTarget.value;
          end.value = statusEnds.find((one) => one === wanted) ?? 'kept';
        }}
      >
        {keep !== null && !over.value && <option value="kept">{t.kept(upcoming(keep, Date.now()))}</option>}
        {statusEnds.map((one) => (
          <option key={one} value={one}>
            {t.ends[one]}
          </option>
        ))}
      </select>
      <p id={`${id}-over`} class="hint" role="status" data-testid="status-over">
        {over.value && t.over}
      </p>
    </div>
  );
}
