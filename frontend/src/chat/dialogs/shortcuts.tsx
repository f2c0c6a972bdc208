import { allShortcuts, isApple, keysOf, partsOf, topics } from '../../model/shortcuts';
import { shortcutTexts as t } from '../../texts/shortcuts';
import { Dialog } from '../../view/dialog';

/** All shortcuts, by what they are about. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t.title} testid="shortcuts-dialog" wide onClose={onClose}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolled with the keyboard */}
      <section class="shortcuts" tabIndex={0} aria-label={t.title}>
        <div>
          {topics.map((topic) => (
            <section key={topic}>
              <h3>{t.topics[topic]}</h3>
              <dl>
                {allShortcuts
                  .filter((one) => one.topic === topic)
                  .map((one) => (
                    <div key={one.id} class="shortcut" data-shortcut={one.id}>
                      <dt>{t.does[one.id]}</dt>
                      <dd>
                        <Keys keys={keysOf(one)} />
                      </dd>
                    </div>
                  ))}
              </dl>
            </section>
          ))}
        </div>
      </section>
    </Dialog>
  );
}

function Keys({ keys }: { keys: readonly string[] }) {
  const apple = isApple();
  return (
    <>
      {keys.map((one, i) => (
        <span key={one} class="shortcut-keys">
          {i > 0 && <span class="hint">{t.or}</span>}
          {partsOf(one).map((part) => (
            <kbd key={part}>{t.key(part, apple)}</kbd>
          ))}
        </span>
      ))}
    </>
  );
}
