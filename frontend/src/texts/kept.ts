/** The texts of a message that is shown outside of its timeline. */
export const keptTexts = {
  go: 'Go to the message',
  goOf: (name: string) => `Go to the message of ${name}`,
  edited: 'edited',
  inThread: 'in a thread',
};
