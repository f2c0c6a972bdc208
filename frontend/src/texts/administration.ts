/** The texts of the administration. */
export const administration = {
  title: 'Administration',
  open: 'Administration',
  leave: 'Back to the rooms',
  up: 'All parts',
  sectionsLabel: 'Parts of the administration',
  forbidden: 'You may not see this part. Ask an owner of the workspace for the right to.',
  sections: {
    figures: 'Figures',
    people: 'People',
    rooms: 'Rooms',
    invites: 'Invitations',
    reports: 'Reports',
    connections: 'Live connections',
    audit: 'Audit log',
    settings: 'Settings',
  },
  leads: {
    figures: 'How much is said, by how many, and what it takes to keep it.',
    people: 'Everybody with an account: their role, where they are signed in, and whether they may come in.',
    rooms: 'All rooms. Private ones are the business of those in them: here they have no name.',
    invites: 'Links with which people make their own accounts.',
    reports: 'Messages that somebody found wrong. Look at them, act, and settle them.',
    connections: 'Who is connected at this moment, from what and how.',
    audit: 'Who did what, to whom, where and why. Nothing in it can be changed or removed.',
    settings: 'What holds for everybody in the workspace.',
  },
};
