import { ReportList } from '../../administration/reports';
import type { Room } from '../../model/room';
import { reportTexts as t } from '../../texts/reports';
import { Dialog } from '../../view/dialog';

/** What was reported in a room, for those who look after it. */
export function ReportsDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  return (
    <Dialog title={t.title} testid="reports-dialog" onClose={onClose}>
      <div class="dialog-body" tabIndex={-1} data-focus-home>
        <p class="hint">{t.lead}</p>
        <ReportList room={room} />
      </div>
    </Dialog>
  );
}
