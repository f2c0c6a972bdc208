import { WorkspaceSection } from '../chat/settings/workspace';

/** What holds for everybody in the workspace. */
export function SettingsSection() {
  return <WorkspaceSection />;
}
