import type { Chat } from '../model/chat';
import type { WorkspaceAction } from '../model/rights';
import { type AdminSection, adminSections } from '../model/route';

/** The right that each part of the administration takes. */
const rights: Record<AdminSection, WorkspaceAction> = {
  figures: 'see-administration',
  people: 'manage-members',
  rooms: 'see-administration',
  invites: 'invite',
  reports: 'handle-reports',
  connections: 'see-administration',
  audit: 'see-audit',
  settings: 'change-workspace',
};

export function mayOpen(chat: Chat, section: AdminSection): boolean {
  return chat.may(rights[section]);
}

/** Whether there is anything for me in the administration. */
export function mayAdminister(chat: Chat): boolean {
  return adminSections.some((section) => mayOpen(chat, section));
}
