import { useEffect, useRef } from 'preact/hooks';
import type { Chat } from '../../model/chat';
import {
  closeSettings,
  leaveSection,
  openSection,
  type Section,
  sectionAddress,
  sections,
  type SettingsPlace,
  settingsPlace,
  shownPlace,
} from '../../model/settings-place';
import { texts } from '../../texts';
import { Dialog } from '../../view/dialog';
import { Icon } from '../../view/icons';
import { narrow } from '../../view/media';
import { useChat } from '../context';
import { AccountSection } from './account';
import { AppearanceSection } from './appearance';
import { ConnectionSection } from './connection';
import { NoticesSection } from './notices';
import { PasswordSection } from './password';
import { SessionsSection } from './sessions';
import { TokensSection } from './tokens';
import { WorkspaceSection } from './workspace';

const t = texts.settings;

const parts: Record<Section, () => preact.JSX.Element> = {
  appearance: AppearanceSection,
  notices: NoticesSection,
  connection: ConnectionSection,
  account: AccountSection,
  password: PasswordSection,
  sessions: SessionsSection,
  tokens: TokensSection,
  workspace: WorkspaceSection,
};

/** Everything one can set: the parts on the left and one of them beside it; on a narrow screen one after the other. */
export function SettingsDialog() {
  const chat = useChat();
  const held = useRef<SettingsPlace>(null);
  const place = shownPlace(settingsPlace.value, held.current, (section) => mayChange(chat, section));
  held.current = place;
  if (place === null) return null;
  const offered = sections.filter((one) => one === place || mayChange(chat, one));
  const single = narrow.value;
  const open = place === 'list' ? (single ? null : 'appearance') : place;
  return (
    <Dialog
      title={single && open ? t.sections[open] : t.title}
      testid="settings-dialog"
      wide
      back={single && open ? { label: t.back, run: leaveSection } : undefined}
      onClose={closeSettings}
    >
      <div class="settings">
        {(!single || !open) && <SectionList offered={offered} open={open} />}
        {open && <OpenSection key={open} section={open} titled={!single} />}
      </div>
    </Dialog>
  );
}

function mayChange(chat: Chat, section: Section): boolean {
  return section !== 'workspace' || chat.may('change-workspace');
}

function SectionList({ offered, open }: { offered: readonly Section[]; open: Section | null }) {
  return (
    <nav class="settings-nav" aria-label={t.sectionsLabel}>
      <ul>
        {offered.map((section) => (
          <li key={section}>
            <a
              class="settings-link"
              href={sectionAddress(section)}
              aria-current={section === open ? 'page' : undefined}
              data-testid={`settings-${section}`}
              onClick={(event) => {
                event.preventDefault();
                openSection(section, narrow.peek());
              }}
            >
              {t.sections[section]}
              <Icon name="forward" />
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function OpenSection({ section, titled }: { section: Section; titled: boolean }) {
  const Part = parts[section];
  const ref = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a narrow screen the link that had the focus is gone.
    if (narrow.peek()) ref.current?.focus();
  }, []);
  return (
    <section
      ref={ref}
      class="settings-section"
      tabIndex={-1}
      aria-label={t.sections[section]}
      data-focus-home
      data-testid={`section-${section}`}
    >
      {/* On a narrow screen the dialog itself has this title. */}
      <h3 class={titled ? 'settings-title' : 'visually-hidden'}>{t.sections[section]}</h3>
      <Part />
    </section>
  );
}
