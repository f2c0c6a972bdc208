import type { Author } from '../api/records';
import { Avatar } from '../view/avatar';

/** Who a row of a table is about. */
export function PersonCell({ user }: { user: Author }) {
  return (
    <>
      <Avatar id={user.id} name={user.display_name} size="small" />
      <span class="row-names">
        <span class="row-name" dir="auto" title={user.display_name}>
          {user.display_name}
        </span>
        <span class="hint">@{user.username}</span>
      </span>
    </>
  );
}
