import { useEffect, useRef } from 'preact/hooks';
import { mayAdminister } from '../../administration/may';
import { at } from '../../base';
import { navigate, overlays } from '../../model/router';
import {
  closeSettings,
  leaveSection,
  openSection,
  type Section,
  sectionAddress,
  sections,
  settingsPlace,
} from '../../model/settings-place';
import { texts } from '../../texts';
import { settingsTexts } from '../../texts/settings';
import { Dialog } from '../../view/dialog';
import { Icon } from '../../view/icons';
import { opensElsewhere } from '../../view/link';
import { narrow } from '../../view/media';
import { useChat } from '../context';
import { AccountSection } from './account';
import { AppearanceSection } from './appearance';
import { ConnectionSection } from './connection';
import { NoticesSection } from './notices';
import { NotificationsSection } from './notifications';
import { PasswordSection } from './password';
import { SessionsSection } from './sessions';
import { TokensSection } from './tokens';
import { WritingSection } from './writing';

const t = settingsTexts;

const parts: Record<Section, () => preact.JSX.Element> = {
  appearance: AppearanceSection,
  notifications: NotificationsSection,
  writing: WritingSection,
  notices: NoticesSection,
  connection: ConnectionSection,
  account: AccountSection,
  password: PasswordSection,
  sessions: SessionsSection,
  tokens: TokensSection,
};

/** Everything one can set: the parts on the left and one of them beside it; on a narrow screen one after the other. */
export function SettingsDialog() {
  const place = settingsPlace.value;
  if (place === null) return null;
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
        {(!single || !open) && <SectionList open={open} />}
        {open && <OpenSection key={open} section={open} titled={!single} />}
      </div>
    </Dialog>
  );
}

function SectionList({ open }: { open: Section | null }) {
  const chat = useChat();
  return (
    <nav class="settings-nav" aria-label={t.sectionsLabel}>
      <ul>
        {sections.map((section) => (
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
        {mayAdminister(chat) && (
          <li class="settings-elsewhere">
            <AdministrationLink />
          </li>
        )}
      </ul>
    </nav>
  );
}

/** What holds for everybody has a page of its own, which takes the place of the settings. */
function AdministrationLink() {
  const path = '/administration';
  return (
    <a
      class="settings-link"
      href={at(path)}
      data-testid="settings-administration"
      onClick={(event) => {
        if (opensElsewhere(event)) return;
        event.preventDefault();
        navigate(path, { replace: overlays() > 0 });
      }}
    >
      {texts.menu.administration}
      <Icon name="forward" />
    </a>
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
