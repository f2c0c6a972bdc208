/** The texts of what can be done with a message. */
export const messageTexts = {
  react: 'Add a reaction',
  reactWith: (emoji: string) => `React with ${emoji}`,
  reply: 'Reply',
  thread: 'Reply in thread',
  edit: 'Edit',
  copyText: 'Copy the text',
  copyLink: 'Copy a link',
  textCopied: 'The text is copied.',
  linkCopied: 'The link is copied.',
  codeCopied: 'The code is copied.',
  notCopied: 'It could not be copied: the browser does not allow it.',
  markUnread: 'Mark unread from here',
  markedUnread: 'It stays unread until you leave this room or press Esc.',
  notReacted: (why: string) => `Your reaction was not taken. ${why}`,
  bar: 'What to do with this message',
  revisions: 'Earlier wordings',
};
