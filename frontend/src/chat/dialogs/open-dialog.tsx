import { loadPart } from '../../load-part';
import { lazy } from '../../view/lazy';
import { ProfileCard } from '../profile-card';
import { ForwardDialog, Shortcuts, Switcher } from '../parts';
import { closeDialog, type OpenDialog as Open } from '../ui';
import { BrowseDialog } from './browse';
import { CreateRoomDialog } from './create-room';
import { InvitesDialog } from './invites';
import { LeaveDialog } from './leave';
import { ManagePeopleDialog } from './manage-people';
import { ModerateDialog } from './moderate';
import { AddPeopleDialog, NewMessageDialog } from './people';
import { RevisionsDialog } from './revisions';
import { RoomHandOverDialog } from './room-hand-over';
import { RoomOrderDialog } from './room-order';
import { RoomSettingsDialog } from './room-settings';
import { SeenDialog } from './seen';
import { DeleteSectionDialog, SectionDialog } from './sections';
import { SignOutDialog } from './sign-out';
import { StatusDialog } from './status';

const Suspend = lazy(
  async () => (await loadPart('suspend', () => import('../../administration/suspend'))).SuspendDialog,
  closeDialog,
);
const Reports = lazy(
  async () => (await loadPart('reports', () => import('./reports'))).ReportsDialog,
  closeDialog,
);

/** One of the dialogs of the chat. */
export function OpenDialog({ open }: { open: Open }) {
  switch (open.name) {
    case 'profile':
      return <ProfileCard user={open.user} place={open.place} />;
    case 'leave':
      return <LeaveDialog room={open.room} onClose={closeDialog} />;
    case 'sign-out':
      return <SignOutDialog onClose={closeDialog} />;
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
    case 'section':
      return <SectionDialog section={open.section} first={open.first} onClose={closeDialog} />;
    case 'delete-section':
      return <DeleteSectionDialog section={open.section} onClose={closeDialog} />;
    case 'switcher':
      return <Switcher onClose={closeDialog} />;
    case 'shortcuts':
      return <Shortcuts onClose={closeDialog} />;
    case 'room-settings':
      return <RoomSettingsDialog room={open.room} onClose={closeDialog} />;
    case 'room-hand-over':
      return <RoomHandOverDialog room={open.room} user={open.user} onClose={closeDialog} />;
    case 'room-order':
      return <RoomOrderDialog room={open.room} onClose={closeDialog} />;
    case 'reports':
      return <Reports room={open.room} onClose={closeDialog} />;
    case 'moderate':
      return (
        <ModerateDialog
          act={open.act}
          room={open.room}
          user={open.user}
          number={open.number}
          onClose={closeDialog}
        />
      );
    case 'suspend':
      return <Suspend user={open.user} onClose={closeDialog} />;
    case 'revisions':
      return <RevisionsDialog room={open.room} number={open.number} onClose={closeDialog} />;
    case 'seen':
      return <SeenDialog room={open.room} number={open.number} onClose={closeDialog} />;
    case 'forward':
      return <ForwardDialog room={open.room} message={open.message} onClose={closeDialog} />;
    case 'status':
      return <StatusDialog onClose={closeDialog} />;
  }
}
