import { setTheme, theme, themes } from '../../model/settings';
import { settingsTexts } from '../../texts/settings';
import { Choices } from '../../view/choices';

const t = settingsTexts;

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
