import { ProfileCard } from '../profile-card';
import { closeDialog, dialog } from '../ui';
import { BrowseDialog } from './browse';
import { CreateRoomDialog } from './create-room';
import { InvitesDialog } from './invites';
import { LeaveDialog } from './leave';
import { ManagePeopleDialog } from './manage-people';
import { AddPeopleDialog, NewMessageDialog } from './people';
import { RemoveMemberDialog } from './remove-member';
import { RoomSettingsDialog } from './room-settings';
import { SignOutDialog } from './sign-out';
import { StatusDialog } from './status';

/** The dialog that is open, if any. */
export function Dialogs() {
  const open = dialog.value;
  switch (open?.name) {
    case undefined:
      return null;
    case 'create-room':
      return <CreateRoomDialog onClose={closeDialog} />;
    case 'browse':
      return <BrowseDialog onClose={closeDialog} />;
    case 'new-message':
      return <NewMessageDialog onClose={closeDialog} />;
    case 'add-people':
      return <AddPeopleDialog room={open.room} onClose={closeDialog} />;
    case 'invites':
      return <InvitesDialog onClose={closeDialog} />;
    case 'manage-people':
      return <ManagePeopleDialog onClose={closeDialog} />;
    case 'room-settings':
      return <RoomSettingsDialog room={open.room} onClose={closeDialog} />;
    case 'remove-member':
      return <RemoveMemberDialog room={open.room} user={open.user} onClose={closeDialog} />;
    case 'profile':
      return <ProfileCard user={open.user} place={open.place} />;
    case 'status':
      return <StatusDialog onClose={closeDialog} />;
    case 'leave':
      return <LeaveDialog room={open.room} onClose={closeDialog} />;
    case 'sign-out':
      return <SignOutDialog onClose={closeDialog} />;
  }
}
