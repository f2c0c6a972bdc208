/** The texts of the page that sets a new password with a link. */
export const resetTexts = {
  title: (name: string) => `A new password for ${name}`,
  lead: (workspace: string, username: string) =>
    `You sign in to ${workspace} with the user name ${username} and the password that you set here. All browsers in which you are signed in are signed out.`,
  password: 'New password',
  submit: 'Set the password',
  doneTitle: 'Your password is set',
  done: (username: string) => `Sign in with the user name ${username} and the new password.`,
  toSignIn: 'Sign in',
  toChat: 'Go to the chat',
  badTitle: 'This link does not work',
};
