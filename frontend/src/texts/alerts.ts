/** The texts of notifications and of their settings. */

export const alertTexts = {
  from: (who: string, room: string) => `${who} in ${room}`,
  hidden: 'New message',

  what: 'When to alert me',
  whats: {
    mentions: 'What is meant for me',
    all: 'All messages',
    off: 'Never',
  },
  whatHints: {
    mentions: 'Direct messages, mentions, and replies in threads I follow.',
    all: 'Of all rooms where I want to hear everything, too.',
    off: 'Nothing is shown and nothing sounds.',
  },
  about:
    'Rooms that are silenced, and “Do not disturb”, hold alerts back. While you look at a room, it does not alert you. All this holds for this browser only.',
  permission: 'Notifications of this computer',
  ask: 'While the chat is open in a tab, your computer can show you what is said.',
  allow: 'Allow notifications',
  granted: 'Notifications are allowed.',
  test: 'Show one now',
  testTitle: 'This is how a notification looks',
  testBody: 'A click on it leads to the room or the thread.',
  denied:
    'The browser does not let this page show notifications. Open the settings of the site, beside the address, and allow notifications there; then come back.',
  insecure:
    'Browsers show notifications only of pages that come by https. Ask whoever runs this server to set that up.',
  unsupported: 'This browser cannot show notifications of a page in a tab.',
  sound: 'A short tone',
  soundHint: 'Sounds with each alert. Browsers let a page sound once you have used it.',
  preview: 'Show the words of messages',
  previewHint: 'Without, notifications tell only who wrote and where.',
  how: 'How to alert me',
  others: 'What others see',
  seenBy: 'Others see what I have read',
  seenByHint: 'In direct messages and small rooms. Without, you do not see who has read yours.',
};
