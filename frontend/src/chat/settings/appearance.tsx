import { setTheme, theme, themes } from '../../model/settings';
import { texts } from '../../texts';
import { Choices } from '../../view/choices';

const t = texts.settings;

export function AppearanceSection() {
  return (
    <Choices
      legend={t.theme}
      name="theme"
      values={themes}
      value={theme.value}
      label={(value) => t.themes[value]}
      onChoose={setTheme}
    />
  );
}
