/** The texts of what I saved for later. */
export const savedTexts = {
  title: 'Saved',
  about: 'Only you see what you saved.',
  none: 'Nothing is saved',
  noneAbout: 'Choose “Save for later” in the menu of a message, and you find it here on all your devices.',
  removeOf: (name: string) => `Remove the message of ${name} from saved`,
  failed: 'What you saved could not be loaded.',
  failedLater: 'This may not be all: the server could not be reached.',
  list: 'Saved messages',
};
