import { useEffect } from 'preact/hooks';
import { reports } from '../api/oversight';
import type { Room } from '../model/room';
import { countReports, reportNews } from '../model/open-reports';
import { reportTexts as t } from '../texts/reports';
import { FilterSelect, Found, useSearch } from './list';
import { ReportCard } from './report';

/** What was reported to those who keep order, in all rooms. */
export function ReportsSection() {
  return <ReportList room={null} />;
}

/** Those of a room, or with null of all rooms where I may see them. */
export function ReportList({ room }: { room: Room | null }) {
  const search = useSearch(
    async ({ settled }, wanted) => {
      const page = await reports(wanted, { room: room?.id ?? null, open: !settled });
      countReports(page.open);
      return page;
    },
    (report) => report.id,
  );
  const news = reportNews.value;
  useEffect(() => {
    if (news > 0) void search.look();
  }, [news, search]);
  return (
    <>
      <div class="admin-tools">
        <FilterSelect search={search} name="settled" label={t.show} options={t.shows} />
      </div>
      <Found search={search} some={t.some} none={t.none} noMatch={t.none}>
        {(found) => (
          <ul class="reports" aria-label={t.label}>
            {found.map((report) => (
              <ReportCard
                key={report.id}
                report={report}
                onChanged={(now) => search.change((all) => all.map((one) => (one.id === now.id ? now : one)))}
              />
            ))}
          </ul>
        )}
      </Found>
    </>
  );
}
