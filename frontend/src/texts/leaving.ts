/** The texts of what asks whether I want to leave: a room, or the workspace. */
export const leaveRoomTexts = {
  title: (room: string) => `Leave ${room}?`,
  private: 'This room is private: to come back, somebody in it has to add you.',
  public: 'You can join again at any time.',
  left: (room: string) => `You left ${room}.`,
};

export const signOutTexts = {
  unsent: 'Some messages have not been sent yet. If you sign out now, they wait in this browser as drafts.',
  anyway: 'Sign out anyway',
};
