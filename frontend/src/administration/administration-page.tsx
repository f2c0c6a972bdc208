import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { at } from '../base';
import { ConnectionBanner } from '../chat/banner';
import { ChatContext } from '../chat/context';
import { DecisionNotes } from '../chat/decision-notes';
import { SettingsDialog } from '../chat/parts';
import type { Chat } from '../model/chat';
import { count } from '../model/format';
import { openReports, reportNews } from '../model/open-reports';
import { type AdminSection, adminPath, adminSections } from '../model/route';
import { navigate, route } from '../model/router';
import { settingsPlace } from '../model/settings-place';
import { administration as t } from '../texts/administration';
import { Icon } from '../view/icons';
import { opensElsewhere } from '../view/link';
import { narrow } from '../view/media';
import { Toasts } from '../view/toasts';
import { askReports } from './ask-reports';
import { AuditSection } from './audit';
import { ConnectionsSection } from './connections';
import { FiguresSection } from './figures';
import { InvitesSection } from './invites';
import { mayOpen } from './may';
import { PeopleSection } from './people';
import { ReportsSection } from './reports';
import { RoomsSection } from './rooms';
import { SettingsSection } from './settings';

const parts: Record<AdminSection, ComponentType> = {
  figures: FiguresSection,
  people: PeopleSection,
  rooms: RoomsSection,
  invites: InvitesSection,
  reports: ReportsSection,
  connections: ConnectionsSection,
  audit: AuditSection,
  settings: SettingsSection,
};

/** For those who look after the workspace: the parts on the left and one of them beside it. */
export function AdministrationPage({ chat }: { chat: Chat }) {
  const here = route.value;
  const wanted = here.name === 'administration' ? here.section : null;
  const offered = adminSections.filter((section) => mayOpen(chat, section));
  const open = wanted ?? (narrow.value ? null : (offered[0] ?? null));
  useTitle(chat, open);
  useReportCount(chat);
  return (
    <ChatContext.Provider value={chat}>
      <div class="admin" data-pane={open ? 'part' : 'list'} data-testid="administration">
        <nav class="admin-nav" aria-label={t.sectionsLabel}>
          <Link class="admin-back" to="/" testid="leave-administration">
            <Icon name="back" />
            {t.leave}
          </Link>
          <h1 class="admin-title">{t.title}</h1>
          {offered.length === 0 && <p class="admin-nothing">{t.nothing}</p>}
          <ul>
            {offered.map((section) => (
              <li key={section}>
                <Link
                  class="settings-link"
                  to={adminPath(section)}
                  current={section === open}
                  testid={`admin-${section}`}
                >
                  <span class="admin-link-text">{t.sections[section]}</span>
                  {section === 'reports' && <OpenReports />}
                  <Icon name="forward" />
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <main class="admin-part">
          <div class="admin-news">
            <ConnectionBanner />
            <DecisionNotes />
          </div>
          {open && <OpenPart key={open} section={open} allowed={offered.includes(open)} />}
        </main>
      </div>
      {/* What went wrong with the connection is told there. */}
      <SettingsDialog />
      {settingsPlace.value === null && <Toasts />}
    </ChatContext.Provider>
  );
}

/** How many reports wait, beside the name of the part. */
function OpenReports() {
  const open = openReports.value;
  if (!open) return null;
  return (
    <span class="badge" data-testid="open-reports">
      {count(open)}
      <span class="visually-hidden"> {t.openReports}</span>
    </span>
  );
}

function OpenPart({ section, allowed }: { section: AdminSection; allowed: boolean }) {
  const Part = parts[section];
  const ref = useRef<HTMLElement>(null);
  // What was typed is not lost with the right to.
  const held = useRef(false);
  held.current ||= allowed;
  useEffect(() => {
    // On a narrow screen the link that had the focus is gone.
    if (narrow.peek()) ref.current?.focus();
  }, []);
  return (
    <section
      ref={ref}
      tabIndex={-1}
      class="admin-section"
      aria-label={t.sections[section]}
      data-focus-home
      data-testid={`part-${section}`}
    >
      <header class="admin-head">
        <Link class="icon-button admin-up" to="/administration" label={t.up} testid="admin-up">
          <Icon name="back" />
        </Link>
        <h2>{t.sections[section]}</h2>
      </header>
      <p class="hint">{t.leads[section]}</p>
      {!allowed && <p role="alert">{t.forbidden}</p>}
      {(allowed || (held.current && section === 'settings')) && <Part />}
    </section>
  );
}

/** A link within the page, which the browser can also open in a tab of its own. */
function Link({
  to,
  class: look,
  current = false,
  label,
  testid,
  children,
}: {
  to: string;
  class: string;
  current?: boolean;
  label?: string;
  testid: string;
  children: preact.ComponentChildren;
}) {
  return (
    <a
      class={look}
      href={at(to)}
      aria-current={current ? 'page' : undefined}
      aria-label={label}
      data-testid={testid}
      onClick={(event) => {
        if (opensElsewhere(event)) return;
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </a>
  );
}

function useTitle(chat: Chat, open: AdminSection | null): void {
  const workspace = chat.workspace.value.name;
  useEffect(() => {
    document.title = `${open ? t.sections[open] : t.title} · ${workspace}`;
  }, [open, workspace]);
}

/** Asks how many reports wait, and again when there is something new. */
function useReportCount(chat: Chat): void {
  const news = reportNews.value;
  const allowed = mayOpen(chat, 'reports');
  useEffect(() => {
    if (allowed) void askReports();
  }, [news, allowed]);
}
